/* SPDX-License-Identifier: Apache-2.0 */
/* Plain on purpose: a rule of docs/usage.md is a few lines here, and the reader can check them. */
#include "refsched.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const ref_resources[REF_RES] = {"cpu", "memory", "pods", "example.com/gpu",
					    "example.com/nic"};

/* selection */

static bool own_may(const char *key)
{
	const char *slash = strchr(key, '/');
	size_t n = slash ? (size_t)(slash - key) : 0;
	static const char *const domains[] = {"kubernetes.io", "k8s.io"};
	for (size_t i = 0; i < ARRAY_LEN(domains); i++) {
		size_t d = strlen(domains[i]);
		if (n >= d && !strncmp(key + n - d, domains[i], d) &&
		    (n == d || key[n - d - 1] == '.'))
			return false;
	}
	return true;
}

static const char *label(const struct ref_node *n, const char *key)
{
	for (uint32_t i = 0; i < n->own_labels.n; i++) {
		if (!strcmp(n->own_labels.v[i].key, key) && own_may(key))
			return n->own_labels.v[i].val;
	}
	for (uint32_t i = 0; i < n->labels.n; i++) {
		if (!strcmp(n->labels.v[i].key, key))
			return n->labels.v[i].val;
	}
	return NULL;
}

static bool selects(const struct ref_node *n, const struct job_spec *s)
{
	for (uint32_t i = 0; i < s->node_selector.n; i++) {
		const char *have = label(n, s->node_selector.v[i].key);
		if (!have || strcmp(have, s->node_selector.v[i].val) != 0)
			return false;
	}
	return true;
}

static bool listed(const struct sel_expr *e, const char *have)
{
	for (uint32_t i = 0; i < e->values.n; i++) {
		if (!strcmp(e->values.v[i], have))
			return true;
	}
	return false;
}

static bool number(const char *s, long long *ret)
{
	char *end;
	*ret = strtoll(s, &end, 10);
	return *s && !*end;
}

static bool expr_holds(const struct ref_node *n, const struct sel_expr *e)
{
	const char *have = label(n, e->key);
	long long a, b;
	switch (e->op) {
	case SEL_IN: return have && listed(e, have);
	case SEL_NOT_IN: return !have || !listed(e, have);
	case SEL_EXISTS: return have;
	case SEL_DOES_NOT_EXIST: return !have;
	case SEL_GT: return have && number(have, &a) && number(e->values.v[0], &b) && a > b;
	case SEL_LT: return have && number(have, &a) && number(e->values.v[0], &b) && a < b;
	}
	return false;
}

static bool attracts(const struct ref_node *n, const struct job_spec *s)
{
	for (uint32_t t = 0; t < s->nterms; t++) {
		bool all = s->terms[t].n > 0;
		for (uint32_t i = 0; i < s->terms[t].n; i++)
			all = all && expr_holds(n, &s->terms[t].v[i]);
		if (all)
			return true;
	}
	return s->nterms == 0;
}

static bool tolerates(const struct job_spec *s, const struct taint *t)
{
	for (uint32_t i = 0; i < s->ntolerations; i++) {
		const struct toleration *o = &s->tolerations[i];
		bool any_key = !o->key || !*o->key;
		if (o->effect != EFFECT_ANY && o->effect != t->effect)
			continue;
		if (any_key ? o->exists
			    : !strcmp(o->key, t->key) && (o->exists || str_eq(o->value, t->value)))
			return true;
	}
	return false;
}

static uint32_t intolerable(const struct ref_node *n, const struct job_spec *s, bool prefer)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < n->ntaints; i++) {
		bool is = n->taints[i].effect == EFFECT_PREFER_NO_SCHEDULE;
		count += is == prefer && !tolerates(s, &n->taints[i]);
	}
	return count;
}

bool ref_matches(const struct ref_node *n, const struct job_spec *s)
{
	return selects(n, s) && attracts(n, s) && !intolerable(n, s, false);
}

/* room */

