/* SPDX-License-Identifier: Apache-2.0 */
/* A Node that is not Ready while its agent answers: for how long members stay. */
#include "coordinator/core/life/not_ready.h"

#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/life/node_state.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static struct attempt *member(struct core *c, struct node_record *n, const char *job)
{
	struct attempt *a = tables_attempt(c, tables_job(c, job, 1), 0, n);
	text_set(&a->pod_uid, job);
	a->phase = MEMBER_RUNNING;
	attempt_set_state(c, a, ATTEMPT_RUNNING);
	return a;
}

static void later(struct core *c, int64_t ms)
{
	c->now_ms += ms;
	c->wall_ms += ms;
	c->loop_ms += ms;
}

static void who_counts_as_one_that_answers(void **state)
{
	static const struct {
		const char *name;
		bool unready, out_of_service, silent, connected, heard, inherited;
		int64_t ms; /* after it was heard, or after all lists were complete */
		bool kept;
	} cases[] = {
		{"the Node is Ready", false, false, false, true, true, false, 0, false},
		{"a connected agent", true, false, false, true, true, false, 100000, true},
		{"a silent one", true, false, true, true, true, false, 0, false},
		{"out of service", true, true, false, true, true, false, 0, false},
		{"one that hung up just now", true, false, false, false, true, false, 5999, true},
		{"one that hung up before", true, false, false, false, true, false, 6000, false},
		{"one not heard yet after a change of leader", true, false, false, false, false,
		 true, 29999, true},
		{"one that was not heard in time", true, false, false, false, false, true, 30000,
		 false},
		{"one of which nobody knows yet", true, false, false, false, false, false, 0, true},
		{"one that never was", true, false, false, false, false, true, -1, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		c->gate.opens_ms = c->now_ms + 30000;
		n->verdict.unready = cases[i].unready;
		n->kube.out_of_service = cases[i].out_of_service;
		n->verdict.inherited = cases[i].inherited;
		n->verdict.agentless = cases[i].ms < 0;
		n->agent.heard = cases[i].heard;
		node_set_silent(c, n, cases[i].silent);
		node_set_connected(c, n, cases[i].connected);
		later(c, cases[i].ms > 0 ? cases[i].ms : 0);
		CASE(cases[i].name, not_ready_kept(c, n) == cases[i].kept);
		tables_teardown(&world);
	}
	(void)state;
}

/* Each job has its own time for each of the two taints; the node has the setting's. */
static void each_job_has_its_time(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 64000, 16 * MEMORY);
	struct attempt *plain = member(c, n, "plain"), *hasty = member(c, n, "hasty");
	struct attempt *patient = member(c, n, "patient"), *steady = member(c, n, "steady");
	hasty->job->spec.not_ready_ms = -1;
	patient->job->spec.not_ready_ms = 100000;
	patient->job->spec.unreachable_ms = 110000;
	steady->job->spec.not_ready_ms = steady->job->spec.unreachable_ms = INT64_MAX;
	node_settle(c, n);
	assert_int_equal(n->verdict.kept_due_ms, INT64_MAX);
	n->kube.ready = COND_FALSE;
	int64_t began_ms = c->now_ms;
	node_settle(c, n);
	assert_int_equal(n->verdict.loss, NODE_UNREADY);
	assert_int_equal(n->verdict.kept_until_ms, c->wall_ms + 60000);
	assert_true(hasty->state == ATTEMPT_LOST && hasty->away && hasty->job->dirty);
	assert_true(plain->state == ATTEMPT_RUNNING && !plain->away);
	assert_int_equal(n->verdict.kept_due_ms, began_ms + 60000);
	assert_int_equal(heap_next(&c->timers), began_ms + 60000);
	later(c, 60000);
	node_settle(c, n);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_FAILED);
	assert_int_equal(plain->state, ATTEMPT_LOST);
	assert_int_equal(patient->state, ATTEMPT_RUNNING);
	assert_int_equal(n->verdict.kept_due_ms, began_ms + 100000);
	later(c, 40000);
	n->kube.ready = COND_UNKNOWN; /* now the other time holds */
	node_settle(c, n);
	assert_int_equal(patient->state, ATTEMPT_RUNNING);
	later(c, 10000);
	node_settle(c, n);
	assert_int_equal(patient->state, ATTEMPT_LOST);
	assert_int_equal(steady->state, ATTEMPT_RUNNING);
	assert_int_equal(n->verdict.kept_due_ms, INT64_MAX);
	n->kube.ready = COND_TRUE;
	node_settle(c, n);
	assert_true(plain->state == ATTEMPT_RUNNING && !plain->away);
	n->kube.ready = COND_FALSE; /* another time, counted anew */
	node_settle(c, n);
	assert_int_equal(plain->state, ATTEMPT_RUNNING);
}

