/* SPDX-License-Identifier: Apache-2.0 */
/* The core places, reserves and explains as the rules written plainly do (test/ref), on random
 * cases. A failure prints its seed; the program with that number as its argument runs it alone and
 * tells each event. Two numbers: the seeds from one to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "coordinator/core/check.h"
#include "coordinator/core/core.h"
#include "test/unit/coordinator/core/refcase.h"
#include "test/unit/coordinator/core/take.h"

enum { CASES = 10000, EVENTS = 14, UNHEARD_MS = 500 };

static uint64_t first_seed = 1, last_seed = CASES;

struct run {
	struct refcase k;
	uint64_t seed;
	struct core *core;
	int64_t now_ms;
	uint64_t rv;
};

static int64_t wall(const struct run *x)
{
	return INT64_C(1700000000000) + x->now_ms;
}

static void step(struct run *x, struct core_event *ev)
{
	struct core_actions acts;
	ev->now_ms = x->now_ms;
	ev->wall_ms = wall(x);
	core_step(x->core, ev, &acts);
	for (int i = 0; core_deadline(x->core) <= x->now_ms && i < 100; i++) {
		struct core_event tick = {.now_ms = x->now_ms, .wall_ms = wall(x)};
		core_step(x->core, &tick, &acts);
	}
	core_check(x->core);
}

static void pass(struct run *x, int64_t ms)
{
	struct core_event ev = {.type = CEV_TICK};
	x->now_ms += ms;
	x->k.ref.now_ms = wall(x);
	step(x, &ev);
	ref_passed(&x->k.ref);
}

static void tell_node(struct run *x, uint32_t i)
{
	struct case_node *n = &x->k.node[i];
	struct ref_node *f = &x->k.rnode[i];
	struct node node = {.meta = {.name = n->name, .uid = n->uid, .labels = f->labels},
			    .allocatable = {n->alloc, n->nalloc},
			    .taints = f->taints,
			    .ntaints = f->ntaints,
			    .unschedulable = n->node_cordoned,
			    .ready = f->ready ? COND_TRUE : COND_FALSE};
	struct compute_node compute_node = {
		.meta = {.name = n->name, .uid = n->name, .labels = f->own_labels},
		.owned_by_node = true,
		.unschedulable = n->own_cordoned,
		.resources = {n->spec, n->nspec}};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &compute_node};
	step(x, &ev);
	ev = (struct core_event){.type = CEV_NODE, .node = &node};
	step(x, &ev);
}

static void say_hello(struct run *x, uint32_t i, bool again)
{
	struct case_node *n = &x->k.node[i];
	struct capacity cap = {.foreign = {n->foreign, n->nforeign},
			       .foreign_pods = (uint32_t)n->foreign_pods};
	struct core_event ev = {.type = again ? CEV_REPORT : CEV_HELLO,
				.agent = {.node = n->name,
					  .session = i + 1,
					  .boot_id = "boot",
					  .version = "1",
					  .capacity = &cap}};
	step(x, &ev);
}

static void tell_job(struct run *x, uint32_t i)
{
	struct case_job *j = &x->k.job[i];
	struct job job = {.meta = {.ns = x->k.job[i].ns,
				   .name = j->name,
				   .uid = j->uid,
				   .rv = "1",
				   .generation = 1,
				   .created_ms = x->k.rjob[i].created_ms},
			  .spec = j->spec};
	struct core_event ev = {.type = CEV_JOB, .job = &job};
	x->k.rjob[i].known = true;
	step(x, &ev);
}

static const char *where(struct run *x, uint32_t job, uint32_t index)
{
	for (uint32_t i = 0; i < x->k.ref.nnodes; i++) {
		const struct order *v;
		uint32_t n;
		uint64_t revision;
		core_orders(x->core, x->k.node[i].name, &v, &n, &revision);
		for (uint32_t o = 0; o < n; o++) {
			if (!strcmp(v[o].job_uid, x->k.job[job].uid) && v[o].index == index)
				return x->k.node[i].name;
		}
	}
	return "";
}

static void compare_places(struct run *x, const char *after)
{
	for (uint32_t i = 0; i < x->k.ref.njobs; i++) {
		for (uint32_t m = 0; m < job_completions(&x->k.job[i].spec); m++) {
			int32_t at = x->k.job[i].where[m];
			const char *want = at >= 0 ? x->k.node[at].name : "";
			const char *is = where(x, i, m);
			if (strcmp(is, want) != 0)
				fail_msg("seed %llu, after %s: member %u of %s is on '%s', the "
					 "rules say '%s'",
					 (unsigned long long)x->seed, after, m, x->k.job[i].name,
					 is, want);
		}
	}
}

/* Without the number of "expected to start in 12 s", and the time behind "until": they were right
 * when they were told. */
