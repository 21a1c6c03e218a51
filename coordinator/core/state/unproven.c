/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/unproven.h"

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/unproven_record.h"
#include "model/quantity.h"

static struct unproven *find(const struct node_record *n, const char *pod_uid)
{
	for (uint32_t i = 0; i < n->unproven.n; i++) {
		if (str_eq(n->unproven.v[i].pod_uid, pod_uid))
			return &n->unproven.v[i];
	}
	return NULL;
}

static void take_off(struct core *c, struct node_record *n, struct unproven *u)
{
	unproven_done(u);
	*u = n->unproven.v[--n->unproven.n];
	node_caps_dirty(c, n);
}

static struct unproven *add(struct core *c, struct node_record *n, const struct member *m)
{
	struct node_unproven *all = &n->unproven;
	VEC_GROW(all->v, all->n, all->cap);
	struct unproven *u = &all->v[all->n++];
	*u = (struct unproven){.pod_uid = mem_strdup(m->pod_uid),
			       .requests = reslist_copy(&m->requests),
			       .nrequests = m->requests.n};
	node_caps_dirty(c, n);
	return u;
}

bool unproven_seen(struct core *c, struct node_record *n, const struct member *m)
{
	struct unproven *u = find(n, m->pod_uid);
	bool known = u;
	if (!u && n->unproven.n == UNPROVEN_MAX)
		return false;
	if (!u)
		u = add(c, n, m);
	u->seen_gen = n->list.generation;
	return !known;
}

void unproven_forget(struct core *c, struct node_record *n, const char *pod_uid)
{
	struct unproven *u = find(n, pod_uid);
	if (u)
		take_off(c, n, u);
}

void unproven_sweep(struct core *c, struct node_record *n)
{
	for (uint32_t i = n->unproven.n; i > 0; i--) {
		if (n->unproven.v[i - 1].seen_gen != n->list.generation)
			take_off(c, n, &n->unproven.v[i - 1]);
	}
}

void unproven_count(const struct core *c, struct node_record *n)
{
	for (uint32_t i = 0; i < n->unproven.n; i++) {
		const struct unproven *u = &n->unproven.v[i];
		for (uint32_t k = 0; k < u->nrequests; k++)
			res_nominated_add(c, n, u->requests[k].name, u->requests[k].milli);
		res_nominated_add(c, n, "pods", 1000);
	}
}

void unproven_claimed(struct core *c, struct node_record *n)
{
	n->unproven.claimed = true;
	node_dirty(c, n);
}

bool unproven_look(const struct core *c, struct node_record *n)
{
	if (!n->unproven.claimed || c->now_ms < n->unproven.look_ms)
		return false;
	n->unproven.claimed = false;
	n->unproven.look_ms = c->now_ms + UNPROVEN_LOOK_MS;
	return true;
}
