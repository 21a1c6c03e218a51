/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that a coordinator finds or is told of: whose they are, and whom to believe. */
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* Three members run; the coordinator begins anew. */
static struct wjob *three_running(struct world *w)
{
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 3000);
	return j;
}

static void sync_with(struct world *w, const struct member *m, uint32_t n)
{
	w_pods(w, NULL, m, n, true);
	w_sync(w);
}

/* The predecessor's order made a pod after our list: its agent tells, we read, it is adopted. */
static void late_pod_is_confirmed_then_adopted(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING),
			     w_member(w, j, "n3", 2, 1, MEMBER_RUNNING)};
	sync_with(w, m, 2);
	w_hello_with(w, "n1", &m[0], 1);
	w_hello_with(w, "n2", &m[1], 1);
	w_clear(w);
	w_hello_with(w, "n3", &m[2], 1);
	assert_true(w_has(w, "list n3\n"));
	assert_null(w_order(w, j, 2, NULL)); /* an agent's word alone is not enough */
	w_pods(w, "n3", &m[2], 1, false);
	w_pods(w, "n3", NULL, 0, true);
	assert_int_equal(w_order(w, j, 2, NULL)->attempt, 1);
	assert_int_equal(w_orders(w, j), 3);
	assert_false(w_has(w, "delete"));
}

/* The predecessor's order is being carried out: its number goes on, there and nowhere else. */
static void r003_order_under_way_is_resumed(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING),
			     w_member(w, j, "n3", 2, 2, MEMBER_NONE)};
	const char *node;
	m[2].pod_uid = "";
	sync_with(w, m, 2);
	w_hello_with(w, "n1", &m[0], 1);
	w_hello_with(w, "n3", &m[2], 1);
	w_hello_with(w, "n2", &m[1], 1);
	w_wait(w, 1000);
	assert_int_equal(w_order(w, j, 2, &node)->attempt, 2);
	assert_string_equal(node, "n3");
	assert_int_equal(w_orders(w, j), 3);
}

/* What would not be placed there now is not carried on with. */
static void order_under_way_is_not_resumed(void **state)
{
	enum {
		FINE,
		OLDER,
		SCALED,
		SUSPENDED,
		DELETED,
		INVALID,
		COMPLETED,
		CHANGED,
		USED,
		HELD,
		FULL,
		N
	};
	(void)state;
	for (int i = 0; i < N; i++) {
		void *own = NULL;
		assert_int_equal(w_setup(&own), 0);
		struct world *w = w_of(&own);
		struct wjob *j = three_running(w);
		struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
				     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING),
				     w_member(w, j, "n3", 2, i == USED ? 1 : 2, MEMBER_NONE),
				     w_member(w, j, "n2", 2, 1, MEMBER_RUNNING)};
		if (i == OLDER) { /* the previous leader was of an older version */
			j->job.spec.old_template_hash = j->job.spec.template_hash;
			j->job.spec.template_hash = "0123456789abcdef0123456789abcdef01234567";
		}
		j->job.spec.parallelism = i == SCALED ? 2 : 3;
		j->job.spec.min_parallelism = 1;
		j->job.spec.suspend = i == SUSPENDED;
		j->job.spec.invalid = i == INVALID ? "words" : NULL;
		j->job.meta.deleted_ms = i == DELETED;
		if (i == COMPLETED)
			j->job.status.completed = "2";
		w_restart(w);
		m[2].pod_uid = "";
		if (i == CHANGED)
			m[2].template_hash = "another";
		sync_with(w, m, 2);
		if (i == HELD || i == USED)
			w_hello_with(w, "n2", &m[3], 1);
		if (i == FULL) {
			struct wnode *n = w_find(w, "n3");
			for (uint32_t k = 0; k < n->nalloc; k++)
				n->alloc[k].milli = 0;
			w_tell_node(w, n);
		}
		w_clear(w);
		w_hello_with(w, "n3", &m[2], 1);
		if (w_told(w, "member resumed") != (i <= OLDER))
			fail_msg("case %d", i);
		w_teardown(&own);
	}
}

/* The previous leader us has logged what an agent heard late tells of a job that is over. */
static void end_is_logged_once_over_leaders(void **state)
{
	enum { NEWS, COUNTED, FINISHED, GONE, N };
	(void)state;
	for (int i = 0; i < N; i++) {
		void *own = NULL;
		assert_int_equal(w_setup(&own), 0);
		struct world *w = w_of(&own);
		struct wjob *j = three_running(w);
		bool failed = i == FINISHED;
		struct member m[] = {
			w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			w_member(w, j, "n2", 1, 1, MEMBER_RUNNING),
			w_member(w, j, "n3", 2, 1, failed ? MEMBER_FAILED : MEMBER_SUCCEEDED)};
		if (i == COUNTED)
			j->job.status.completed = "2";
		if (i == FINISHED)
			j->job.status.state = JOB_FAILED;
		if (i == GONE)
			w->njobs = 0;
		w_restart(w);
		sync_with(w, m, i == GONE ? 0 : 2);
		w_clear(w);
		w_hello_with(w, "n3", &m[2], 1);
		w_pods(w, "n3", &m[2], 1, false);
		w_pods(w, "n3", NULL, 0, true);
		if (w_told(w, failed ? "member failed" : "member succeeded") != (i == NEWS))
			fail_msg("case %d: %s", i, buf_str(&w->story));
		w_teardown(&own);
	}
}

