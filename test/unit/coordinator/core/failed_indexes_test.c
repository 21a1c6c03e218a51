/* SPDX-License-Identifier: Apache-2.0 */
/* backoffLimitPerIndex and maxFailedIndexes: an index that fails too often is over, the job goes
 * on. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* A job whose indexes fail at the failures-th failure. */
static struct wjob *per_index(struct world *w, uint32_t parallelism, uint32_t failures)
{
	w_nodes(w, parallelism + 2);
	struct wjob *j = w_new_job(w, "a", parallelism);
	j->job.spec.min_parallelism = 1;
	j->job.spec.backoff_limit = INT32_MAX;
	j->job.spec.failures_fail_index = failures;
	return j;
}

static void ends(struct world *w, struct wjob *j, uint32_t index, enum member_phase how)
{
	const char *node;
	const struct order *o = w_order(w, j, index, &node);
	assert_non_null(o);
	uint32_t attempt = o->attempt;
	w_tell(w, j, node, index, attempt, MEMBER_RUNNING);
	w_tell(w, j, node, index, attempt, how);
}

static void the_job_goes_on_with_the_others(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = per_index(w, 2, 2);
	j->job.spec.completions = 3;
	w_job(w, j);
	ends(w, j, 1, MEMBER_FAILED);
	w_wait(w, 11000);
	ends(w, j, 0, MEMBER_FAILED); /* its own first: 10 s, not the 20 s of the job's second */
	w_wait(w, 9900);
	assert_null(w_order(w, j, 0, NULL));
	w_wait(w, 200);
	assert_non_null(w_order(w, j, 0, NULL));
	ends(w, j, 1, MEMBER_FAILED);
	w_wait(w, 1100);
	assert_string_equal(w_status(w, j).failed_indexes, "1");
	assert_non_null(w_order(w, j, 2, NULL)); /* the next takes its place */
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 1100);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	assert_string_equal(w_status(w, j).message, "0 of 3 indexes have succeeded, 1 failed for "
						    "good (status.failedIndexes)");
	ends(w, j, 0, MEMBER_SUCCEEDED);
	ends(w, j, 2, MEMBER_SUCCEEDED);
	w_wait(w, 600000);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_string_equal(w_cond(&s, "Failed"), "True FailedIndexes");
	assert_string_equal(s.message, "1 of 3 indexes has failed (1), the others have succeeded");
	assert_string_equal(s.completed, "0,2");
	assert_string_equal(s.failed_indexes, "1");
	assert_int_equal(s.succeeded, 2);
	assert_int_equal(w_orders(w, j), 0);
	assert_true(w_has(w, "note a FailedIndexes\n"));
}

static void too_many_end_the_job(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = per_index(w, 4, 1);
	j->job.spec.failed_indexes_fail = 2;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	ends(w, j, 3, MEMBER_FAILED);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	ends(w, j, 0, MEMBER_FAILED);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_string_equal(s.reason, "MaxFailedIndexesExceeded");
	assert_string_equal(s.failed_indexes, "0,3");
	assert_true(!strncmp(s.message,
			     "2 of 4 indexes have failed (0,3), maxFailedIndexes is 1; "
			     "the last was member 0: exit code 1 (Error)",
			     90));
	assert_true(w_has(w, "delete pod-a-1.1: job finished\n"));
}

/* backoffLimit holds beside the limit of each index. */
static void the_limit_of_the_job_holds_too(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = per_index(w, 2, 5);
	j->job.spec.backoff_limit = 1;
	w_job(w, j);
	ends(w, j, 0, MEMBER_FAILED);
	ends(w, j, 1, MEMBER_FAILED);
	assert_string_equal(w_status(w, j).reason, "BackoffLimitExceeded");
	assert_string_equal(w_status(w, j).failed_indexes, "");
}

/* The list is cut between two numbers. */
static void many_failed_indexes_are_told_in_short(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = per_index(w, 3, 1);
	j->job.spec.completions = 200;
	j->job.status = (struct job_status){.state = JOB_RUNNING, .start_ms = 1000, .attempts = 1};
	AUTO(buf_done) struct buf failed = BUF_INIT(1000);
	for (uint32_t i = 0; i < 198; i += 2)
		buf_printf(&failed, "%s%u", i ? "," : "", i);
	j->job.status.failed_indexes = buf_str(&failed);
	j->job.spec.failed_indexes_fail = 99;
	w_job(w, j);
	assert_string_equal(w_status(w, j).message,
			    "99 of 200 indexes have failed "
			    "(0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40,42,44,…), "
			    "maxFailedIndexes is 98");
}

