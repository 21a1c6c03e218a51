/* SPDX-License-Identifier: Apache-2.0 */
#include "test/unit/coordinator/core/refcase.h"

#include <string.h>

#include "base/mem.h"

static const char *const keys[] = {"zone", "disk", "rank", "example.com/group",
				   "kubernetes.io/arch"};
static const char *const taint_keys[] = {"dedicated", "node.kubernetes.io/memory-pressure",
					 "node.kubernetes.io/disk-pressure", "maintenance"};
static const char *const values[] = {"1", "2", "3", "a", "b"};

#define PICK(r, v) ((v)[rng_below((r), ARRAY_LEN(v))])

static bool one_in(struct rng *r, uint64_t n)
{
	return rng_below(r, n) == 0;
}

static uint32_t draw_labels(struct rng *r, struct kv *v, uint32_t max)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < ARRAY_LEN(keys) && n < max; i++) {
		if (!one_in(r, 3))
			v[n++] = (struct kv){keys[i], PICK(r, values)};
	}
	return n;
}

static uint32_t draw_taints(struct rng *r, struct taint *v)
{
	static const enum taint_effect effects[] = {EFFECT_NO_SCHEDULE, EFFECT_NO_EXECUTE,
						    EFFECT_PREFER_NO_SCHEDULE,
						    EFFECT_PREFER_NO_SCHEDULE};
	uint32_t n = 0;
	for (uint32_t i = 0; i < ARRAY_LEN(taint_keys) && n < 3; i++) {
		if (one_in(r, 5))
			v[n++] = (struct taint){taint_keys[i], PICK(r, values), PICK(r, effects)};
	}
	return n;
}

static int64_t given(const struct res *v, uint32_t n, const char *name, int64_t none)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!strcmp(v[i].name, name))
			return v[i].milli;
	}
	return none;
}

bool case_caps(struct refcase *k, uint32_t node)
{
	const struct case_node *n = &k->node[node];
	bool changed = false;
	for (uint32_t r = 0; r < REF_RES; r++) {
		const char *name = ref_resources[r];
		int64_t foreign = strcmp(name, "pods") ? given(n->foreign, n->nforeign, name, 0)
						       : n->foreign_pods * 1000;
		int64_t most = given(n->alloc, n->nalloc, name, 0), room = most - foreign;
		int64_t spec = given(n->spec, n->nspec, name, INT64_MAX);
		room = spec < room ? spec : room;
		room = room > 0 ? room : 0;
		k->rnode[node].total[r] = most;
		k->rnode[node].lists[r] = given(n->alloc, n->nalloc, name, -1) >= 0;
		k->rnode[node].others[r] = foreign;
		k->rnode[node].most[r] = most < spec ? most : spec;
		changed |= room != k->rnode[node].cap[r];
		k->rnode[node].cap[r] = room;
	}
	return changed;
}

static void draw_room(struct rng *r, struct case_node *n)
{
	n->nalloc = n->nspec = n->nforeign = 0;
	n->alloc[n->nalloc++] = (struct res){"cpu", 1000 * (1 + (int64_t)rng_below(r, 8))};
	n->alloc[n->nalloc++] = (struct res){"memory", 1000 * (1 + (int64_t)rng_below(r, 8))};
	n->alloc[n->nalloc++] = (struct res){"pods", 1000 * (2 + (int64_t)rng_below(r, 5))};
	if (one_in(r, 2))
		n->alloc[n->nalloc++] =
			(struct res){"example.com/gpu", 1000 * (int64_t)rng_below(r, 5)};
	if (one_in(r, 4))
		n->spec[n->nspec++] = (struct res){"cpu", 1000 * (int64_t)rng_below(r, 6)};
	n->foreign[n->nforeign++] = (struct res){"cpu", 100 * (int64_t)rng_below(r, 12)};
	if (one_in(r, 3))
		n->foreign[n->nforeign++] = (struct res){"memory", 100 * (int64_t)rng_below(r, 12)};
	n->foreign_pods = (int64_t)rng_below(r, 3);
}

