/* SPDX-License-Identifier: Apache-2.0 */
#include "load.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { CPU_LEAST = 50, CPU_SIZES = 400, MI = 1024 * 1024, ROOM = 4 };

static const char *const zones[] = {"a", "b", "c", "d"};
static const char *const disks[] = {"ssd", "hdd"};
static const char *const tiers[] = {"gold", "silver", "bronze"};
static const char *const numbers[] = {"2", "5", "8", "11", "14"};
static const char *const teams[] = {"red", "green", "blue"};

#define PICK(l, v) ((v)[rng_below(&(l)->rng, ARRAY_LEN(v))])

static bool uses(const struct load *l, enum shape s)
{
	return l->shape == s || l->shape == SHAPE_GANG ||
	       (l->shape == SHAPE_BACKFILL && s == SHAPE_SELECTOR && l->parallelism == 1);
}

static void make_taints(struct load *l, struct load_node *n, struct ref_node *r)
{
	r->taints = n->taints;
	if (!uses(l, SHAPE_TAINTS))
		return;
	if (rng_below(&l->rng, 4) == 0)
		n->taints[r->ntaints++] =
			(struct taint){"team", PICK(l, teams), EFFECT_NO_SCHEDULE};
	if (rng_below(&l->rng, 4) == 0)
		n->taints[r->ntaints++] = (struct taint){"costly", "", EFFECT_PREFER_NO_SCHEDULE};
}

static void make_node(struct load *l, int64_t i)
{
	struct load_node *n = &l->node[i];
	struct ref_node *r = &l->rnode[i];
	uint32_t k = 0;
	ref_text(n->name, sizeof n->name, "n%lld", (long long)i);
	ref_text(n->uid, sizeof n->uid, "node-%lld", (long long)i);
	ref_text(n->rank, sizeof n->rank, "%llu", (unsigned long long)rng_below(&l->rng, 16));
	ref_text(n->rack, sizeof n->rack, "r%lld", (long long)(i % 40));
	n->labels[k++] = (struct kv){"zone", PICK(l, zones)};
	n->labels[k++] = (struct kv){"disk", PICK(l, disks)};
	n->labels[k++] = (struct kv){"rank", n->rank};
	n->labels[k++] = (struct kv){"rack", n->rack};
	if (rng_below(&l->rng, 4))
		n->labels[k++] = (struct kv){"tier", PICK(l, tiers)};
	*r = (struct ref_node){
		.name = n->name, .labels = {n->labels, k}, .agent = true, .ready = true};
	make_taints(l, n, r);
	int64_t other = (int64_t)rng_below(&l->rng, (uint64_t)l->cpu_each / 8);
	n->room[0] = (struct res){"cpu", l->cpu_each};
	n->room[1] = (struct res){"memory", INT64_C(1) << 52};
	n->room[2] = (struct res){"pods", INT64_C(1) << 40};
	n->foreign[0] = (struct res){"cpu", other};
	r->cap[0] = l->cpu_each - other;
	r->cap[1] = n->room[1].milli;
	r->cap[2] = n->room[2].milli;
	r->others[0] = other;
	for (size_t res = 0; res < 3; res++)
		r->total[res] = n->room[res].milli;
}

static void draw_selector(struct load *l, struct load_variant *v)
{
	uint32_t n = 0;
	v->selector[n++] = (struct kv){"zone", PICK(l, zones)};
	if (rng_below(&l->rng, 2))
		v->selector[n++] =
			l->parallelism > 1
				? (struct kv){"disk", PICK(l, disks)}
				: (struct kv){"rack",
					      l->node[rng_below(&l->rng, 40) % (uint64_t)l->nodes]
						      .rack};
	v->spec.node_selector = (struct kvs){v->selector, n};
}

static void draw_affinity(struct load *l, struct load_variant *v)
{
	v->values[0] = PICK(l, zones);
	v->values[1] = PICK(l, zones);
	const char **number = mem_zalloc(2, sizeof *number); /* for the run of the program */
	number[0] = PICK(l, numbers);
	number[1] = PICK(l, tiers);
	enum sel_op cmp = rng_below(&l->rng, 2) ? SEL_GT : SEL_LT;
	v->exprs[0][0] = (struct sel_expr){
		"zone", rng_below(&l->rng, 2) ? SEL_IN : SEL_NOT_IN, {v->values, 2}};
	v->exprs[0][1] = (struct sel_expr){"rank", cmp, {number, 1}};
	v->exprs[1][0] = (struct sel_expr){
		"tier", rng_below(&l->rng, 2) ? SEL_EXISTS : SEL_DOES_NOT_EXIST, {NULL, 0}};
	v->exprs[1][1] = (struct sel_expr){"tier", SEL_NOT_IN, {number + 1, 1}};
	v->terms[0] = (struct sel_term){v->exprs[0], 1 + (uint32_t)rng_below(&l->rng, 2)};
	v->terms[1] = (struct sel_term){v->exprs[1], 1 + (uint32_t)rng_below(&l->rng, 2)};
	v->spec.terms = v->terms;
	v->spec.nterms = 1 + (uint32_t)rng_below(&l->rng, 2);
}