/* By the pods that are there, and by status.failures of those that are not. What has failed stays
 * so, whatever its pods say. */
static void a_new_leader_counts(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = per_index(w, 3, 2);
	static const struct failure gone = {
		.index = 1, .attempt = 1, .node = "n1", .reason = "", .message = ""};
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_FAILED),
			     w_member(w, j, "n2", 0, 2, MEMBER_FAILED),
			     w_member(w, j, "n2", 1, 2, MEMBER_FAILED),
			     w_member(w, j, "n3", 2, 1, MEMBER_FAILED)};
	w_job(w, j);
	j->job.status = (struct job_status){.state = JOB_RUNNING,
					    .start_ms = 1000,
					    .failed = 4,
					    .attempts = 2,
					    .completed = "",
					    .failed_indexes = "",
					    .selector = "",
					    .reason = "",
					    .message = "",
					    .failures = &gone,
					    .nfailures = 1};
	w_restart(w);
	w_tell_all(w);
	w_pods(w, NULL, m, 4, true);
	w_sync(w);
	w_wait(w, 1100);
	assert_string_equal(w_status(w, j).failed_indexes, "0,1");
	assert_int_equal(w_status(w, j).failed, 4);
	j->job.status.completed = "0"; /* and who writes that both are so is not believed twice */
	w_job(w, j);
	w_wait(w, 1100);
	assert_string_equal(w_status(w, j).failed_indexes, "1");
}

/* All that a rule lists, so many of them, or so many of all; the first rule that is met is named.
 */
static void a_success_policy(void **state)
{
	static const struct success_rule rules[] = {
		{"1,3", false, 0}, {"2-5", true, 2}, {NULL, true, 5}, {"0,7-9", true, 2}};
	static const struct {
		uint32_t succeed[4]; /* each plus 1; 0: no more */
		uint32_t rule;       /* that is met by the last of them; 4: none */
	} cases[] = {{{1, 2, 0}, 4}, {{2, 4}, 0}, {{3, 5}, 1}, {{3, 2, 4}, 0}, {{1, 3, 7, 2}, 4}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *own = *state;
		assert_int_equal(w_setup(&own), 0);
		struct world *w = w_of(&own);
		struct wjob *j = per_index(w, 7, 1);
		j->job.spec.success = rules;
		j->job.spec.nsuccess = 4;
		w_job(w, j);
		w_all(w, j, MEMBER_RUNNING);
		for (uint32_t k = 0; k < 4 && cases[i].succeed[k]; k++) {
			assert_int_not_equal(w_status(w, j).state, JOB_COMPLETED);
			ends(w, j, cases[i].succeed[k] - 1, MEMBER_SUCCEEDED);
		}
		struct job_status s = w_status(w, j);
		if (cases[i].rule == 4) {
			assert_int_not_equal(s.state, JOB_COMPLETED);
			ends(w, j, 4, MEMBER_SUCCEEDED);
		} else {
			char want[64];
			w_text(want, sizeof want, "successPolicy.rules[%u]", cases[i].rule);
			assert_int_equal(s.state, JOB_COMPLETED);
			assert_string_equal(s.reason, "SuccessPolicy");
			assert_non_null(strstr(s.message, want));
			assert_string_equal(w_cond(&s, "Complete"), "True SuccessPolicy");
			assert_string_equal(w_cond(&s, "SuccessCriteriaMet"), "True SuccessPolicy");
			assert_true(w_has(w, "delete pod-a-6.1: job finished\n"));
		}
		w_teardown(&own);
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(the_job_goes_on_with_the_others),
		T(too_many_end_the_job),
		T(the_limit_of_the_job_holds_too),
		T(many_failed_indexes_are_told_in_short),
		T(a_new_leader_counts),
		cmocka_unit_test(a_success_policy),
	};
	return cmocka_run_group_tests_name("failed indexes", tests, NULL, NULL);
}
