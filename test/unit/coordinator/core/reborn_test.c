/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that come again, and pods that go again and again. */
#include "test/unit/coordinator/core/world.h"

/* A create that was under way for long makes a pod whose attempt has ended and gone. */
static struct wjob *ended(struct world *w, enum member_phase how)
{
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_all(w, j, how);
	w_wait(w, 3000);
	w_clear(w);
	return j;
}

static struct member again(struct world *w, struct wjob *j)
{
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	m.pod_uid = "pod-again";
	return m;
}

static void after_its_success(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = ended(w, MEMBER_SUCCEEDED);
	struct member m = again(w, j);
	w_report(w, &m); /* only its agent says so: we look ourselves */
	assert_true(w_has(w, "list n1\n"));
	assert_false(w_has(w, "delete"));
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "delete pod-again: superseded\n"));
	m.phase = MEMBER_GONE;
	w_report(w, &m);
	w_wait(w, 60000);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_int_equal(w_status(w, j).succeeded, 1);
	assert_int_equal(w_status(w, j).failed, 0);
}

static void after_its_failure(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = ended(w, MEMBER_FAILED);
	struct member m = again(w, j);
	w_report(w, &m);
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "delete pod-again: superseded\n"));
	m.phase = MEMBER_FAILED; /* of our signal: it is charged once */
	w_report(w, &m);
	m.phase = MEMBER_GONE;
	w_report(w, &m);
	w_wait(w, 30000);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	assert_int_equal(w_status(w, j).failed, 1);
}

static void after_its_successor_started(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = ended(w, MEMBER_FAILED);
	struct member m = again(w, j);
	w_wait(w, 30000);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	w_report(w, &m);
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "delete pod-again: superseded\n"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

/* It goes with its node before it could be deleted: nothing has taken its place yet. */
static void on_a_node_that_is_lost(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = ended(w, MEMBER_FAILED);
	struct member m = again(w, j);
	w_report(w, &m);
	w_pods(w, "n1", &m, 1, true);
	w_find(w, "n1")->not_ready = true;
	w_tell_node(w, w_find(w, "n1"));
	w_wait(w, 3000);
	assert_int_equal(w_status(w, j).nsuperseded, 0);
	assert_int_equal(w_status(w, j).failed, 1);
}

/* Told again, it is the pod that has ended. */
static void old_news_of_the_same_pod(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = ended(w, MEMBER_SUCCEEDED);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_report(w, &m);
	w_did(w, "");
}

static const struct order *next_order(struct world *w, struct wjob *j, uint32_t index,
				      const char **ret_node)
{
	const struct order *o;
	while (!(o = w_order(w, j, index, ret_node)))
		w_wait(w, 1000); /* its pause */
	return o;
}

/* Of that index on, each once; of a small job all of the first. */
static void vanish_of(struct world *w, struct wjob *j, uint32_t first, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++) {
		uint32_t index = j->job.spec.parallelism > 2 ? first + i : 0;
		const char *node = "";
		const struct order *o = next_order(w, j, index, &node);
		struct member m = w_member(w, j, node, index, o->attempt, MEMBER_RUNNING);
		w_report(w, &m);
		m.phase = MEMBER_GONE;
		w_report(w, &m);
		if (j->job.spec.parallelism <= 2)
			next_order(w, j, index, &node);
	}
}

static void vanish(struct world *w, struct wjob *j, uint32_t times)
{
	vanish_of(w, j, 0, times);
}

static void answer(struct world *w, const struct wjob *j, enum rc rc, const char *live_uid)
{
	struct core_event ev = {.type = CEV_JOB_CHECKED,
				.checked = {.ns = "default",
					    .name = "a",
					    .uid = j->uid,
					    .rc = rc,
					    .live_uid = live_uid}};
	w_step(w, &ev);
}

/* The watch of jobs is dead without a sign, the job is deleted, and its pods are collected one
 * after the other. */
