/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are changed at odd moments, and what counts of attempts that are nobody's any more. */
#include "test/unit/coordinator/core/take.h"
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static struct wjob *running(struct world *w, uint32_t nodes, uint32_t parallelism)
{
	w_nodes(w, nodes);
	struct wjob *j = w_new_job(w, "a", parallelism);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 3000);
	w_clear(w);
	return j;
}

static void set_deadline(struct world *w, struct wjob *j, int64_t seconds)
{
	j->job.spec.active_deadline_s = seconds;
	w_job(w, j);
}

static void set_ready(struct world *w, const char *name, bool ready)
{
	w_find(w, name)->not_ready = !ready;
	w_tell_node(w, w_find(w, name));
}

static uint32_t open_attempts(struct world *w)
{
	struct core_stats s;
	core_stats(w->core, &s);
	return s.attempts_open;
}

/* It counts from the start all the same. */
static void a_deadline_is_taken_away_and_given_back(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	set_deadline(w, j, 100);
	w_wait(w, 10000);
	set_deadline(w, j, -1);
	w_wait(w, 10000);
	set_deadline(w, j, 100);
	w_wait(w, 70000);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	w_wait(w, 10000);
	assert_int_equal(w_status(w, j).state, JOB_FAILED);
}

/* The monotonic clock reaches the deadline while the wall clock, cut to milliseconds too, reads one
 * less. */
static void no_job_ends_before_its_deadline(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	set_deadline(w, j, 60);
	w_wait(w, 50000);
	w->wall_ms--;
	w_wait(w, 11000);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_int_equal(s.end_ms - s.start_ms, 60000);
}

/* Its image cannot be pulled; it is late, but its deadline is moved before that is stored. */
static void a_deadline_is_moved_in_time(void **state)
{
	struct world *w = w_of(state);
	struct job_status s;
	const char *rv;
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	set_deadline(w, j, 60);
	w_all(w, j, MEMBER_PENDING);
	w_wait(w, 3000);
	w->no_writes = true;
	w_wait(w, 60000);
	assert_true(w_told(w, "msg=\"job finished\""));
	assert_int_equal(w_orders(w, j), 0);
	set_deadline(w, j, 1000);
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	assert_true(take_job_status(w->core, "default", "a", &s, &rv));
	assert_int_equal(s.state, JOB_PENDING);
	assert_string_equal(w_cond(&s, "Failed"), "");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

/* Somebody's finalizer is no deletion. */
static void a_finalizer_alone_orphans_nothing(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	j->job.meta.orphan_finalizer = true;
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 1);
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	w_wait(w, 15000);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
}

/* ttlSecondsAfterFinished counts from an end that somebody has told. */
static void finished_at_an_unknown_time(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	a->job.spec.ttl_s = b->job.spec.ttl_s = 10;
	a->job.status.state = b->job.status.state = JOB_COMPLETED;
	b->job.status.end_ms = w->wall_ms / 1000 * 1000;
	w_job(w, a);
	w_job(w, b);
	w_wait(w, 60000);
	assert_false(w_has(w, "job-delete a"));
	assert_true(w_has(w, "job-delete b"));
}

/* What onNodeLoss says when it is asked counts, not what it said when the node went. */
static void on_node_loss_is_changed_before_it_is_asked(void **state)
{
	struct world *w = w_of(state);
	w->cfg.step_jobs = 1; /* so that there is a moment between */
	core_free(w->core);
	w->core = core_new(&w->cfg, &w->log);
	w_lead(w);
	w_nodes(w, 1);
	struct wjob *a = w_new_job(w, "a", 1), *b = w_new_job(w, "b", 1);
	a->job.spec.on_node_loss = b->job.spec.on_node_loss = LOSS_FAIL;
	w_job(w, a);
	w_job(w, b);
	w_wait(w, 1000);
	w_all(w, a, MEMBER_RUNNING);
	w_all(w, b, MEMBER_RUNNING);
	w_wait(w, 3000);
	w->more_news = true;
	set_ready(w, "n1", false);
	b->job.spec.on_node_loss = LOSS_WAIT;
	w_job(w, b);
	w->more_news = false;
	w_wait(w, 3000);
	assert_int_equal(w_status(w, a).state, JOB_FAILED);
	assert_int_equal(w_status(w, b).state, JOB_RUNNING);
	set_ready(w, "n1", true);
	w_wait(w, 3000);
	b->job.spec.on_node_loss = LOSS_FAIL; /* nothing is lost since */
	w_job(w, b);
	w_wait(w, 3000);
	assert_int_equal(w_status(w, b).state, JOB_RUNNING);
}

/* Another writer's words are no reason to run again what has succeeded. */
static void completed_indexes_that_say_nothing(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 2);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_wait(w, 3000);
	assert_string_equal(w_status(w, j).completed, "0");
	j->job.status.completed = "3-1,x";
	w_text(j->rv, sizeof j->rv, "%llu", (unsigned long long)++w->rvs);
	w_echo(w, j);
	w_wait(w, 3000);
	assert_int_equal(w_orders(w, j), 1);
	w_tell(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	assert_string_equal(w_status(w, j).completed, "0,1");
}

