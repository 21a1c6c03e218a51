/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/msgcopy.h"

#include "base/mem.h"

/* Replaces each borrowed string by the arena's copy; NULL becomes "". */
static bool own_strings(struct arena *a, const char **const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		*v[i] = arena_strdup(a, str_or_empty(*v[i]));
		if (!*v[i])
			return false;
	}
	return true;
}

bool msgcopy_reslist(struct arena *a, const struct reslist *l, struct reslist *ret)
{
	struct res *v = arena_alloc(a, (l->n + 1) * sizeof *v);
	if (!v)
		return false;
	for (uint32_t i = 0; i < l->n; i++) {
		v[i] = (struct res){arena_strdup(a, str_or_empty(l->v[i].name)), l->v[i].milli};
		if (!v[i].name)
			return false;
	}
	*ret = (struct reslist){v, l->n};
	return true;
}

bool msgcopy_ports(struct arena *a, const struct host_ports *p, struct host_ports *ret)
{
	uint64_t *v = arena_alloc(a, p->n * sizeof *v);
	for (uint32_t i = 0; v && i < p->n; i++)
		v[i] = p->v[i];
	*ret = (struct host_ports){v, p->n};
	return v;
}

bool msgcopy_member(struct arena *a, const struct member *m, struct member *ret)
{
	struct member c = *m;
	const char **const strs[] = {&c.ns,   &c.job_name,      &c.job_uid, &c.pod,     &c.pod_uid,
				     &c.node, &c.template_hash, &c.reason,  &c.message, &c.proof};
	if (!own_strings(a, strs, ARRAY_LEN(strs)) ||
	    !msgcopy_reslist(a, &m->requests, &c.requests) ||
	    !msgcopy_ports(a, &m->ports, &c.ports))
		return false;
	*ret = c;
	return true;
}

bool msgcopy_order(struct arena *a, const struct order *o, struct order *ret)
{
	struct order c = *o;
	const char **const strs[] = {&c.ns,      &c.job_name,      &c.job_uid, &c.pod,
				     &c.pod_uid, &c.template_hash, &c.proof};
	if (!own_strings(a, strs, ARRAY_LEN(strs)))
		return false;
	*ret = c;
	return true;
}
