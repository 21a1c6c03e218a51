/* SPDX-License-Identifier: Apache-2.0 */
/* Who is first, and who may pass. */
#include "world.h"

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
static void backfill(void **state)
{
	struct world *w = w_of(state);
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
	}
	assert_int_equal(w_orders(w, run), 1);
	assert_int_equal(w_orders(w, big), 0);
	assert_int_equal(w_orders(w, brief), 1);   /* ends before the reservation */
	assert_int_equal(w_orders(w, lengthy), 0); /* would delay it */
	w_all(w, run, MEMBER_RUNNING);
	w_all(w, brief, MEMBER_RUNNING);
	w_all(w, brief, MEMBER_SUCCEEDED);
	assert_int_equal(w_orders(w, lengthy), 0);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, big).message,
			    "needs 2 nodes: 1 fits; 1 lacks cpu; expected in 100 s");
	w_all(w, run, MEMBER_SUCCEEDED);
	assert_int_equal(w_orders(w, big), 2);
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

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(priority_then_age),
		T(raised_priority_takes_effect),
		T(backfill),
		T(without_an_end_others_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