static void draw_tolerations(struct load *l, struct load_variant *v)
{
	uint32_t n = (uint32_t)rng_below(&l->rng, 3);
	for (uint32_t i = 0; i < n; i++)
		v->tolerations[i] = (struct toleration){.key = i ? "costly" : "team",
							.value = i ? NULL : PICK(l, teams),
							.exists = i == 1};
	v->spec.tolerations = v->tolerations;
	v->spec.ntolerations = n;
}

/* Drawn again until so many nodes match that a job finds its own among them. */
static void draw_variant(struct load *l, struct load_variant *v)
{
	int64_t least = l->parallelism + l->parallelism / 8 + 8, match = 0;
	for (int tries = 0; match < least && tries < 1000; tries++) {
		v->spec = (struct job_spec){.parallelism = (uint32_t)l->parallelism,
					    .min_parallelism = (uint32_t)l->parallelism,
					    .per_node = (uint32_t)l->per_node,
					    .backoff_limit = 6,
					    .active_deadline_s = -1,
					    .ttl_s = -1,
					    .max_unavailable = 1,
					    .template_hash = "0123456789abcdef",
					    .template_text = "{}"};
		if (uses(l, SHAPE_SELECTOR) && tries < 500 && rng_below(&l->rng, 8))
			draw_selector(l, v);
		if (uses(l, SHAPE_AFFINITY) && tries < 500)
			draw_affinity(l, v);
		if (uses(l, SHAPE_TAINTS))
			draw_tolerations(l, v);
		match = 0;
		for (int64_t i = 0; i < l->nodes; i++)
			match += ref_matches(&l->rnode[i], &v->spec);
	}
}

void load_one(struct load *l, struct load_job *ret, const char *name, int64_t members, int64_t cpu)
{
	(void)l;
	*ret = (struct load_job){.spec = {.parallelism = (uint32_t)members,
					  .min_parallelism = (uint32_t)members,
					  .backoff_limit = 6,
					  .active_deadline_s = -1,
					  .ttl_s = -1,
					  .max_unavailable = 1,
					  .template_hash = "0123456789abcdef",
					  .template_text = "{}"}};
	ref_text(ret->name, sizeof ret->name, "%s", name);
	ref_text(ret->uid, sizeof ret->uid, "uid-%s", name);
	ret->requests[0] = (struct res){"cpu", cpu};
	ret->requests[1] = (struct res){"memory", INT64_C(1000) * MI};
	ret->spec.requests = (struct reslist){ret->requests, 2};
}

static void make_job(struct load *l, int64_t i)
{
	struct load_job *j = &l->job[i];
	ref_text(j->name, sizeof j->name, "j%lld", (long long)i);
	ref_text(j->uid, sizeof j->uid, "job-%lld", (long long)i);
	j->spec = l->variant[rng_below(&l->rng, VARIANTS)].spec;
	/* No two jobs ask for the same. */
	j->requests[0] = (struct res){"cpu", CPU_LEAST + i % CPU_SIZES};
	j->requests[1] = (struct res){"memory", (64 + i / CPU_SIZES) * 1000 * MI};
	j->spec.requests = (struct reslist){j->requests, 2};
	bool brief = l->parallelism > l->nodes / 20 || rng_below(&l->rng, 4);
	if (l->shape == SHAPE_BACKFILL && brief)
		j->spec.active_deadline_s = 600 + (int64_t)rng_below(&l->rng, 2400);
}

void load_make(struct load *l)
{
	int64_t members = l->jobs * l->parallelism;
	int64_t mean = CPU_LEAST + CPU_SIZES / 2;
	l->rng = (struct rng){20260101};
	l->cpu_each = ROOM * (members / l->nodes + 1) * mean + 4 * (CPU_LEAST + CPU_SIZES);
	if (l->shape == SHAPE_BACKFILL)
		l->cpu_each *= 4;
	l->node = mem_zalloc((size_t)l->nodes, sizeof *l->node);
	l->rnode = mem_zalloc((size_t)l->nodes, sizeof *l->rnode);
	l->job = mem_zalloc((size_t)l->jobs, sizeof *l->job);
	for (int64_t i = 0; i < l->nodes; i++)
		make_node(l, i);
	for (uint32_t i = 0; i < VARIANTS; i++)
		draw_variant(l, &l->variant[i]);
	for (int64_t i = 0; i < l->jobs; i++)
		make_job(l, i);
	l->distinct = (uint32_t)l->jobs;
}

void load_done(struct load *l)
{
	free(l->node);
	free(l->rnode);
	free(l->job);
}