/* The predecessor died before it wrote the number of a pod that came and went. */
static void r005_number_of_a_gone_pod_is_used(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	w_sync(w);
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	j->job.status.attempts = 0; /* as if never written */
	w_restart(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_GONE);
	sync_with(w, NULL, 0);
	w_hello_with(w, "n1", &m, 1);
	w_wait(w, 1000);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

static void an_invented_pod_is_forgotten(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_tell(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	w_clear(w);
	w_tell(w, j, "n2", 0, 7, MEMBER_SUCCEEDED);
	assert_true(w_has(w, "list n2\n"));
	struct member real = w_member(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	w_pods(w, "n2", &real, 1, true);
	w_wait(w, 2000);
	assert_string_equal(w_status(w, j).completed, "1");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
}

static void unknown_jobs_pods(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w->njobs = 0; /* the API server has it no more */
	w_restart(w);
	w_clear(w);
	sync_with(w, &m, 1);
	assert_true(w_has(w, "get a\n"));
	w_hello_with(w, "n1", &m, 1);
	assert_false(w_has(w, "delete"));
	struct core_event ev = {
		.type = CEV_JOB_CHECKED,
		.checked = {.ns = "default", .name = "a", .uid = j->uid, .rc = RC_TIMEOUT}};
	w_step(w, &ev);
	assert_false(w_has(w, "delete"));
	w_clear(w);
	w_wait(w, 11000);
	assert_true(w_has(w, "get a\n"));
	ev.checked.rc = RC_NOTFOUND;
	w_step(w, &ev);
	assert_true(w_has(w, "list n1\n")); /* it may have been orphaned meanwhile */
	assert_false(w_has(w, "delete"));
	w_pods(w, "n1", &m, 1, true);
	assert_true(w_has(w, "delete pod-a-0.1: job deleted\n"));
}

/* The job went with orphan; its agent told of the pod before it lost its owner. */
static void r002_orphans_of_an_unknown_job(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_job_gone(w, j);
	w->njobs = 0;
	w_restart(w);
	sync_with(w, &m, 1);
	w_hello_with(w, "n1", &m, 1);
	w_clear(w);
	struct core_event ev = {
		.type = CEV_JOB_CHECKED,
		.checked = {.ns = "default", .name = "a", .uid = j->uid, .rc = RC_NOTFOUND}};
	w_step(w, &ev);
	m.phase = MEMBER_GONE; /* told while the list is on its way */
	w_report(w, &m);
	w_pods(w, "n1", NULL, 0, true);
	w_wait(w, 60000);
	assert_false(w_has(w, "delete pod"));
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.members_live, 0);
}

static void orphans_are_left_alone(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w->njobs = 0;
	w_restart(w);
	w_clear(w);
	sync_with(w, &m, 1);
	struct core_event ev = {.type = CEV_JOB_CHECKED,
				.checked = {.ns = "default",
					    .name = "a",
					    .uid = j->uid,
					    .rc = RC_OK,
					    .live_uid = j->uid,
					    .live_orphan = true}};
	w_step(w, &ev);
	w_wait(w, 60000);
	assert_false(w_has(w, "delete"));
	struct core_stats st;
	core_stats(w->core, &st);
	assert_int_equal(st.members_live, 0);
}

/* Two attempts of one index: the newer counts, the older goes. */
static void superseded_attempt_goes(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 0, 2, MEMBER_RUNNING)};
	w_clear(w);
	sync_with(w, m, 2);
	assert_true(w_has(w, "delete pod-a-0.1: superseded\n"));
	assert_false(w_has(w, "delete pod-a-0.2"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

/* More changed than one step settles: until all is decided no node is told to run anything, and the
 * core asks for its next step at once. */
static void nothing_is_ordered_half_decided(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w), *other = w_new_job(w, "b", 2);
	w_job(w, other);
	w->cfg.step_jobs = 1;
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING),
			     w_member(w, j, "n3", 2, 1, MEMBER_RUNNING)};
	w->more_news = true;
	sync_with(w, m, 3);
	w->more_news = false;
	uint32_t steps = 0;
	for (; core_deadline(w->core) <= w->now_ms && steps < 100; steps++) {
		struct core_event tick = {.type = CEV_TICK};
		assert_int_equal(w_orders(w, j), 0);
		w_step(w, &tick);
	}
	assert_in_range(steps, 3, 50); /* of two jobs and three nodes, one each a step */
	assert_int_equal(w_orders(w, j), 3);
	assert_false(w_has(w, "delete"));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(late_pod_is_confirmed_then_adopted),
		T(an_invented_pod_is_forgotten),
		T(unknown_jobs_pods),
		T(r002_orphans_of_an_unknown_job),
		T(r003_order_under_way_is_resumed),
		T(order_under_way_is_not_resumed),
		T(end_is_logged_once_over_leaders),
		T(r005_number_of_a_gone_pod_is_used),
		T(orphans_are_left_alone),
		T(superseded_attempt_goes),
		T(nothing_is_ordered_half_decided),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
