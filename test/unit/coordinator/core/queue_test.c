/* SPDX-License-Identifier: Apache-2.0 */
/* Who is first, and who may pass. */
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "test/unit/coordinator/core/world.h"

static void request(struct wjob *j, const char *name, int64_t milli)
{
	uint32_t n = j->job.spec.requests.n;
	j->requests[n] = (struct res){name, milli};
	j->job.spec.requests = (struct reslist){j->requests, n + 1};
}

static void priority_then_age(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *run = w_new_job(w, "run", 1), *old = w_new_job(w, "old", 1);
	struct wjob *young = w_new_job(w, "young", 1), *high = w_new_job(w, "high", 1);
	struct wjob *all[] = {run, young, old, high};
	high->job.spec.priority = 10;
	for (uint32_t i = 0; i < 4; i++) {
		request(all[i], "cpu", 3000);
		w_job(w, all[i]);
	}
	assert_int_equal(w_orders(w, run), 1);
	struct wjob *order[] = {run, high, old, young};
	for (uint32_t i = 0; i < 3; i++) {
		w_all(w, order[i], MEMBER_RUNNING);
		w_all(w, order[i], MEMBER_SUCCEEDED);
		assert_int_equal(w_orders(w, order[i + 1]), 1);
	}
}

static void raised_priority_takes_effect(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *run = w_new_job(w, "run", 1), *a = w_new_job(w, "a", 1);
	struct wjob *b = w_new_job(w, "b", 1);
	struct wjob *all[] = {run, a, b};
	for (uint32_t i = 0; i < 3; i++) {
		request(all[i], "cpu", 3000);
		w_job(w, all[i]);
	}
	b->job.spec.priority = 1;
	w_job(w, b);
	w_all(w, run, MEMBER_SUCCEEDED);
	assert_int_equal(w_orders(w, b), 1);
	assert_int_equal(w_orders(w, a), 0);
}

/* Two nodes; one is busy for 100 s. The first in the queue wants both. */
static void backfill_of(struct world *w)
{
	w_nodes(w, 2);
	struct wjob *run = w_new_job(w, "run", 1), *big = w_new_job(w, "big", 2);
	struct wjob *brief = w_new_job(w, "brief", 1), *lengthy = w_new_job(w, "lengthy", 1);
	run->job.spec.active_deadline_s = 100;
	brief->job.spec.active_deadline_s = 50;
	lengthy->job.spec.active_deadline_s = 200;
	struct wjob *all[] = {run, big, lengthy, brief};
	for (uint32_t i = 0; i < 4; i++) {
		request(all[i], "cpu", 3000);
		w_job(w, all[i]);
		w_wait(w, 20);
	}
	assert_int_equal(w_orders(w, run), 1);
	assert_int_equal(w_orders(w, big), 0);
	assert_int_equal(w_orders(w, brief), 1);   /* ends before the reservation */
	assert_int_equal(w_orders(w, lengthy), 0); /* would delay it */
	w_all(w, run, MEMBER_RUNNING);
	w_all(w, brief, MEMBER_RUNNING);
	w_all(w, brief, MEMBER_SUCCEEDED);
	w_wait(w, 20);
	assert_int_equal(w_orders(w, lengthy), 0);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, big).message,
			    "needs 2 nodes: 1 fits; 1 lacks cpu; holds 1 of 2 nodes; expected "
			    "to start in 100 s");
	w_all(w, run, MEMBER_SUCCEEDED);
	w_wait(w, 20);
	assert_int_equal(w_orders(w, big), 2);
}

static void backfill(void **state)
{
	backfill_of(w_of(state));
}

/* The queue is gone through, and nodes are asked when they are free, in steps of one. */
static void backfill_step_by_step(void **state)
{
	struct world *w = w_of(state);
	w->cfg.step_jobs = 1;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	backfill_of(w);
}

static void without_an_end_others_pass(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 2);
	struct wjob *run = w_new_job(w, "run", 1), *big = w_new_job(w, "big", 2);
	struct wjob *other = w_new_job(w, "other", 1);
	struct wjob *all[] = {run, big, other};
	for (uint32_t i = 0; i < 3; i++) {
		request(all[i], "cpu", 3000);
		w_job(w, all[i]);
	}
	assert_int_equal(w_orders(w, big), 0);
	assert_int_equal(w_orders(w, other), 1);
}

/* 12 uneven nodes and 40 jobs; all known before anything is placed, or one after the other. */
static void place_all(uint64_t seed, bool at_once, bool spread, char ret[40][64])
{
	struct world *w;
	struct wjob *jobs[40];
	struct rng r = {seed};
	char name[16];
	w_setup((void **)&w);
	w->cfg.spread = spread;
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	for (uint32_t i = 0; i < 12; i++) {
		w_text(name, sizeof name, "n%u", i);
		struct wnode *n = w_node(w, name);
		n->alloc[0].milli = 2000 + 1000 * (int64_t)rng_below(&r, 8);
		n->labels[n->nlabels++] = (struct kv){"zone", rng_below(&r, 2) ? "a" : "b"};
		w_tell_node(w, n);
		w_hello(w, name);
	}
	if (!at_once)
		w_sync(w);
	for (uint32_t i = 0; i < 40; i++) {
		w_text(name, sizeof name, "j%02u", i);
		jobs[i] = w_new_job(w, name, 1 + (uint32_t)rng_below(&r, 3));
		request(jobs[i], "cpu", 100 * (1 + (int64_t)rng_below(&r, 20)));
		jobs[i]->selector[0] = (struct kv){"zone", rng_below(&r, 2) ? "a" : "b"};
		if (rng_below(&r, 2))
			jobs[i]->job.spec.node_selector = (struct kvs){jobs[i]->selector, 1};
		w_job(w, jobs[i]);
	}
	if (at_once)
		w_sync(w);
	for (uint32_t i = 0; i < 40; i++) {
		const char *at[3] = {"", "", ""};
		for (uint32_t k = 0; k < 3; k++)
			w_order(w, jobs[i], k, &at[k]);
		w_text(ret[i], 64, "%s %s %s", at[0], at[1], at[2]);
	}
	w_teardown((void **)&w);
}

static void a_batch_goes_where_single_jobs_go(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		char a[40][64], b[40][64];
		place_all(seed, true, seed % 2, a);
		place_all(seed, false, seed % 2, b);
		for (uint32_t i = 0; i < 40; i++) {
			if (strcmp(a[i], b[i]) != 0)
				fail_msg("seed %llu: job %u: '%s', alone '%s'",
					 (unsigned long long)seed, i, a[i], b[i]);
		}
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(priority_then_age),
		T(raised_priority_takes_effect),
		T(backfill),
		T(backfill_step_by_step),
		T(without_an_end_others_pass),
		cmocka_unit_test(a_batch_goes_where_single_jobs_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