/* A clock that was never set; startTime 0 would read as none. */
static void the_first_second_of_1970(void **state)
{
	struct world *w = w_of(state);
	w->wall_ms = 400;
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	set_deadline(w, j, 60);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 3000);
	assert_int_equal(w_status(w, j).start_ms, 1000);
	w_wait(w, 60000);
	assert_int_equal(w_status(w, j).state, JOB_FAILED);
}

/* An older attempt that only its agent told of is lost with its node before it was looked up: that
 * is no loss of the job's, and when the newest one's replacement ends, the newest has its slot
 * back.
 */
static void an_older_attempt_is_lost_too(void **state)
{
	struct world *w = w_of(state);
	const char *node = "", *next = "";
	w_nodes(w, 4);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.on_node_loss = LOSS_FAIL;
	w_job(w, j);
	w_tell(w, j, "n1", 0, 4, MEMBER_GONE); /* its number is used */
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	assert_int_equal(w_order(w, j, 0, &node)->attempt, 5);
	w_all(w, j, MEMBER_RUNNING);
	const char *other = strcmp(node, "n2") != 0 ? "n2" : "n3";
	w_tell(w, j, other, 0, 2, MEMBER_RUNNING);
	assert_int_equal(open_attempts(w), 2);
	w_mute(w, other, true);
	w_wait(w, 10000);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	j->job.spec.on_node_loss = LOSS_REPLACE;
	w_job(w, j);
	w_mute(w, node, true);
	w_wait(w, 10000);
	assert_int_equal(w_order(w, j, 0, &next)->attempt, 6);
	j->job.spec.on_node_loss = LOSS_WAIT;
	w_job(w, j);
	w_tell(w, j, next, 0, 6, MEMBER_GONE);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 5);
}

/* An agent says that it is creating a pod, of a job for which nothing is to be created any more, or
 * that was there under this leader only. */
static void under_way_for_nobody(void **state)
{
	enum { FRESH, FINISHED, GONE, UNKNOWN, N };
	(void)state;
	for (int i = 0; i < N; i++) {
		struct world *w;
		w_setup((void **)&w);
		struct wjob *j = running(w, 2, 1);
		struct member pod = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
		struct member under_way = w_member(w, j, "n2", 0, 2, MEMBER_NONE);
		under_way.pod_uid = "";
		if (i == FINISHED)
			j->job.status.state = JOB_FAILED;
		w->njobs = i == UNKNOWN ? 0 : w->njobs;
		if (i != FRESH) {
			w_restart(w);
			w_pods(w, NULL, &pod, i == GONE || i == UNKNOWN, true);
			w_sync(w);
		}
		if (i == GONE)
			w_job_gone(w, j);
		w_hello_with(w, "n2", &under_way, 1);
		if (w_told(w, "member resumed"))
			fail_msg("case %d", i);
		w_teardown((void **)&w);
	}
}

/* A later attempt came and went, so this one's pod cannot be about to come. */
static void under_way_though_a_later_one_was(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n2", 0, 3, MEMBER_GONE),
			     w_member(w, j, "n2", 0, 2, MEMBER_NONE)};
	m[1].pod_uid = "";
	w_sync(w);
	w_hello_with(w, "n2", m, 2);
	assert_false(w_told(w, "member resumed"));
	w_hello(w, "n1");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 4);
}

/* An orphan's room is held until its own node says that it has ended. */
static void words_about_orphans(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 2, 1);
	j->job.meta.deleted_ms = 1;
	j->job.meta.orphan_finalizer = true;
	w_job(w, j);
	assert_int_equal(open_attempts(w), 1);
	w_tell(w, j, "n1", 0, 9, MEMBER_SUCCEEDED); /* another attempt */
	w_tell(w, j, "n2", 0, 1, MEMBER_SUCCEEDED); /* another node */
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	assert_int_equal(open_attempts(w), 1);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	assert_int_equal(open_attempts(w), 0);
	assert_false(w_has(w, "delete"));
}

/* A new coordinator hears of the end before it has decided anything: the pod stays, and its room is
 * given back all the same. */
static void an_orphan_ends_before_it_is_one(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = running(w, 1, 1);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_restart(w);
	w_pods(w, NULL, &m, 1, true);
	j->job.meta.deleted_ms = 1;
	j->job.meta.orphan_finalizer = true;
	w_job(w, j);
	m.phase = MEMBER_SUCCEEDED;
	w_hello_with(w, "n1", &m, 1);
	w_sync(w);
	w_wait(w, 31000);
	assert_int_equal(open_attempts(w), 0);
	assert_false(w_has(w, "delete"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(a_deadline_is_taken_away_and_given_back),
		T(no_job_ends_before_its_deadline),
		T(a_deadline_is_moved_in_time),
		T(a_finalizer_alone_orphans_nothing),
		T(finished_at_an_unknown_time),
		T(on_node_loss_is_changed_before_it_is_asked),
		T(completed_indexes_that_say_nothing),
		T(the_first_second_of_1970),
		T(an_older_attempt_is_lost_too),
		cmocka_unit_test(under_way_for_nobody),
		T(under_way_though_a_later_one_was),
		T(words_about_orphans),
		T(an_orphan_ends_before_it_is_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