int64_t ref_asked(const struct job_spec *s, uint32_t res)
{
	for (uint32_t i = 0; i < s->requests.n; i++) {
		if (!strcmp(s->requests.v[i].name, ref_resources[res]))
			return s->requests.v[i].milli;
	}
	return !strcmp(ref_resources[res], "pods") ? 1000 : 0;
}

bool ref_fits(const struct ref_node *n, const struct job_spec *s, bool empty)
{
	for (uint32_t r = 0; r < REF_RES; r++) {
		int64_t asked = ref_asked(s, r);
		if (asked && n->cap[r] - (empty ? 0 : n->used[r]) < asked)
			return false;
	}
	return true;
}

/* In parts of 1024, of cpu, memory and pods the fullest. */
static int64_t level(const struct ref_node *n)
{
	int64_t most = 0;
	for (uint32_t r = 0; r < 3; r++) {
		if (n->cap[r] <= 0)
			continue;
		int64_t l = (int64_t)((__int128)n->used[r] * 1024 / n->cap[r]);
		most = l > most ? l : most;
	}
	return most < 1024 ? most : 1024;
}

static void use(struct ref_node *n, const struct job_spec *s)
{
	for (uint32_t r = 0; r < REF_RES; r++)
		n->used[r] += ref_asked(s, r);
}

static bool usable(const struct ref_node *n)
{
	return n->agent && n->ready && !n->cordoned;
}

/* jobs */

static bool has_member(const struct ref_job *j, int32_t node)
{
	for (uint32_t i = 0; i < j->spec->parallelism; i++) {
		if (j->where[i] == node)
			return true;
	}
	return false;
}

static uint32_t missing(const struct ref_job *j)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < j->spec->parallelism; i++)
		n += j->where[i] == REF_NOWHERE;
	return n;
}

static uint32_t needed(const struct ref_job *j)
{
	uint32_t have = j->spec->parallelism - missing(j);
	return j->started || have >= j->spec->min_parallelism ? 1 : j->spec->min_parallelism - have;
}

static bool ahead(const struct ref_job *a, const struct ref_job *b)
{
	if (a->spec->priority != b->spec->priority)
		return a->spec->priority > b->spec->priority;
	if (a->created_ms != b->created_ms)
		return a->created_ms < b->created_ms;
	return strcmp(a->key, b->key) < 0;
}

static int64_t end_of(const struct ref *r, const struct ref_job *j)
{
	if (j->spec->active_deadline_s < 0)
		return INT64_MAX;
	return j->started ? j->end_ms : r->now_ms + j->spec->active_deadline_s * 1000;
}

static bool may_pass(const struct ref *r, const struct ref_job *j)
{
	return !r->holds || r->head == j || end_of(r, j) <= r->at_ms;
}

/* Whether the node is better than the other for this job. */
static bool better(const struct ref *r, const struct job_spec *s, uint32_t a, uint32_t b)
{
	uint32_t avoid_a = intolerable(&r->nodes[a], s, true);
	uint32_t avoid_b = intolerable(&r->nodes[b], s, true);
	if (avoid_a != avoid_b)
		return avoid_a < avoid_b;
	int64_t la = level(&r->nodes[a]), lb = level(&r->nodes[b]);
	if (la != lb)
		return r->spread ? la < lb : la > lb;
	return a < b;
}

static bool candidate_nodes(const struct ref *r, const struct ref_job *j, uint32_t node)
{
	const struct ref_node *n = &r->nodes[node];
	return usable(n) && ref_matches(n, j->spec) && !has_member(j, (int32_t)node) &&
	       ref_fits(n, j->spec, false) && (may_pass(r, j) || !r->kept[node]);
}

uint32_t ref_pick(const struct ref *r, const struct ref_job *j, uint32_t max, uint32_t *ret)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->nnodes; i++) {
		if (!candidate_nodes(r, j, i))
			continue;
		uint32_t at = n < max ? n++ : n;
		for (; at && better(r, j->spec, i, ret[at - 1]); at--) {
			if (at < max)
				ret[at] = ret[at - 1];
		}
		if (at < max)
			ret[at] = i;
	}
	return n;
}

