/* SPDX-License-Identifier: Apache-2.0 */
/* A node's state as a function of what is known, and what it means for its members. (Every pair of
 * states is walked through the whole core in ../core/node_states_test.c.) */
#include "coordinator/core/life/node_state.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

enum what {
	WELL = 0,
	NO_NODE = 1,
	NOT_READY = 2,
	OUT_OF_SERVICE = 4,
	SILENT = 8,
	UNHEARD = 16,
	CORDONED = 32,
	OWN_CORDON = 64,
	MEMBER = 128,
	SUSPECT = 256,
	HUNG_UP = 512,
	AGES = 1024,
	TOLD_AGENTLESS = 2048,
	REFUSED = 4096,
};

static void what_is_known_decides(void **state)
{
	static const struct {
		const char *name;
		unsigned what;
		enum compute_node_state state;
		enum loss loss;
		bool usable;
	} cases[] = {
		{"all is well", WELL, COMPUTE_NODE_RUNNING, NODE_PRESENT, true},
		{"there is no Node", NO_NODE, COMPUTE_NODE_PENDING, NODE_LOST, false},
		{"its agent was never heard", UNHEARD | HUNG_UP, COMPUTE_NODE_PENDING, NODE_PRESENT,
		 false},
		{"the Node is not Ready, its agent answers", NOT_READY, COMPUTE_NODE_RUNNING,
		 NODE_UNREADY, false},
		{"not Ready, with a cordon", NOT_READY | CORDONED, COMPUTE_NODE_DRAINED,
		 NODE_UNREADY, false},
		{"not Ready for long", NOT_READY | AGES, COMPUTE_NODE_FAILED, NODE_UNREADY, false},
		{"not Ready, and silent", NOT_READY | SILENT, COMPUTE_NODE_FAILED, NODE_DOUBTFUL,
		 false},
		{"not Ready, and never heard", NOT_READY | UNHEARD | HUNG_UP, COMPUTE_NODE_FAILED,
		 NODE_DOUBTFUL, false},
		{"silence", SILENT, COMPUTE_NODE_FAILED, NODE_DOUBTFUL, false},
		{"silence that may be ours", SILENT | SUSPECT, COMPUTE_NODE_FAILED, NODE_PRESENT,
		 false},
		{"a hang-up is no silence", HUNG_UP, COMPUTE_NODE_RUNNING, NODE_PRESENT, false},
		{"out of service, and not ready", OUT_OF_SERVICE | NOT_READY, COMPUTE_NODE_FAILED,
		 NODE_LOST, false},
		{"out of service, and silent", OUT_OF_SERVICE | SILENT, COMPUTE_NODE_FAILED,
		 NODE_LOST, false},
		{"out of service alone: somebody's mistake", OUT_OF_SERVICE, COMPUTE_NODE_FAILED,
		 NODE_DOUBTFUL, false},
		{"an agent that no leader to come would know of", TOLD_AGENTLESS,
		 COMPUTE_NODE_RUNNING, NODE_PRESENT, false},
		{"nobody can be told of it", TOLD_AGENTLESS | REFUSED, COMPUTE_NODE_RUNNING,
		 NODE_PRESENT, true},
		{"a cordoned Node", CORDONED, COMPUTE_NODE_DRAINED, NODE_PRESENT, false},
		{"a cordoned ComputeNode", OWN_CORDON, COMPUTE_NODE_DRAINED, NODE_PRESENT, false},
		{"cordoned, with a member", CORDONED | MEMBER, COMPUTE_NODE_DRAINING, NODE_PRESENT,
		 false},
		{"cordoned and silent", CORDONED | SILENT, COMPUTE_NODE_FAILED, NODE_DOUBTFUL,
		 false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		unsigned what = cases[i].what;
		n->kube.exists = !(what & NO_NODE);
		n->kube.ready = what & NOT_READY ? COND_FALSE : COND_TRUE;
		n->kube.out_of_service = what & OUT_OF_SERVICE;
		n->kube.cordoned = what & CORDONED;
		n->compute.cordoned = what & OWN_CORDON;
		n->agent.heard = !(what & UNHEARD);
		c->gate.opens_ms = c->now_ms;
		node_set_silent(c, n, what & SILENT);
		node_silent_with_most(n, what & SUSPECT);
		node_set_connected(c, n, !(what & HUNG_UP));
		n->told_agentless = what & TOLD_AGENTLESS;
		n->status.refusals = what & REFUSED ? 1 : 0;
		if (what & MEMBER)
			tables_attempt(c, tables_job(c, "a", 1), 0, n);
		node_settle(c, n);
		c->now_ms += what & AGES ? 60000 : 0;
		node_settle(c, n);
		CASE(cases[i].name, n->verdict.state == cases[i].state);
		CASE(cases[i].name, n->verdict.loss == cases[i].loss);
		CASE(cases[i].name, bitset_has(&c->nodes.usable, n->idx) == cases[i].usable);
		CASE(cases[i].name,
		     (n->verdict.conditions[NC_SCHEDULABLE].status == COND_TRUE) ==
			     (cases[i].usable || what & TOLD_AGENTLESS)); /* in a moment */
		tables_teardown(&world);
	}
	(void)state;
}

/* After a change of leader what was written last stands, but for what the Node itself says. */
static void the_last_state_stands_for_a_while(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	n->verdict.state = COMPUTE_NODE_DRAINED;
	n->verdict.inherited = true;
	n->agent.heard = c->gate.open = false;
	node_settle(c, n);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_DRAINED);
	assert_int_equal(n->verdict.conditions[NC_READY].since_ms, 0);
	node_set_connected(c, n, false);
	c->gate.opens_ms = c->now_ms;
	n->kube.ready = COND_FALSE;
	node_settle(c, n);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_FAILED); /* no agent may come any more */
	n->kube.ready = COND_TRUE;
	c->gate.open = true;
	node_settle(c, n);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_PENDING); /* it was never heard */
}

