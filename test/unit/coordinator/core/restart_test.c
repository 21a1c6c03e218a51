/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator that begins anywhere in a job's life: nothing is lost, nothing doubled, nothing
 * counted twice. */
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

static void hello_all(struct world *w)
{
	for (uint32_t i = 0; i < w->nnodes; i++)
		w_hello(w, w->nodes[i].name);
}

static void running_members_are_adopted(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	uint32_t writes = w->status_writes;
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING),
			     w_member(w, j, "n3", 2, 1, MEMBER_RUNNING)};
	w_clear(w);
	sync_with(w, m, 3);
	for (uint32_t i = 0; i < 3; i++)
		w_hello_with(w, m[i].node, &m[i], 1);
	w_wait(w, 40000);
	assert_false(w_told(w, "member"
			       " placed"));
	assert_false(w_has(w, "delete"));
	assert_int_equal(w_orders(w, j), 3);
	assert_string_equal(w_order(w, j, 1, NULL)->pod_uid, "pod-a-1.1");
	assert_int_equal(w->status_writes, writes);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
}

/* The deadline passed while nobody led, and so did the members' success before it: the agents are
 * heard before the job is called late. */
static void success_before_the_deadline_counts(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 1);
	struct wjob *j = w_new_job(w, "a", 1);
	j->job.spec.active_deadline_s = 30;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 3000);
	w->now_ms += 60000;
	w->wall_ms += 60000;
	w_restart(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	sync_with(w, &m, 1);
	assert_int_equal(w_status(w, j).state, JOB_RUNNING);
	m.phase = MEMBER_SUCCEEDED;
	w_hello_with(w, "n1", &m, 1);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
}

static void nothing_before_synced(void **state)
{
	struct world *w = w_of(state);
	w_tell_node(w, w_node(w, "n1"));
	struct wjob *j = w_new_job(w, "a", 1);
	w_job(w, j);
	w_hello(w, "n1");
	w_wait(w, 60000);
	w_did(w, "");
	assert_int_equal(w_orders(w, j), 0);
	assert_true(core_deadline(w->core) == INT64_MAX);
	w_sync(w);
	assert_int_equal(w_orders(w, j), 1);
}

static void missing_member_waits_for_agents(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING)};
	sync_with(w, m, 2);
	w_hello_with(w, "n1", &m[0], 1);
	w_hello_with(w, "n2", &m[1], 1);
	w_wait(w, 10000);
	assert_int_equal(w_orders(w, j), 2); /* n3 may be creating member 2 */
	w_hello(w, "n3");
	const struct order *o = w_order(w, j, 2, NULL);
	assert_non_null(o);
	assert_int_equal(o->attempt, 2); /* above every number that may have been given */
}

static void an_unheard_node_holds_for_30s(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_node(w, "n4");
	w_restart(w);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	sync_with(w, &m, 1);
	w_hello_with(w, "n1", &m, 1);
	w_hello(w, "n2");
	w_hello(w, "n4");
	w_wait(w, 29000);
	assert_int_equal(w_orders(w, j), 1);
	w_wait(w, 2000);
	assert_int_equal(w_orders(w, j), 3);
}

static void new_jobs_do_not_wait(void **state)
{
	struct world *w = w_of(state);
	three_running(w);
	w_restart(w);
	sync_with(w, NULL, 0);
	w_hello(w, "n1");
	struct wjob *j = w_new_job(w, "b", 1);
	w_job(w, j);
	assert_int_equal(w_orders(w, j), 1);
}

static void finished_pods_count_once(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	w_tell(w, j, "n2", 1, 1, MEMBER_SUCCEEDED);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 1);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_FAILED),
			     w_member(w, j, "n2", 1, 1, MEMBER_SUCCEEDED),
			     w_member(w, j, "n3", 2, 1, MEMBER_RUNNING)};
	sync_with(w, m, 3);
	for (uint32_t i = 0; i < 3; i++)
		w_hello_with(w, m[i].node, &m[i], 1);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 1);
	w_wait(w, 15000); /* the backoff goes on */
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	w_tell(w, j, "n3", 2, 1, MEMBER_SUCCEEDED);
	w_all(w, j, MEMBER_SUCCEEDED);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_COMPLETED);
	assert_int_equal(s.failed, 1);
	assert_int_equal(s.succeeded, 3);
}