static void start(struct ref *r, struct ref_job *j)
{
	if (j->started)
		return;
	j->end_ms = end_of(r, j);
	j->started = true;
}

/* reservation */

struct offer {
	int64_t at;
	uint32_t node;
};

static int64_t free_at(const struct ref *r, const struct ref_job *j, uint32_t node)
{
	int64_t best = INT64_MAX;
	if (has_member(j, (int32_t)node))
		return INT64_MAX;
	if (ref_fits(&r->nodes[node], j->spec, false))
		return r->now_ms;
	for (uint32_t e = 0; e < r->njobs; e++) { /* would it fit when this one has ended? */
		struct ref_node then = r->nodes[node];
		int64_t at = end_of(r, &r->jobs[e]);
		if (at == INT64_MAX || at >= best || !r->jobs[e].known ||
		    !has_member(&r->jobs[e], (int32_t)node))
			continue;
		for (uint32_t k = 0; k < r->njobs; k++) {
			const struct ref_job *o = &r->jobs[k];
			if (!o->known || !has_member(o, (int32_t)node) || end_of(r, o) > at)
				continue;
			for (uint32_t x = 0; x < REF_RES; x++)
				then.used[x] -= ref_asked(o->spec, x);
		}
		if (ref_fits(&then, j->spec, false))
			best = at;
	}
	return best;
}

static void reserve(struct ref *r, struct ref_job *j)
{
	AUTO(mem_freep) struct offer *v = mem_zalloc(r->nnodes + 1, sizeof *v);
	uint32_t n = 0, need = needed(j);
	if (r->head)
		return;
	for (uint32_t i = 0; i < r->nnodes; i++) {
		if (!usable(&r->nodes[i]) || !ref_matches(&r->nodes[i], j->spec) ||
		    !ref_fits(&r->nodes[i], j->spec, true))
			continue;
		struct offer o = {free_at(r, j, i), i};
		uint32_t at = n++;
		for (; at && v[at - 1].at > o.at; at--)
			v[at] = v[at - 1];
		v[at] = o;
	}
	if (n < need)
		return;
	r->head = j;
	if (v[need - 1].at == INT64_MAX || v[need - 1].at <= r->now_ms)
		return;
	r->holds = true;
	r->at_ms = v[need - 1].at;
	for (uint32_t i = 0; i < need; i++)
		r->kept[v[i].node] = true;
}

static void forget_reservation(struct ref *r)
{
	r->head = NULL;
	r->holds = false;
	memset(r->kept, 0, r->nnodes * sizeof *r->kept);
}

static void look(struct ref *r, struct ref_job *j)
{
	uint32_t want = missing(j), need = needed(j);
	AUTO(mem_freep) uint32_t *v = mem_zalloc(want + 1, sizeof *v);
	uint32_t n = ref_pick(r, j, want, v), k = 0;
	if (n >= need) {
		start(r, j);
		for (uint32_t i = 0; i < j->spec->parallelism && k < n; i++) {
			if (j->where[i] != REF_NOWHERE)
				continue;
			use(&r->nodes[v[k]], j->spec);
			j->where[i] = (int32_t)v[k++];
		}
	}
	j->missing = want - k;
	if (j->missing)
		reserve(r, j);
}

void ref_cycle(struct ref *r)
{
	AUTO(mem_freep) bool *seen = mem_zalloc(r->njobs + 1, sizeof *seen);
	forget_reservation(r);
	for (;;) {
		struct ref_job *first = NULL;
		for (uint32_t i = 0; i < r->njobs; i++) {
			struct ref_job *j = &r->jobs[i];
			if (!seen[i] && j->known && missing(j) && (!first || ahead(j, first)))
				first = j;
		}
		if (!first)
			return;
		seen[first - r->jobs] = true;
		look(r, first);
	}
}

void ref_new(struct ref *r, struct ref_job *j)
{
	look(r, j);
	if (j->missing && r->head && r->head != j && ahead(j, r->head))
		ref_cycle(r);
}
