/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a live job: scale, template, selection, suspend, deadline, ttl. */
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static struct wjob *running(struct world *w, uint32_t nodes, uint32_t parallelism)
{
	w_nodes(w, nodes);
	struct wjob *j = w_new_job(w, "a", parallelism);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	w_clear(w);
	return j;
}

static void resize(struct world *w, struct wjob *j, uint32_t n)
{
	j->job.spec.parallelism = j->job.spec.min_parallelism = n;
	w_job(w, j);
}

static void gone(struct world *w, struct wjob *j, uint32_t index, uint32_t attempt,
		 const char *node)
{
	w_tell(w, j, node, index, attempt, MEMBER_GONE);
}

static void shrinks_from_the_top(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 4, 4);
	resize(w, j, 2);
	assert_true(w_has(w, "delete pod-a-3.1: job scaled down\n"));
	assert_true(w_has(w, "delete pod-a-2.1: job scaled down\n"));
	assert_false(w_has(w, "delete pod-a-1.1"));
	gone(w, j, 3, 1, "n4");
	gone(w, j, 2, 1, "n3");
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_int_equal(w_status(w, j).failed, 0);
}

/* Another toleration is no other run. What nobody has created yet is created by the new text: that
 * of the old one is dropped. */
static void an_unseen_member_follows_the_template(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.template_hash = "00000000000000aa";
	w_job(w, j);
	j->job.spec.template_hash = "00000000000000aa-0000000000000001";
	w_job(w, j);
	assert_string_equal(w_order(w, j, 0, NULL)->template_hash, j->job.spec.template_hash);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
}

/* Scaled up after its end was decided and before that was stored: it goes on. */
static void a_change_before_the_end_is_stored_counts(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	w->no_writes = true;
	w_all(w, j, MEMBER_SUCCEEDED);
	w_wait(w, 1000);
	w->no_writes = false;
	resize(w, j, 2);
	assert_int_equal(w_orders(w, j), 1);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_true(w_told(w, "succeeded=2"));
}

static void grows_by_what_fits(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 3, 2);
	resize(w, j, 5);
	assert_int_equal(w_orders(w, j), 3);
	assert_false(w_has(w, "delete"));
	assert_int_equal(w_order(w, j, 2, NULL)->attempt, 1);
	assert_int_equal(w_order(w, j, 2, NULL)->parallelism, 5);
}

static void shrinking_below_what_is_done_completes(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 3, 3);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	resize(w, j, 1);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_string_equal(w_status(w, j).completed, "0");
}

static void set_template(struct world *w, struct wjob *j, const char *hash)
{
	j->job.spec.template_hash = hash;
	w_job(w, j);
}

static void rolls_one_by_one(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 3, 3);
	w_tell(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	w_clear(w);
	set_template(w, j, "00000000000000bb");
	assert_true(w_has(w, "delete pod-a-0.1: template changed\n"));
	assert_false(w_has(w, "delete pod-a-2.1"));
	assert_true(w_has(w, "drop default/00000000000000aa\n"));
	gone(w, j, 0, 1, "n1");
	const struct order *o = w_order(w, j, 0, NULL);
	assert_int_equal(o->attempt, 2);
	assert_string_equal(o->template_hash, "00000000000000bb");
	assert_false(w_has(w, "delete pod-a-2.1")); /* not before the new one runs */
	const char *node;
	w_order(w, j, 0, &node);
	w_tell(w, j, node, 0, 2, MEMBER_RUNNING);
	assert_true(w_has(w, "delete pod-a-2.1: template changed\n"));
	gone(w, j, 2, 1, "n3");
	assert_int_equal(w_orders(w, j), 2);
	assert_null(w_order(w, j, 1, NULL)); /* completed indexes never rerun */
	w_all(w, j, MEMBER_RUNNING);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_int_equal(w_status(w, j).failed, 0);
}

static void max_unavailable(void **state)
{
	static const struct {
		uint32_t n;
		bool percent;
		uint32_t stopped;
	} cases[] = {{2, false, 2}, {50, true, 2}, {30, true, 1}, {1, true, 1}, {100, true, 4}};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w;
		w_setup((void **)&w);
		struct wjob *j = running(w, 4, 4);
		j->job.spec.max_unavailable = cases[i].n;
		j->job.spec.max_unavailable_percent = cases[i].percent;
		set_template(w, j, "00000000000000bb");
		assert_int_equal(w_orders(w, j), 4 - cases[i].stopped);
		w_teardown((void **)&w);
	}
	(void)state;
}