void case_relabel(struct refcase *k, uint32_t node)
{
	struct case_node *n = &k->node[node];
	struct ref_node *f = &k->rnode[node];
	f->labels = (struct kvs){n->labels, draw_labels(&k->rng, n->labels, CASE_LABELS)};
	f->own_labels =
		(struct kvs){n->own, one_in(&k->rng, 3) ? draw_labels(&k->rng, n->own, 3) : 0};
	f->taints = n->taints;
	f->ntaints = draw_taints(&k->rng, n->taints);
}

static void draw_node(struct refcase *k, uint32_t i)
{
	struct case_node *n = &k->node[i];
	ref_text(n->name, sizeof n->name, "n%u", i);
	ref_text(n->uid, sizeof n->uid, "node-%u", i);
	n->node_cordoned = one_in(&k->rng, 12);
	n->own_cordoned = one_in(&k->rng, 12);
	k->rnode[i] = (struct ref_node){.name = n->name,
					.ready = !one_in(&k->rng, 10),
					.agent = !one_in(&k->rng, 10),
					.cordoned = n->node_cordoned || n->own_cordoned};
	draw_room(&k->rng, n);
	case_relabel(k, i);
	case_caps(k, i);
}

static void draw_terms(struct rng *r, struct case_job *j)
{
	uint32_t n = one_in(r, 2) ? 1 + (uint32_t)rng_below(r, 2) : 0;
	for (uint32_t t = 0; t < n; t++) {
		j->terms[t] = (struct sel_term){j->exprs[t], 1 + (uint32_t)rng_below(r, 2)};
		if (one_in(r, 12))
			j->terms[t].n = 0;
		for (uint32_t e = 0; e < j->terms[t].n; e++) {
			enum sel_op op = (enum sel_op)rng_below(r, 6);
			uint32_t nvalues = op == SEL_GT || op == SEL_LT ? 1
					   : op == SEL_IN || op == SEL_NOT_IN
						   ? 1 + (uint32_t)rng_below(r, 2)
						   : 0;
			for (uint32_t v = 0; v < nvalues; v++)
				j->values[t][e][v] = PICK(r, values);
			j->exprs[t][e] =
				(struct sel_expr){PICK(r, keys), op, {j->values[t][e], nvalues}};
		}
	}
	j->spec.terms = j->terms;
	j->spec.nterms = n;
}

static void draw_preferred(struct rng *r, struct case_job *j)
{
	uint32_t n = one_in(r, 3) ? 1 + (uint32_t)rng_below(r, 3) : 0;
	for (uint32_t i = 0; i < n; i++) {
		enum sel_op op = one_in(r, 3) ? SEL_NOT_IN : SEL_IN;
		j->liked[i] = PICK(r, values);
		j->likes[i] = (struct sel_expr){PICK(r, keys), op, {&j->liked[i], 1}};
		j->preferred[i] = (struct sel_preference){
			1 + (uint32_t)rng_below(r, PREFERENCE_MAX), {&j->likes[i], !one_in(r, 8)}};
	}
	j->spec.preferred = j->preferred;
	j->spec.npreferred = n;
}

static void draw_tolerations(struct rng *r, struct case_job *j)
{
	uint32_t n = one_in(r, 2) ? (uint32_t)rng_below(r, 4) : 0;
	for (uint32_t i = 0; i < n; i++) {
		bool any = one_in(r, 8), exists = any || one_in(r, 2);
		j->tolerations[i] = (struct toleration){
			.key = any ? NULL : PICK(r, taint_keys),
			.value = exists ? NULL : PICK(r, values),
			.exists = exists,
			.effect = one_in(r, 2) ? EFFECT_ANY
					       : (enum taint_effect)(1 + rng_below(r, 3))};
	}
	j->spec.tolerations = j->tolerations;
	j->spec.ntolerations = n;
}

static void draw_requests(struct rng *r, struct case_job *j)
{
	uint32_t n = 0;
	if (!one_in(r, 6))
		j->requests[n++] = (struct res){"cpu", 100 * (1 + (int64_t)rng_below(r, 40))};
	if (one_in(r, 2))
		j->requests[n++] = (struct res){"memory", 100 * (int64_t)rng_below(r, 50)};
	if (one_in(r, 5))
		j->requests[n++] = (struct res){"example.com/gpu", 1000 * (int64_t)rng_below(r, 3)};
	if (one_in(r, 40))
		j->requests[n++] = (struct res){"example.com/nic", 1000};
	j->spec.requests = (struct reslist){j->requests, n};
}

