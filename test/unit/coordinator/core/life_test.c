/* SPDX-License-Identifier: Apache-2.0 */
/* A job's life where nothing goes wrong, and what it costs. */
#include "test/unit/coordinator/core/world.h"

#include <string.h>

static void runs_to_completion(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	w_clear(w);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	w_story(w, "level=info msg=\"member placed\" job=default/a member=0 attempt=1 node=n1\n"
		   "level=info msg=\"member placed\" job=default/a member=1 attempt=1 node=n2\n"
		   "level=info msg=\"member placed\" job=default/a member=2 attempt=1 node=n3\n");
	assert_int_equal(w_orders(w, j), 3);
	const struct order *o = w_order(w, j, 0, NULL);
	assert_true(o->launch);
	assert_string_equal(o->pod_uid, "");
	assert_int_equal(o->parallelism, 3);
	assert_int_equal(w_all(w, j, MEMBER_PENDING), 3);
	o = w_order(w, j, 0, NULL);
	assert_false(o->launch);
	assert_string_equal(o->pod_uid, "pod-a-0.1");
	w_all(w, j, MEMBER_RUNNING);
	struct job_status s = w_status(w, j);
	assert_int_equal(s.state, JOB_RUNNING);
	w_wait(w, 2000);
	s = w_status(w, j);
	assert_int_equal(s.active, 3);
	assert_int_equal(s.ready, 3);
	assert_int_equal(s.active_nodes.n, 3);
	assert_string_equal(s.active_nodes.v[2], "n3");
	assert_string_equal(w_cond(&s, "Scheduled"), "True Placed");
	w_all(w, j, MEMBER_SUCCEEDED);
	s = w_status(w, j);
	assert_int_equal(s.state, JOB_COMPLETED);
	assert_string_equal(w_cond(&s, "Complete"), "True CompletionsReached");
	assert_string_equal(s.completed, "0-2");
	assert_int_equal(s.succeeded, 3);
	assert_int_equal(s.active, 0);
	assert_true(s.end_ms >= s.start_ms && s.start_ms);
	assert_int_equal(s.observed_generation, 1);
	w_wait(w, 5000);
	assert_in_range(w->status_writes, 1, 3);
	assert_int_equal(w->notes, 1);
	assert_int_equal(w_orders(w, j), 0);
}

static void steady_state_writes_nothing(void **state)
{
	struct world *w = w_of(state);
	w_nodes(w, 3);
	struct wjob *j = w_new_job(w, "a", 3);
	w_job(w, j);
	w_all(w, j, MEMBER_RUNNING);
	w_wait(w, 5000);
	w_echo(w, j);
	w_wait(w, 60000);
	w_clear(w);
	w_echo(w, j);
	for (uint32_t i = 0; i < 60; i++)
		w_wait(w, 1000);
	w_did(w, "");
}

static void computenode_for_every_node(void **state)
{
	struct world *w = w_of(state);
	w_tell_node(w, w_node(w, "n1"));
	w_did(w, "");
	w_sync(w);
	assert_true(w_has(w, "apply n1\n"));
	struct compute_node_apply a;
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_string_equal(a.node_uid, "uid-n1");
	assert_int_equal(a.resources.n, 3);
	w_compute_node(w, "n1", false);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_NONE); /* agents may come */
	w_wait(w, 30000);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_PENDING);
	w_hello(w, "n1");
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_RUNNING);
	w_compute_node(w, "n1", true);
	assert_int_equal(w_compute_node_state(w, "n1"), COMPUTE_NODE_DRAINED);
	struct core_event done = {.type = CEV_APPLIED, .applied = {.name = "n1", .rc = RC_OK}};
	w_step(w, &done);
	w_wait(w, 2000);
	w_clear(w);
	w_node_gone(w, "n1");
	assert_true(w_has(w, "cnode-delete n1\n"));
}

static void admin_keeps_cpu(void **state)
{
	struct world *w = w_of(state);
	w_tell_node(w, w_node(w, "n1"));
	w_sync(w);
	w_clear(w);
	const char *cpu = "cpu";
	struct core_event ev = {
		.type = CEV_APPLIED,
		.applied = {.name = "n1", .rc = RC_CONFLICT, .conflicts = {&cpu, 1}}};
	w_step(w, &ev);
	w_did(w, "apply n1\n");
	struct compute_node_apply a;
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_int_equal(a.resources.n, 2);
	assert_int_equal(a.leave_out.n, 1);
	assert_string_equal(a.leave_out.v[0], "cpu");
}

/* He takes it out again: it is filled in as before. */
static void admin_gives_cpu_back(void **state)
{
	struct world *w = w_of(state);
	struct wnode *n = w_node(w, "n1");
	struct compute_node_apply a;
	w_tell_node(w, n);
	w_sync(w);
	const char *cpu = "cpu";
	struct core_event ev = {
		.type = CEV_APPLIED,
		.applied = {.name = "n1", .rc = RC_CONFLICT, .conflicts = {&cpu, 1}}};
	w_step(w, &ev);
	w_compute_node(w, "n1", false);
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_int_equal(a.leave_out.n, 1);
	ev.applied.rc = RC_OK;
	w_step(w, &ev);
	w_wait(w, 2000);
	w_clear(w);
	assert_string_equal(n->alloc[0].name, "cpu");
	struct compute_node cn = {
		.meta = {.name = "n1", .uid = "cuid-n1", .rv = "99", .generation = 2},
		.owned_by_node = true,
		.resources = {n->alloc + 1, n->nalloc - 1}};
	ev = (struct core_event){.type = CEV_COMPUTE_NODE, .compute_node = &cn};
	w_step(w, &ev);
	assert_true(w_has(w, "apply n1\n"));
	assert_true(core_compute_node_apply(w->core, "n1", &a));
	assert_int_equal(a.leave_out.n, 0);
	assert_int_equal(a.resources.n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(runs_to_completion, w_setup, w_teardown),
		cmocka_unit_test_setup_teardown(steady_state_writes_nothing, w_setup, w_teardown),
		cmocka_unit_test_setup_teardown(computenode_for_every_node, w_setup, w_teardown),
		cmocka_unit_test_setup_teardown(admin_keeps_cpu, w_setup, w_teardown),
		cmocka_unit_test_setup_teardown(admin_gives_cpu_back, w_setup, w_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
