/* SPDX-License-Identifier: Apache-2.0 */
/* The node table alone: names and indexes, who was heard last, what is wrong with a node. */
#include "coordinator/core/state/node.h"

#include "test/unit/coordinator/state/tables.h"

static void an_index_is_dense_and_used_again(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *a = node_get(c, "a"), *b = node_get(c, "b");
	assert_ptr_equal(node_get(c, "a"), a);
	assert_int_equal(a->idx, 0);
	assert_int_equal(b->idx, 1);
	node_free(c, a);
	assert_null(node_find(c, "a"));
	assert_null(c->nodes.at[0]);
	assert_int_equal(node_get(c, "c")->idx, 0);
	assert_int_equal(node_get(c, "d")->idx, 2);
}

/* A record stands for a name for as long as anything has it. */
static void a_record_goes_with_the_last_of_its_name(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, INT64_C(8000) * GI);
	struct job_record *j = tables_job(c, "a", 1);
	tables_attempt(c, j, 0, n);
	n->kube.exists = n->compute.exists = false;
	node_free_if_unused(c, n);
	assert_non_null(node_find(c, "n1"));
	n->agent.session = 0;
	node_free_if_unused(c, n);
	assert_non_null(node_find(c, "n1")); /* a member is there still */
}

static void what_is_wrong_with_a_node(void **state)
{
	static const struct {
		const char *name;
		bool exists, out_of_service, ready, connected, silent;
		enum reason trouble;
		bool unready;
	} cases[] = {
		{"nothing", true, false, true, true, false, R_NONE, false},
		{"there is no Node", false, false, false, true, false, R_NodeNotFound, true},
		{"out of service counts before not ready", true, true, false, true, false,
		 R_NodeOutOfService, true},
		{"not ready counts before silence", true, false, false, true, true, R_NodeNotReady,
		 true},
		{"silence", true, false, true, true, true, R_AgentSilent, false},
		{"no agent", true, false, true, false, false, R_AgentNotConnected, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct node_record n = {
			.kube = {.exists = cases[i].exists,
				 .out_of_service = cases[i].out_of_service,
				 .ready = cases[i].ready ? COND_TRUE : COND_FALSE},
			.agent = {.connected = cases[i].connected, .silent = cases[i].silent}};
		CASE(cases[i].name, node_trouble(&n) == cases[i].trouble);
		CASE(cases[i].name, node_unready(&n) == cases[i].unready);
	}
	(void)state;
}

static void the_one_heard_longest_ago_comes_first(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *a = tables_node(c, "a", 1, 1), *b = tables_node(c, "b", 1, 1);
	assert_ptr_equal(c->nodes.connected, a);
	node_heard(c, a);
	assert_ptr_equal(c->nodes.connected, b);
	node_set_silent(c, b, true);
	assert_ptr_equal(c->nodes.connected, a);
	assert_int_equal(c->nodes.nsilent, 1);
	node_set_silent(c, b, false);
	assert_ptr_equal(a->heard_next, b);
	node_set_connected(c, a, false);
	assert_ptr_equal(c->nodes.connected, b);
	node_heard(c, a); /* who is not connected is in no list */
	assert_null(b->heard_next);
	node_set_silent(c, b, true);
	node_free(c, b);
	assert_int_equal(c->nodes.nsilent, 0);
	assert_null(c->nodes.connected);
}

/* What the previous leader wrote holds until the agent is heard, or the gate opens. */
static void the_last_state_holds_for_a_while(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 1, 1);
	n->verdict.inherited = true;
	n->agent.heard = false;
	assert_false(node_keeps_last(c, n));
	c->gate.open = false;
	assert_true(node_keeps_last(c, n));
	n->agent.heard = true;
	assert_false(node_keeps_last(c, n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(an_index_is_dense_and_used_again), T(a_record_goes_with_the_last_of_its_name),
		T(what_is_wrong_with_a_node),        T(the_one_heard_longest_ago_comes_first),
		T(the_last_state_holds_for_a_while),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
