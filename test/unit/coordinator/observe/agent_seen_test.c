/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions of agents: what a Hello, a report, a frame and a hang-up change, and of whom. */
#include "coordinator/core/observe/agent_seen.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static struct core_event of(uint64_t session)
{
	return (struct core_event){
		.agent = {
			.node = "n1", .session = session, .version = "0.2.0", .boot_id = "boot-2"}};
}

static void a_hello_begins_a_session(void **state)
{
	static const struct res foreign[] = {{"cpu", 500}};
	uint64_t port = 80;
	const struct capacity cap = {
		.foreign = {foreign, 1}, .foreign_pods = 7, .ports = {&port, 1}};
	struct core *c = tables_of(state);
	struct core_event ev = of(5);
	ev.agent.capacity = &cap;
	agent_hello(c, &ev);
	struct node_record *n = node_find(c, "n1");
	assert_true(n->agent.connected && n->agent.heard && n->agent.capacity_known);
	assert_int_equal(n->agent.session, 5);
	assert_string_equal(n->agent.version, "0.2.0");
	assert_int_equal(res_row(c, n, ROW_FOREIGN)[RES_CPU], 500);
	assert_int_equal(res_row(c, n, ROW_FOREIGN)[RES_PODS], 7000);
	assert_true(n->ports.n == 1 && n->ports.v[0] == 80);
	assert_ptr_equal(c->nodes.connected, n);
}

/* What comes of an older session counts for nothing. */
static void only_the_session_that_is_counts(void **state)
{
	struct core *c = tables_of(state);
	struct core_event young = of(6), old = of(5);
	agent_hello(c, &old);
	agent_hello(c, &young);
	struct node_record *n = node_find(c, "n1");
	node_set_silent(c, n, true);
	agent_heard(c, &old);
	agent_report(c, &old);
	agent_hangup(c, &old);
	assert_true(n->agent.silent && n->agent.connected);
	c->loop_ms += 1000;
	agent_heard(c, &young);
	assert_false(n->agent.silent);
	assert_int_equal(n->agent.heard_loop_ms, c->loop_ms);
	node_set_silent(c, n, true);
	agent_hangup(c, &young);
	assert_false(n->agent.connected);
	assert_true(n->agent.silent); /* it is still gone */
	agent_heard(c, &young);
	assert_true(n->agent.silent);
}

/* A closed pipe says that the agent ended, and its kernel lives: no silence. */
static void a_hangup_is_no_silence(void **state)
{
	struct core *c = tables_of(state);
	struct core_event ev = of(5);
	agent_hello(c, &ev);
	agent_hangup(c, &ev);
	struct node_record *n = node_find(c, "n1");
	assert_false(n->agent.connected || n->agent.silent);
	assert_int_equal(n->agent.session, 0);
	assert_int_equal(c->nodes.nsilent, 0);
}

/* The session of one that said nothing for long is over: it stays as silent, or connected, as it
 * was, and is not kept for its session's sake. */
static void a_silent_session_ends(void **state)
{
	struct core *c = tables_of(state);
	struct core_event ev = of(5), other = of(4), unknown = of(5);
	unknown.agent.node = "n9";
	agent_hello(c, &ev);
	struct node_record *n = node_find(c, "n1");
	node_set_silent(c, n, true);
	while (node_take_dirty(c))
		continue;
	agent_dropped(c, &other);
	agent_dropped(c, &unknown);
	assert_int_equal(n->agent.session, 5);
	assert_false(n->dirty);
	agent_dropped(c, &ev);
	assert_int_equal(n->agent.session, 0);
	assert_true(n->agent.connected && n->agent.silent && n->dirty);
	agent_heard(c, &ev);
	assert_true(n->agent.silent);
}

/* A Hello is the node's whole truth; what it lacks is looked up before it counts as gone. */
static void what_a_hello_lacks_is_looked_up(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = tables_attempt(c, tables_job(c, "a", 2), 0, n);
	struct core_event ev = of(9);
	agent_hello(c, &ev);
	assert_false(n->list.wanted); /* its pod may come to be still */
	text_set(&a->pod_uid, "u1");
	agent_hello(c, &ev);
	assert_true(n->list.wanted);
	assert_int_equal(n->list.next_ms, c->now_ms);
	assert_int_equal(a->state, ATTEMPT_ORDERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_hello_begins_a_session),        T(only_the_session_that_is_counts),
		T(a_hangup_is_no_silence),          T(a_silent_session_ends),
		T(what_a_hello_lacks_is_looked_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