/* They ended while nobody led, and the status has none of it. */
static void uncounted_ends_are_counted(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_FAILED),
			     w_member(w, j, "n2", 1, 1, MEMBER_FAILED),
			     w_member(w, j, "n3", 2, 1, MEMBER_SUCCEEDED)};
	sync_with(w, m, 3);
	hello_all(w);
	w_wait(w, 2000);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.failed, 2);
	assert_string_equal(s.completed, "2");
}

/* One of the two was counted before we began. */
static void a_counted_and_an_uncounted_end(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 1);
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_FAILED),
			     w_member(w, j, "n2", 1, 1, MEMBER_FAILED),
			     w_member(w, j, "n3", 2, 1, MEMBER_RUNNING)};
	sync_with(w, m, 3);
	hello_all(w);
	w_pods(w, "n1", &m[0], 1, true);
	w_pods(w, "n2", &m[1], 1, true);
	w_pods(w, "n3", &m[2], 1, true);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 2);
	/* A failed pod beside its replacement was counted for certain. */
	w_restart(w);
	struct member n[] = {m[0], m[1], m[2], w_member(w, j, "n1", 0, 2, MEMBER_RUNNING)};
	sync_with(w, n, 4);
	hello_all(w);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 2);
}

static void status_outranks_missing_pods(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_tell(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_tell(w, j, "n2", 1, 1, MEMBER_FAILED);
	w_wait(w, 2000);
	w_restart(w);
	struct member m = w_member(w, j, "n3", 2, 1, MEMBER_RUNNING);
	sync_with(w, &m, 1); /* pod garbage collection took the others */
	w_hello(w, "n1");
	w_hello(w, "n2");
	w_hello_with(w, "n3", &m, 1);
	w_wait(w, 2000);
	assert_null(w_order(w, j, 0, NULL));
	assert_int_equal(w_order(w, j, 1, NULL)->attempt, 2);
	assert_int_equal(w_status(w, j).failed, 1);
	assert_string_equal(w_status(w, j).completed, "0");
}

/* Seed 6254: under Wait a member that the previous leader may have ordered is not made beside: a
 * node that is not ready is waited for too, as long as its agent may obey that order. */
static void under_wait_an_order_of_before_is_waited_out(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 4);
	struct wjob *j = w_new_job(w, "a", 3);
	j->job.spec.on_node_loss = LOSS_WAIT;
	w_job(w, j);
	w_tell(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_tell(w, j, "n2", 1, 1, MEMBER_RUNNING);
	w_wait(w, 3000); /* the third was ordered on n3, which is cut off */
	w_find(w, "n3")->not_ready = true;
	w_restart(w);
	struct member m[] = {w_member(w, j, "n1", 0, 1, MEMBER_RUNNING),
			     w_member(w, j, "n2", 1, 1, MEMBER_RUNNING)};
	sync_with(w, m, 2);
	w_hello_with(w, "n1", &m[0], 1);
	w_hello_with(w, "n2", &m[1], 1);
	w_hello(w, "n4");
	w_wait(w, 29000);
	assert_null(w_order(w, j, 2, NULL));
	w_wait(w, 2000);
	assert_int_equal(w_order(w, j, 2, NULL)->attempt, 2);
}

static void final_states_stay(void **state)
{
	struct world *w = w_of(state);
	struct wjob *j = three_running(w);
	w_all(w, j, MEMBER_SUCCEEDED);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	uint32_t writes = w->status_writes;
	w_restart(w);
	sync_with(w, NULL, 0);
	hello_all(w);
	w_wait(w, 60000);
	assert_int_equal(w->status_writes, writes);
	assert_int_equal(w_orders(w, j), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(running_members_are_adopted),
		T(success_before_the_deadline_counts),
		T(nothing_before_synced),
		T(missing_member_waits_for_agents),
		T(an_unheard_node_holds_for_30s),
		T(new_jobs_do_not_wait),
		T(finished_pods_count_once),
		T(uncounted_ends_are_counted),
		T(a_counted_and_an_uncounted_end),
		T(status_outranks_missing_pods),
		T(under_wait_an_order_of_before_is_waited_out),
		T(final_states_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
