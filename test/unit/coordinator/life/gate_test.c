/* SPDX-License-Identifier: Apache-2.0 */
/* The gate after a change of leader: who is waited for, and for how long. */
#include "coordinator/core/life/gate.h"

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

static void who_is_waited_for(void **state)
{
	static const struct {
		const char *name;
		bool exists, ready, heard, agentless, member; /* member: of the job's status */
		int64_t after_ms;
		bool open;
	} cases[] = {
		{"nobody, when all have been heard", true, true, true, false, false, 0, true},
		{"the agent of a ready Node", true, true, false, false, false, 0, false},
		{"not for ever", true, true, false, false, false, 30000, true},
		{"but as long as that", true, true, false, false, false, 29999, false},
		{"the agent of a Node that is not ready", true, false, false, false, false, 0,
		 false},
		{"not for ever either", true, false, false, false, false, 30000, true},
		{"not one that never was", true, true, false, true, false, 0, true},
		{"unless a member is said to be there", true, true, false, true, true, 0, false},
		{"not one whose Node is gone", false, true, false, false, false, 0, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 1, 1);
		tables_node(c, "n2", 1, 1);
		n->kube.exists = cases[i].exists;
		n->kube.ready = cases[i].ready ? COND_TRUE : COND_UNKNOWN;
		n->agent.heard = cases[i].heard;
		n->verdict.unready = !cases[i].ready;
		n->verdict.inherited = true;
		n->verdict.agentless = cases[i].agentless;
		if (cases[i].member)
			tables_attempt(c, tables_job(c, "a", 1), 0, n);
		node_set_connected(c, n, cases[i].heard);
		c->gate = (struct gate){.lead_ms = c->now_ms, .opens_ms = c->now_ms + 30000};
		CASE(cases[i].name, gate_deadline(c) == c->gate.opens_ms);
		c->now_ms += cases[i].after_ms;
		gate_tick(c);
		CASE(cases[i].name, c->gate.open == cases[i].open);
		CASE(cases[i].name, (gate_deadline(c) == INT64_MAX) == cases[i].open);
		tables_teardown(&world);
	}
	(void)state;
}

/* What waited for the agents is decided now. */
static void what_the_gate_lets_in(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *old = tables_job(c, "old", 1), *young = tables_job(c, "young", 1);
	struct job_record *done = tables_job(c, "done", 1);
	old->object.predates_leader = done->object.predates_leader = true;
	old->place.stage = QUEUE_BLOCKED;
	job_set_state(c, done, JOB_COMPLETED);
	c->gate = (struct gate){.opens_ms = c->now_ms};
	gate_tick(c);
	assert_true(c->gate.open && c->queue.cycle_due);
	assert_true(old->dirty && !young->dirty && !done->dirty);
	assert_ptr_equal(c->waiting.first, old); /* it says anew why it waits */
	gate_tick(c);                            /* once */
	assert_ptr_equal(c->jobs.dirty, old);
	assert_null(old->next);
	old->place.stage = QUEUE_OUT;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_waited_for),
		cmocka_unit_test_setup_teardown(what_the_gate_lets_in, tables_setup,
						tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