static void cut(char *ret, size_t max, const char *message)
{
	static const struct {
		const char *text;
		size_t keep;
	} ends[] = {{"; expected to start in", 22}, {" until 2", 6}};
	size_t n = strlen(message);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		const char *at = strstr(message, ends[i].text);
		n = at ? (size_t)(at - message) + ends[i].keep : n;
	}
	n = n < max ? n : max - 1;
	memcpy(ret, message, n);
	ret[n] = 0;
}

static void compare_words(struct run *x)
{
	pass(x, 2000);
	pass(x, 2000);
	for (uint32_t i = 0; i < x->k.ref.njobs; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(4096);
		struct job_status s = {0};
		char is[1100];
		const char *rv;
		const struct ref_job *j = &x->k.rjob[i];
		if (!j->known || !ref_missing(j) ||
		    !take_job_status(x->core, x->k.job[i].ns, x->k.job[i].name, &s, &rv))
			continue;
		ref_why(&x->k.ref, j, &b);
		cut(is, sizeof is, str_or_empty(s.message));
		if (strcmp(is, buf_str(&b)) != 0)
			fail_msg("seed %llu: %s says '%s', the rules say '%s'",
				 (unsigned long long)x->seed, x->k.job[i].name, is, buf_str(&b));
	}
}

static void set_up(struct run *x, bool jobs_first)
{
	struct core_config cfg = core_config_usual();
	struct core_event ev = {.type = CEV_LEAD, .epoch = 1};
	cfg.node_silent_grace_ms = cfg.loop_gap_ms = 1 << 30;
	cfg.node_not_ready_ms = 0;
	cfg.node_unheard_ms = UNHEARD_MS;
	cfg.message_refresh_ms = 1000;
	cfg.pass_limit_ms = x->k.ref.pass_limit_ms;
	cfg.max_hold_ms = x->k.ref.max_hold_ms;
	cfg.namespace_holds = x->k.ref.namespace_holds;
	cfg.spread = x->k.ref.spread;
	cfg.creates_initial = 100000;
	x->core = core_new(&cfg, NULL);
	x->now_ms = 1000;
	x->k.ref.now_ms = wall(x);
	step(x, &ev);
	for (uint32_t i = 0; i < x->k.ref.nnodes; i++) {
		x->k.rnode[i].agent = false;
		tell_node(x, i);
	}
	for (uint32_t i = 0; jobs_first && i < x->k.ref.njobs; i++)
		tell_job(x, i);
	ev = (struct core_event){.type = CEV_SYNCED};
	step(x, &ev);
	ref_passed(&x->k.ref);
	pass(x, 1000);
}

/* Agents come one after the other: what waits is placed where each has room. */
static void hellos(struct run *x, const bool *agents)
{
	for (uint32_t i = 0; i < x->k.ref.nnodes; i++) {
		if (!agents[i])
			continue;
		x->k.rnode[i].agent = true;
		say_hello(x, i, false);
		if (x->k.rnode[i].ready && !x->k.rnode[i].cordoned)
			ref_cycle(&x->k.ref);
		compare_places(x, "an agent's hello");
	}
}