static void who_loses_pod_after_pod_asks_for_the_job(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 20);
	struct wjob *j = w_new_job(w, "a", 20);
	w_job(w, j);
	vanish_of(w, j, 0, 2);
	assert_false(w_has(w, "get a"));
	vanish_of(w, j, 2, 1);
	assert_true(w_has(w, "get a"));
	w_clear(w);
	vanish_of(w, j, 3, 3); /* one question is enough */
	assert_false(w_has(w, "get a"));
	answer(w, j, RC_TIMEOUT, "");
	assert_int_equal(w_orders(w, j), 20);
	vanish_of(w, j, 6, 4); /* not so soon again */
	assert_false(w_has(w, "get a"));
	w_wait(w, 11000);
	vanish_of(w, j, 10, 3);
	answer(w, j, RC_OK, j->uid); /* it is there: pods were deleted by hand */
	assert_int_equal(w_orders(w, j), 20);
	w_wait(w, 11000);
	vanish_of(w, j, 13, 3);
	w_clear(w);
	answer(w, j, RC_NOTFOUND, "");
	assert_int_equal(w_orders(w, j), 0);
	w_wait(w, 60000);
	assert_int_equal(w_orders(w, j), 0);
}

/* The watch lives, and says it before the answer comes. */
static void the_watch_was_faster(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	vanish(w, j, 3);
	struct member m = w_member(w, j, "n1", 0, 4, MEMBER_RUNNING);
	w_report(w, &m);
	w_job_gone(w, j);
	assert_true(w_has(w, "delete pod-a-0.4: job deleted\n"));
	answer(w, j, RC_NOTFOUND, "");
	m.phase = MEMBER_GONE;
	w_report(w, &m);
	w_wait(w, 60000);
	assert_int_equal(w_orders(w, j), 0);
	assert_true(core_deadline(w->core) > w->now_ms);
}

/* It is being deleted and will orphan its pods: the watch will say so, with all that it means. */
static void to_be_orphaned(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	vanish(w, j, 3);
	struct core_event ev = {.type = CEV_JOB_CHECKED,
				.checked = {.ns = "default",
					    .name = "a",
					    .uid = j->uid,
					    .rc = RC_OK,
					    .live_uid = j->uid,
					    .live_orphan = true}};
	w_step(w, &ev);
	assert_int_equal(w_orders(w, j), 1);
	assert_false(w_has(w, "delete"));
}

/* Another job of that name was made meanwhile. Of the old one there is a pod that the garbage
 * collector has not come to: it is ours as long as it has an owner. Of another member there is no
 * pod yet. */
static void what_is_left_of_it_is_read_before_it_goes(void **state)
{
	struct world *w = w_of(state);
	struct core_stats s;
	w_nodes(w, 2);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	vanish(w, j, 3);
	const char *node = "";
	uint32_t attempt = w_order(w, j, 0, &node)->attempt;
	assert_string_equal(node, "n1");
	struct member m = w_member(w, j, "n1", 0, attempt, MEMBER_RUNNING);
	w_report(w, &m);
	w_pods(w, "n1", &m, 1, true);
	w_clear(w);
	answer(w, j, RC_OK, "another");
	assert_false(w_has(w, "delete"));
	assert_true(w_has(w, "list n1\n"));
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "delete pod-a-0."));
	m.phase = MEMBER_GONE;
	w_report(w, &m);
	w_wait(w, 60000);
	core_stats(w->core, &s);
	assert_int_equal(s.attempts_open, 0);
	assert_int_equal(s.job_records, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(after_its_success),
		T(after_its_failure),
		T(after_its_successor_started),
		T(on_a_node_that_is_lost),
		T(old_news_of_the_same_pod),
		T(who_loses_pod_after_pod_asks_for_the_job),
		T(the_watch_was_faster),
		T(to_be_orphaned),
		T(what_is_left_of_it_is_read_before_it_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
