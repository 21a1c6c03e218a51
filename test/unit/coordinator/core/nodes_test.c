/* SPDX-License-Identifier: Apache-2.0 */
/* A node's states; silence and hang-up; what becomes of members. */
#include "test/unit/coordinator/core/world.h"

#include <string.h>

/* n nodes with ComputeNodes, agents and heartbeats. */
static void cluster(struct world *w, uint32_t n)
{
	w_nodes(w, n);
	for (uint32_t i = 0; i < n; i++)
		w_compute_node(w, w->nodes[i].name, false);
}

static struct wjob *running(struct world *w, uint32_t parallelism, enum node_loss loss)
{
	struct wjob *j = w_new_job(w, "a", parallelism);
	j->job.spec.on_node_loss = loss;
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 2000);
	return j;
}

static const char *where(struct world *w, struct wjob *j, uint32_t index)
{
	const char *node = "";
	w_order(w, j, index, &node);
	return node;
}

static void set_ready(struct world *w, const char *name, bool ready)
{
	w_find(w, name)->not_ready = !ready;
	w_tell_node(w, w_find(w, name));
}

static void silence_fails_and_replaces(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 3);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	assert_string_equal(where(w, j, 0), "n1");
	w_mute(w, "n1", true);
	w_wait(w, 4000);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	w_clear(w);
	w_wait(w, 4500);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_FAILED);
	assert_string_equal(where(w, j, 0), "n2");
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
	assert_true(w_has(w, "cnode-status n1 urgent\n"));
	assert_true(w_has(w, "note n1 NodeFailed\n"));
	assert_false(w_has(w, "delete"));
	assert_int_equal(w_status(w, j).failed, 0);
	/* It answers again: the superseded attempt goes. */
	w_clear(w);
	w_mute(w, "n1", false);
	w_wait(w, 2100);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	assert_true(w_has(w, "delete pod-a-0.1: superseded\n"));
	w_tell(w, j, "n1", 0, 1, MEMBER_FAILED);
	w_tell(w, j, "n1", 0, 1, MEMBER_GONE);
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 0);
	assert_int_equal(w_orders(w, j), 1);
}

static void found_before_replaced_is_kept(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 1);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	w_mute(w, "n1", true);
	w_wait(w, 9000); /* nowhere to go */
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_FAILED);
	w_clear(w);
	w_mute(w, "n1", false);
	w_wait(w, 2500);
	assert_false(w_has(w, "delete"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	assert_int_equal(w_status(w, j).active, 1);
}

static void hangup_moves_nothing(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 2);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	w_hangup(w, "n1");
	w_clear(w);
	w_wait(w, 14000);
	w_did(w, "");
	w_wait(w, 2000);
	assert_true(w_has(w, "list n1\n")); /* we read its pods ourselves */
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_pods(w, "n1", &m, 1, true);
	w_wait(w, 120000);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	assert_string_equal(where(w, j, 0), "n1");
	/* No new members there. */
	struct wjob *b = w_new_job(w, "b", 2);
	w_job(w, b);
	assert_int_equal(w_orders(w, b), 0);
	/* The list tells that it ended. */
	w_clear(w);
	w_wait(w, 16000);
	m = w_member(w, j, "n1", 0, 1, MEMBER_SUCCEEDED);
	w_pods(w, "n1", &m, 1, true);
	assert_int_equal(w_status(w, j).state, JOB_COMPLETED);
	w_hello(w, "n1");
	assert_int_equal(w_orders(w, b), 2);
}

static void not_ready_is_lost(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 2);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	set_ready(w, "n1", false);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_FAILED);
	assert_string_equal(where(w, j, 0), "n2");
	assert_true(w_has(w, "delete pod-a-0.1: superseded\n")); /* its agent answers */
	set_ready(w, "n1", true);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
}

static void wait_never_doubles(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 2);
	struct wjob *j = running(w, 1, LOSS_WAIT);
	w_mute(w, "n1", true);
	w_wait(w, 10000);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_FAILED);
	set_ready(w, "n1", false);
	w_clear(w);
	w_wait(w, 13000);
	assert_true(w_has(w, "list n1\n"));
	assert_string_equal(where(w, j, 0), "n1");
	/* Its kubelet tells that the container has ended. */
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_DISRUPTED);
	w_pods(w, "n1", &m, 1, true);
	assert_string_equal(where(w, j, 0), "n2");
}

static void wait_ends_with_the_node(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 3);
	struct wjob *j = running(w, 1, LOSS_WAIT);
	w_mute(w, "n1", true);
	w_wait(w, 10000);
	assert_string_equal(where(w, j, 0), "n1");
	w_node_gone(w, "n1");
	assert_string_equal(where(w, j, 0), "n2");
	struct wnode *n = w_find(w, "n2");
	n->taints[n->ntaints++] = (struct taint){"node.kubernetes.io/out-of-service",
						 "nodeshutdown", EFFECT_NO_EXECUTE};
	w_tell_node(w, n);
	assert_string_equal(where(w, j, 0), "n2"); /* it answers: somebody's mistake */
	w_mute(w, "n2", true);
	w_wait(w, 10000);
	assert_string_equal(where(w, j, 0), "n3");
}

static void fail_fails(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 2);
	struct wjob *j = running(w, 2, LOSS_FAIL);
	w_clear(w);
	set_ready(w, "n1", false);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_FAILED);
	assert_string_equal(w_cond(&s, "Failed"), "True NodeLost");
	assert_true(w_has(w, "delete pod-a-1.1: job finished\n"));
}

