/* SPDX-License-Identifier: Apache-2.0 */
/* A create that was under way for long makes a pod whose attempt has ended and gone. */
#include "world.h"

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

/* Told again, it is the pod that has ended. */
static void old_news_of_the_same_pod(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = ended(w, MEMBER_SUCCEEDED);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_report(w, &m);
	w_did(w, "");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(after_its_success),
		T(after_its_failure),
		T(old_news_of_the_same_pod),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