/* An agent that hangs up meanwhile has its time to come back; when that is over, nobody answers. */
/* The agent answers, so nobody waits for the Node to be Ready: what has a successor is stopped. */
static void who_has_a_successor_is_stopped(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 64000, 16 * MEMORY);
	struct node_record *other = tables_node(c, "n2", 64000, 16 * MEMORY);
	struct attempt *a = member(c, n, "hasty");
	a->job->spec.not_ready_ms = -1;
	node_settle(c, n);
	n->kube.ready = COND_FALSE;
	node_settle(c, n);
	assert_int_equal(a->state, ATTEMPT_LOST);
	node_settle(c, n);
	assert_int_equal(a->state, ATTEMPT_LOST); /* it has none yet */
	attempt_place(c, a->job, 0, other);
	assert_true(n->dirty);
	node_settle(c, n);
	assert_true(a->state == ATTEMPT_STOPPING && a->away);
	assert_string_equal(a->stop_reason, "superseded");
}

static void the_agent_hangs_up(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = member(c, n, "a");
	n->kube.ready = COND_FALSE;
	node_settle(c, n);
	node_set_connected(c, n, false);
	node_settle(c, n);
	assert_int_equal(a->state, ATTEMPT_RUNNING);
	assert_int_equal(n->verdict.kept_due_ms, c->now_ms + 6000);
	later(c, 6000);
	node_settle(c, n);
	assert_int_equal(n->verdict.loss, NODE_DOUBTFUL);
	assert_int_equal(a->state, ATTEMPT_LOST);
	assert_int_equal(n->verdict.kept_due_ms, INT64_MAX);
}

/* What the previous leader has given up stays so, also when the agent is heard: the time ran on, by
 * what the previous leader wrote, or at least the setting's is over. */
static void what_was_given_up_stays_so(void **state)
{
	static const struct {
		const char *name;
		enum cond_status ready;
		int64_t since_ms, ago_ms; /* ago: how long the Node is not Ready, as is thought */
	} cases[] = {
		{"it says for how long", COND_FALSE, -200000, 200000},
		{"less than is possible", COND_FALSE, -2000, 60000},
		{"it does not say so", COND_TRUE, -200000, 60000},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct attempt *a = member(c, n, "a");
		n->verdict.state = COMPUTE_NODE_FAILED;
		n->verdict.inherited = true;
		n->agent.heard = c->gate.open = false;
		n->verdict.conditions[NC_READY] = (struct cond_state){
			.status = cases[i].ready, .since_ms = c->wall_ms + cases[i].since_ms};
		n->kube.ready = COND_FALSE;
		node_settle(c, n);
		CASE(cases[i].name, n->verdict.unready_ms == c->now_ms - cases[i].ago_ms);
		CASE(cases[i].name, a->state == ATTEMPT_LOST);
		n->agent.heard = true;
		node_settle(c, n);
		CASE(cases[i].name, a->state == ATTEMPT_LOST);
		CASE(cases[i].name, n->verdict.state == COMPUTE_NODE_FAILED);
		tables_teardown(&world);
	}
	(void)state;
}

/* A Node that is deleted is not one that is not Ready. */
static void a_deleted_node(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	n->kube.ready = COND_FALSE;
	not_ready_note(c, n);
	assert_true(n->verdict.unready);
	n->kube.exists = false;
	n->kube.ready = COND_UNKNOWN;
	not_ready_note(c, n);
	assert_false(n->verdict.unready);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_counts_as_one_that_answers),
		cmocka_unit_test(what_was_given_up_stays_so),
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(each_job_has_its_time),
		T(who_has_a_successor_is_stopped),
		T(the_agent_hangs_up),
		T(a_deleted_node),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