static void mass_silence_replaces_nothing(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 5);
	struct wjob *j = running(w, 3, LOSS_REPLACE);
	for (uint32_t i = 0; i < 3; i++)
		w_mute(w, w->nodes[i].name, true); /* 60 % */
	w_wait(w, 30000);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_FAILED);
	assert_string_equal(where(w, j, 0), "n1");
	assert_true(w_told(w, "most agents silent at once"));
	/* NotReady counts still. */
	set_ready(w, "n2", false);
	assert_string_equal(where(w, j, 1), "n4");
	/* Two are heard again: the third has a grace of its own, then it really is gone. */
	w_mute(w, "n2", false);
	w_mute(w, "n3", false);
	w_wait(w, 5000);
	assert_string_equal(where(w, j, 2), "n3");
	assert_string_equal(where(w, j, 0), "n1");
	w_wait(w, 4000);
	assert_string_equal(where(w, j, 2), "n3");
	assert_true(strcmp(where(w, j, 0), "n1") != 0);
}

static void two_of_three_is_no_mass(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 3);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	w_mute(w, "n1", true);
	w_mute(w, "n2", true);
	w_wait(w, 10000);
	assert_string_equal(where(w, j, 0), "n3");
}

static void a_stalled_loop_blames_nobody(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 3);
	struct wjob *j = running(w, 3, LOSS_REPLACE);
	for (uint32_t i = 0; i < 5; i++) {
		w->now_ms += 300000; /* we were stopped; ticks before any frame is read */
		w->wall_ms += 300000;
		struct core_event tick = {.type = CEV_TICK};
		w_step(w, &tick);
		assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	}
	w->beat_ms = w->now_ms + 1000;
	w_wait(w, 10000);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
}

static void cordon_moves_nothing(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 2);
	struct wjob *j = running(w, 2, LOSS_REPLACE);
	for (int i = 0; i < 2; i++) { /* either object */
		w_find(w, "n1")->cordoned = i == 0;
		w_tell_node(w, w_find(w, "n1"));
		w_compute_node(w, "n1", i == 1);
		assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_DRAINING);
	}
	assert_string_equal(where(w, j, 0), "n1");
	w_tell(w, j, "n1", 0, 1, MEMBER_DISRUPTED); /* kubectl drain */
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_DRAINED);
	assert_int_equal(w_orders(w, j), 1); /* each member on its own node: it waits */
	w_compute_node(w, "n1", false);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	assert_string_equal(where(w, j, 0), "n1");
	w_wait(w, 2000);
	assert_int_equal(w_status(w, j).failed, 0);
}

static void last_state_holds_after_a_change_of_leader(void **state)
{
	struct world *w = w_of(state);
	struct wnode *n = w_node(w, "n1");
	w_tell_node(w, n);
	struct compute_node cn = {.meta = {.name = "n1", .uid = "c1", .rv = "7", .generation = 1},
				  .owned_by_node = true,
				  .resources = {n->alloc, n->nalloc},
				  .status = {.state = COMPUTE_NODE_RUNNING, .since_ms = 1000}};
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_step(w, &ev);
	w_sync(w);
	w_clear(w);
	w_wait(w, 29000);
	w_did(w, ""); /* not one write */
	w_wait(w, 2000);
	assert_true(w_has(w, "cnode-status n1 urgent\n"));
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_PENDING);
	w_hello(w, "n1");
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
}

static void an_older_session_is_nobody(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 2);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	uint64_t old = w_find(w, "n1")->session;
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_hello_with(w, "n1", &m, 1);
	m.phase = MEMBER_FAILED;
	struct core_event ev = {
		.type = CEV_REPORT,
		.agent = {.node = "n1", .session = old, .members = &m, .nmembers = 1}};
	w_step(w, &ev);
	ev = (struct core_event){.type = CEV_HANGUP, .agent = {.node = "n1", .session = old}};
	w_step(w, &ev);
	w_wait(w, 3000);
	assert_int_equal(w_status(w, j).failed, 0);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
}

/* The agent's process begins anew under running members. */
static void agent_restart_restarts_nothing(void **state)
{
	struct world *w = w_of(state);
	cluster(w, 1);
	struct wjob *j = running(w, 1, LOSS_REPLACE);
	w_hangup(w, "n1");
	w_wait(w, 3000);
	struct member m = w_member(w, j, "n1", 0, 1, MEMBER_RUNNING);
	w_clear(w);
	w_hello_with(w, "n1", &m, 1);
	assert_false(w_has(w, "list"));
	assert_false(w_told(w, "msg=\"member"));
	/* Once more; the pod has vanished meanwhile: read before it is believed. */
	w_hangup(w, "n1");
	w_clear(w);
	w_hello(w, "n1");
	assert_true(w_has(w, "list n1\n"));
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 1);
	w_pods(w, "n1", NULL, 0, true);
	assert_int_equal(w_order(w, j, 0, NULL)->attempt, 2);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, w_setup, w_teardown)
	const struct CMUnitTest tests[] = {
		T(silence_fails_and_replaces),
		T(found_before_replaced_is_kept),
		T(hangup_moves_nothing),
		T(not_ready_is_lost),
		T(wait_never_doubles),
		T(wait_ends_with_the_node),
		T(fail_fails),
		T(mass_silence_replaces_nothing),
		T(two_of_three_is_no_mass),
		T(a_stalled_loop_blames_nobody),
		T(cordon_moves_nothing),
		T(last_state_holds_after_a_change_of_leader),
		T(an_older_session_is_nobody),
		T(agent_restart_restarts_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