/* Who never had an agent, by the word of the leader before. */
static void what_is_inherited(void **state)
{
	static const struct {
		const char *name;
		enum compute_node_state state;
		const char *version;
		bool inherited, agentless;
	} cases[] = {
		{"nothing is known", COMPUTE_NODE_NONE, "", false, false},
		{"no agent was ever heard", COMPUTE_NODE_PENDING, "", true, true},
		{"its Node was gone for a while", COMPUTE_NODE_PENDING, "1", true, false},
		{"an agent without a version", COMPUTE_NODE_RUNNING, "", true, false},
		{"all is well", COMPUTE_NODE_RUNNING, "1", true, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct compute_node_status st = {.state = cases[i].state,
						 .agent_version = cases[i].version};
		n->verdict.state = COMPUTE_NODE_NONE;
		node_state_inherit(n, &st);
		CASE(cases[i].name, n->verdict.inherited == cases[i].inherited);
		CASE(cases[i].name, n->verdict.agentless == cases[i].agentless);
		st = (struct compute_node_status){.state = COMPUTE_NODE_PENDING};
		n->verdict.state = COMPUTE_NODE_RUNNING; /* it was computed: no other word counts */
		node_state_inherit(n, &st);
		CASE(cases[i].name, n->verdict.agentless == cases[i].agentless);
		tables_teardown(&world);
	}
	(void)state;
}

static void members_are_lost_and_found(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = tables_attempt(c, tables_job(c, "a", 2), 0, n);
	node_settle(c, n);
	node_set_silent(c, n, true);
	tables_did(c);
	node_settle(c, n);
	assert_int_equal(a->state, ATTEMPT_LOST);
	assert_non_null(strstr(tables_did(c), "WARNING n1 NodeFailed: "));
	struct attempt *late = tables_attempt(c, a->job, 1, n); /* one that was on its way */
	node_settle(c, n);
	assert_int_equal(late->state, ATTEMPT_LOST);
	node_set_silent(c, n, false);
	node_settle(c, n);
	assert_int_equal(a->state, ATTEMPT_ORDERED);
	assert_int_equal(late->state, ATTEMPT_ORDERED);
}

static void state_of_the_leader_before(void **state)
{
	static const struct cond conds[] = {
		{.type = "OfAnotherVersion", .status = COND_TRUE, .since_ms = 5000},
		{.type = "Ready", .status = COND_FALSE, .since_ms = 7000},
		{.type = "AgentConnected", .status = COND_TRUE, .since_ms = 8000}};
	const struct compute_node_status st = {.state = COMPUTE_NODE_DRAINED,
					       .since_ms = 6000,
					       .conds = conds,
					       .nconds = ARRAY_LEN(conds)};
	struct core *c = tables_of(state);
	struct node_record *n = node_get(c, "n1");
	n->verdict.conditions[NC_AGENT] = (struct cond_state){COND_FALSE, R_NONE, 9000};
	node_state_inherit(n, &st);
	assert_int_equal(n->verdict.state, COMPUTE_NODE_DRAINED);
	assert_int_equal(n->verdict.since_ms, 6000);
	assert_true(n->verdict.inherited);
	assert_int_equal(n->verdict.conditions[NC_READY].status, COND_FALSE);
	assert_int_equal(n->verdict.conditions[NC_READY].since_ms, 7000);
	assert_int_equal(n->verdict.conditions[NC_AGENT].since_ms, 9000); /* it is known already */
	node_state_inherit(n, &(struct compute_node_status){.state = COMPUTE_NODE_RUNNING});
	assert_int_equal(n->verdict.state, COMPUTE_NODE_DRAINED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(what_is_known_decides), cmocka_unit_test(what_is_inherited),
		T(the_last_state_stands_for_a_while),    T(members_are_lost_and_found),
		T(state_of_the_leader_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