static void draw_job(struct refcase *k, uint32_t i)
{
	struct case_job *j = &k->job[i];
	struct rng *r = &k->rng;
	ref_text(j->name, sizeof j->name, "j%llu", (unsigned long long)rng_below(r, 90) * 100 + i);
	j->ns = one_in(r, 2) ? "a" : one_in(r, 2) ? "b" : "c";
	ref_text(j->key, sizeof j->key, "%s/%s", j->ns, j->name);
	ref_text(j->uid, sizeof j->uid, "job-%u", i);
	j->spec = (struct job_spec){.parallelism = 1,
				    .priority = one_in(r, 3) ? (int32_t)rng_below(r, 3) : 0,
				    .backoff_limit = 6,
				    .active_deadline_s = -1,
				    .ttl_s = -1,
				    .max_unavailable = 1,
				    .template_hash = "0123456789abcdef",
				    .template_text = "{}"};
	if (!one_in(r, 3))
		j->spec.parallelism = 1 + (uint32_t)rng_below(r, CASE_MEMBERS);
	if (one_in(r, 3)) /* less than parallelism, as many, more */
		j->spec.completions = 1 + (uint32_t)rng_below(r, CASE_MEMBERS);
	j->spec.min_parallelism = j->spec.parallelism;
	if (one_in(r, 3))
		j->spec.min_parallelism = 1 + (uint32_t)rng_below(r, j->spec.parallelism);
	if (!one_in(r, 3))
		j->spec.active_deadline_s = 1000 + 100 * (int64_t)rng_below(r, 30);
	if (one_in(r, 6)) /* in a day or so */
		j->spec.active_deadline_s += 86400;
	j->spec.grace_s = 50 * (int64_t)rng_below(r, 4);
	uint32_t nsel = one_in(r, 3) ? 1 + one_in(r, 4) : 0;
	for (uint32_t s = 0; s < nsel; s++)
		j->selector[s] = (struct kv){keys[(i + s) % ARRAY_LEN(keys)], PICK(r, values)};
	j->spec.node_selector = (struct kvs){j->selector, nsel};
	draw_terms(r, j);
	draw_preferred(r, j);
	draw_tolerations(r, j);
	draw_requests(r, j);
	for (uint32_t m = 0; m < CASE_MEMBERS; m++)
		j->where[m] = REF_NOWHERE;
	k->rjob[i] = (struct ref_job){.key = j->key,
				      .ns = j->ns,
				      .created_ms = 1000 * (int64_t)rng_below(r, 4),
				      .spec = &j->spec,
				      .end_ms = INT64_MAX,
				      .where = j->where};
}

/* Drawn apart, so that all else of a case stays as it is. */
static void draw_sharing(struct refcase *k, uint64_t seed)
{
	struct rng r = {seed * 104729 + 1};
	for (uint32_t i = 0; i < k->ref.njobs && seed % 2; i++) {
		if (one_in(&r, 2))
			k->job[i].spec.per_node = 1 + (uint32_t)rng_below(&r, 4);
	}
}

void case_make(struct refcase *k, uint64_t seed)
{
	memset(k, 0, sizeof *k);
	k->rng = (struct rng){seed * 7919 + 1};
	k->ref = (struct ref){.nodes = k->rnode,
			      .nnodes = 3 + (uint32_t)rng_below(&k->rng, CASE_NODES - 2),
			      .jobs = k->rjob,
			      .njobs = 4 + (uint32_t)rng_below(&k->rng, CASE_JOBS - 3),
			      .spread = one_in(&k->rng, 2),
			      .pass_limit_ms = 1000 * (int64_t)rng_below(&k->rng, 12),
			      .max_hold_ms = 1000 * (int64_t)rng_below(&k->rng, 12),
			      .namespace_holds = (uint32_t)rng_below(&k->rng, 3),
			      .kept = k->kept};
	for (uint32_t i = 0; i < k->ref.nnodes; i++)
		draw_node(k, i);
	for (uint32_t i = 0; i < k->ref.njobs; i++)
		draw_job(k, i);
	draw_sharing(k, seed);
}