/* A member succeeds; its room is free. */
static void succeed(struct run *x, uint32_t i, uint32_t m)
{
	struct case_job *j = &x->k.job[i];
	int32_t at = j->where[m];
	char pod[POD_NAME_BYTES];
	const struct order *v;
	uint32_t n, o = 0;
	uint64_t revision;
	core_orders(x->core, x->k.node[at].name, &v, &n, &revision);
	while (o < n && (strcmp(v[o].job_uid, j->uid) != 0 || v[o].index != m))
		o++;
	assert_true(o < n);
	memcpy(pod, v[o].pod, strlen(v[o].pod) + 1);
	struct member told = {.ns = j->ns,
			      .job_name = j->name,
			      .job_uid = j->uid,
			      .pod = pod,
			      .pod_uid = pod,
			      .node = x->k.node[at].name,
			      .index = m,
			      .attempt = v[o].attempt,
			      .template_hash = j->spec.template_hash,
			      .phase = MEMBER_SUCCEEDED};
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = told.node,
					  .session = (uint64_t)at + 1,
					  .members = &told,
					  .nmembers = 1}};
	j->where[m] = REF_DONE;
	for (uint32_t r = 0; r < REF_RES; r++)
		x->k.rnode[at].used[r] -= ref_asked(&j->spec, r);
	step(x, &ev);
	ref_cycle(&x->k.ref);
	compare_places(x, "a success");
}

static void some_success(struct run *x)
{
	uint32_t from = (uint32_t)rng_below(&x->k.rng, x->k.ref.njobs);
	for (uint32_t i = 0; i < x->k.ref.njobs; i++) {
		uint32_t job = (from + i) % x->k.ref.njobs;
		for (uint32_t m = 0; m < job_completions(&x->k.job[job].spec); m++) {
			if (x->k.job[job].where[m] >= 0) {
				succeed(x, job, m);
				return;
			}
		}
	}
}

static void some_cordon(struct run *x, uint32_t i)
{
	struct case_node *n = &x->k.node[i];
	struct ref_node *f = &x->k.rnode[i];
	bool before = f->cordoned;
	if (rng_below(&x->k.rng, 2))
		n->node_cordoned = !n->node_cordoned;
	else
		n->own_cordoned = !n->own_cordoned;
	f->cordoned = n->node_cordoned || n->own_cordoned;
	tell_node(x, i);
	if (before != f->cordoned && f->agent && f->ready)
		ref_cycle(&x->k.ref);
	compare_places(x, "a cordon");
}

static void some_capacity(struct run *x, uint32_t i)
{
	struct case_node *n = &x->k.node[i];
	if (!x->k.rnode[i].agent)
		return;
	n->foreign[0].milli = 100 * (int64_t)rng_below(&x->k.rng, 12);
	n->foreign_pods = (int64_t)rng_below(&x->k.rng, 3);
	bool changed = case_caps(&x->k, i);
	say_hello(x, i, true);
	if (changed)
		ref_cycle(&x->k.ref);
	compare_places(x, "a report of other pods");
}

static void some_event(struct run *x)
{
	uint32_t node = (uint32_t)rng_below(&x->k.rng, x->k.ref.nnodes);
	for (uint32_t i = 0; i < x->k.ref.njobs; i++) {
		if (x->k.rjob[i].known || rng_below(&x->k.rng, 4))
			continue;
		tell_job(x, i);
		ref_new(&x->k.ref, &x->k.rjob[i]);
		compare_places(x, "a new job");
		return;
	}
	switch (rng_below(&x->k.rng, 4)) {
	case 0: some_cordon(x, node); break;
	case 1: some_capacity(x, node); break;
	default: some_success(x); break;
	}
}

static void run_case(uint64_t seed)
{
	static struct run x;
	bool agents[CASE_NODES];
	memset(&x, 0, sizeof x);
	x.seed = seed;
	case_make(&x.k, seed);
	for (uint32_t i = 0; i < CASE_NODES; i++)
		agents[i] = x.k.rnode[i].agent;
	set_up(&x, seed % 2);
	hellos(&x, agents);
	compare_words(&x);
	for (uint32_t e = 0; e < EVENTS; e++) {
		pass(&x, 1000);
		some_event(&x);
		if (e % 4 == 3)
			compare_words(&x);
	}
	core_free(x.core);
}

static void as_the_rules_say(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed <= last_seed; seed++)
		run_case(seed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(as_the_rules_say)};
	if (argc > 1)
		first_seed = last_seed = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		last_seed = strtoull(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