static void recreates_all_at_once(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 3, 3);
	j->job.spec.update = UPDATE_RECREATE;
	set_template(w, j, "00000000000000bb");
	assert_int_equal(w_orders(w, j), 0);
	gone(w, j, 0, 1, "n1");
	gone(w, j, 1, 1, "n2");
	assert_int_equal(w_orders(w, j), 0); /* all of the old first */
	gone(w, j, 2, 1, "n3");
	assert_int_equal(w_orders(w, j), 3);
}

static void rollout_survives_the_coordinator(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 2);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING)};
	j->job.spec.template_hash = "00000000000000bb";
	j->job.meta.generation++; /* edited while nobody led */
	w_restart(w);
	w_pods(w, NULL, m, 2, true);
	w_clear(w);
	w_sync(w);
	w_hello_with(w, "n1", &m[0], 1);
	w_hello_with(w, "n2", &m[1], 1);
	assert_true(w_has(w, "delete pod-a-0.1: template changed\n"));
	assert_false(w_has(w, "delete pod-a-1.1"));
}

static void selection_moves_those_that_no_longer_match(void **state)
{
	static const struct kv a = {"zone", "a"};
	struct world *w = w_of(state);
	for (int i = 0; i < 3; i++) {
		struct wnode *n = w_node(w, i == 0 ? "n1" : i == 1 ? "n2" : "n3");
		n->labels[n->nlabels++] = (struct kv){"zone", i == 0 ? "b" : "a"};
		w_tell_node(w, n);
	}
	w_sync(w);
	for (int i = 0; i < 3; i++)
		w_hello(w, w->nodes[i].name);
	struct wjob *j = w_new_job(w, "a", 2);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_clear(w);
	j->job.spec.node_selector = (struct kvs){&a, 1};
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-0.1: node no longer matches\n"));
	assert_false(w_has(w, "delete pod-a-1.1"));
	gone(w, j, 0, 1, "n1");
	const char *node;
	w_order(w, j, 0, &node);
	assert_string_equal(node, "n3");
	/* A relabelled node moves nothing. */
	w_clear(w);
	w_find(w, "n2")->labels[1].val = "b";
	w_tell_node(w, w_find(w, "n2"));
	assert_false(w_has(w, "delete"));
}

static void suspends_and_resumes(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 2);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_clear(w);
	j->job.spec.suspend = true;
	w_job(w, j);
	assert_true(w_has(w, "delete pod-a-1.1: job suspended\n"));
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_SUSPENDED);
	assert_string_equal(w_cond(&s, "Suspended"), "True JobSuspended");
	assert_int_equal(s.start_ms, 0);
	gone(w, j, 1, 1, "n2");
	w_wait(w, 100000);
	assert_int_equal(w_orders(w, j), 0);
	j->job.spec.suspend = false;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 1);
	assert_null(w_order(w, j, 0, NULL));
	s = w_status(w, j);
	assert_string_equal(w_cond(&s, "Suspended"), "False JobResumed");
	w_all(w, j, MEMBER_RUNNING);
	w_all(w, j, MEMBER_SUCCEEDED);
	s = w_status(w, j);
	assert_int_equal(s.state, JOB_COMPLETED);
	assert_true(s.start_ms > s.end_ms - 5000);
}

/* As their pods say (model/member.c): they ended with 0 after they had been asked to stop. */
static void who_ends_when_it_is_suspended_runs_again(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 2);
	j->job.spec.backoff_limit = 0;
	j->job.spec.suspend = true;
	w_job(w, j);
	w_all(w, j, MEMBER_DISRUPTED);
	w_wait(w, 2000);
	gone(w, j, 0, 1, "n1");
	gone(w, j, 1, 1, "n2");
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_SUSPENDED);
	assert_string_equal(s.completed, "");
	j->job.spec.suspend = false;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 2);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	w_all(w, j, MEMBER_RUNNING);
	w_all(w, j, MEMBER_SUCCEEDED);
	s = w_status(w, j);
	assert_int_equal(s.state, JOB_COMPLETED);
	assert_int_equal(s.failed, 0);
}

/* What ended before our delete had reached it says so late, and counts. */
static void who_ended_before_it_was_suspended_is_done(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 2);
	j->job.spec.suspend = true;
	w_job(w, j);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_tell(w, j, "n2", 1, 1, MEMBER_DISRUPTED);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).completed, "0");
	gone(w, j, 1, 1, "n2");
	j->job.spec.suspend = false;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 1);
	assert_int_equal(w_order(w, j, 1, NULL)->attempt, 2);
}

static void suspended_before_it_ran(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.suspend = true;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 0);
	assert_int_equal(w_status(w, j).state, JOB_SUSPENDED);
}

static void deadline_counts_from_placement(void **state)
{
	struct world *w = w_of(state);
	w_sync(w);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.active_deadline_s = 10;
	w_job(w, j);
	w_wait(w, 60000); /* waiting is free */
	assert_int_equal(w_status(w, j).state, JOB_PENDING);
	w_tell_node(w, w_node(w, "n1"));
	w_hello(w, "n1");
	w_all(w, j, MEMBER_RUNNING);
	w->wall_ms += 3600000; /* a clock that jumps ends nothing */
	w_wait(w, 8000);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	w_clear(w);
	w_wait(w, 3000);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_string_equal(w_cond(&s, "Failed"), "True DeadlineExceeded");
	assert_true(w_has(w, "delete pod-a-0.1: job finished\n"));
}

static void a_longer_deadline_takes_effect(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	j->job.spec.active_deadline_s = 10;
	w_job(w, j);
	w_wait(w, 5000);
	j->job.spec.active_deadline_s = 100;
	w_job(w, j);
	w_wait(w, 20000);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
}

static void ttl_deletes(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	j->job.spec.ttl_s = 5;
	w_job(w, j);
	w_all(w, j, MEMBER_SUCCEEDED);
	w_wait(w, 3000);
	assert_false(w_has(w, "job-delete"));
	w_wait(w, 3000);
	assert_true(w_has(w, "job-delete a\n"));
	w_clear(w);
	w_wait(w, 31000);
	assert_true(w_has(w, "job-delete a\n")); /* until it is gone */
}

static void the_end_is_stored_before_a_ttl_of_0_deletes(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	j->job.spec.ttl_s = 0;
	w_job(w, j);
	w->no_writes = true;
	w_all(w, j, MEMBER_SUCCEEDED);
	w_wait(w, 3000);
	assert_false(w_has(w, "job-delete"));
	w->no_writes = false;
	j->marked = true;
	j->due_ms = 0;
	w_wait(w, 100);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_true(w_has(w, "job-delete a\n"));
}

static void a_lower_backoff_limit_takes_effect(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	w_all(w, j, MEMBER_FAILED);
	w_wait(w, 2000);
	j->job.spec.backoff_limit = 0;
	w_job(w, j);
	assert_int_equal(w_status(w, j).state, JOB_FAILED);
}

static void invalid_template_is_told(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.invalid = "the pod is larger than 64 KiB";
	w_job(w, j);
	w_wait(w, 2000);
	struct job_status s = w_status(w, j);
	assert_int_equal(w_orders(w, j), 0);
	assert_string_equal(s.message, "no pod can be made from the template: the pod is "
				       "larger than 64 KiB; correct the job");
	assert_string_equal(w_cond(&s, "Scheduled"), "False InvalidPodTemplate");
	j->job.spec.invalid = NULL;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(shrinks_from_the_top),
		T(an_unseen_member_follows_the_template),
		T(a_change_before_the_end_is_stored_counts),
		T(grows_by_what_fits),
		T(shrinking_below_what_is_done_completes),
		T(rolls_one_by_one),
		cmocka_unit_test(max_unavailable),
		T(recreates_all_at_once),
		T(rollout_survives_the_coordinator),
		T(selection_moves_those_that_no_longer_match),
		T(suspends_and_resumes),
		T(who_ends_when_it_is_suspended_runs_again),
		T(who_ended_before_it_was_suspended_is_done),
		T(suspended_before_it_ran),
		T(deadline_counts_from_placement),
		T(a_longer_deadline_takes_effect),
		T(ttl_deletes),
		T(the_end_is_stored_before_a_ttl_of_0_deletes),
		T(a_lower_backoff_limit_takes_effect),
		T(invalid_template_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
