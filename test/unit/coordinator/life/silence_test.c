/* SPDX-License-Identifier: Apache-2.0 */
/* Agents that fall silent, and a coordinator that suspects itself. */
#include "coordinator/core/life/silence.h"

#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

enum { NODES = 10 };

static struct node_record *node[NODES];

/* Of NODES, so many were not heard for ms; the others were heard now. */
static void nodes(struct core *c, uint32_t quiet, int64_t ms)
{
	static const char *const names[NODES] = {"n0", "n1", "n2", "n3", "n4",
						 "n5", "n6", "n7", "n8", "n9"};
	for (uint32_t i = 0; i < NODES; i++) {
		node[i] = tables_node(c, names[i], 1, 1);
		node[i]->agent.heard_loop_ms = c->loop_ms - (i < quiet ? ms : 0);
	}
}

static void how_many_are_silent(void **state)
{
	static const struct {
		const char *name;
		uint32_t quiet;
		int64_t for_ms;
		uint32_t silent;
		bool suspects;
	} cases[] = {
		{"none within the grace", 10, 5999, 0, false},
		{"one after it", 1, 6000, 1, false},
		{"half of them", 5, 6000, 5, false},
		{"most of them: the coordinator hears nothing", 6, 6000, 6, true},
		{"all", 10, 6000, 10, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		nodes(c, cases[i].quiet, cases[i].for_ms);
		silence_tick(c);
		CASE(cases[i].name, c->nodes.nsilent == cases[i].silent);
		CASE(cases[i].name, c->silence.suspects_us == cases[i].suspects);
		CASE(cases[i].name, node[0]->agent.silent == (cases[i].silent > 0));
		tables_teardown(&world);
	}
	(void)state;
}

/* Few are no majority, whatever their share. */
static void two_of_two_are_not_most(void **state)
{
	struct core *c = tables_of(state);
	for (uint32_t i = 0; i < 2; i++)
		tables_node(c, i ? "a" : "b", 1, 1)->agent.heard_loop_ms = c->loop_ms - 6000;
	silence_tick(c);
	assert_int_equal(c->nodes.nsilent, 2);
	assert_false(c->silence.suspects_us);
}

/* Those that come back one after the other have a grace of their own. */
static void the_doubt_ends_a_grace_after_most_are_heard(void **state)
{
	struct core *c = tables_of(state);
	nodes(c, 10, 6000);
	silence_tick(c);
	assert_true(c->silence.suspects_us);
	for (uint32_t i = 0; i < 6; i++) {
		node[i]->agent.heard_loop_ms = c->loop_ms;
		node_set_silent(c, node[i], false);
	}
	silence_tick(c);
	assert_true(c->silence.suspects_us);
	c->loop_ms += 5999;
	for (uint32_t i = 0; i < 6; i++) {
		node[i]->agent.heard_loop_ms = c->loop_ms;
		node_heard(c, node[i]);
	}
	silence_tick(c);
	assert_true(c->silence.suspects_us);
	c->loop_ms += 1;
	silence_tick(c);
	assert_false(c->silence.suspects_us);
	assert_int_equal(c->nodes.nsilent, 4);
}

static void when_it_is_asked_again(void **state)
{
	struct core *c = tables_of(state);
	assert_int_equal(silence_deadline(c), INT64_MAX); /* nobody is there */
	struct node_record *n = tables_node(c, "n1", 1, 1);
	/* Often enough for a gap between two turns to be seen as one. */
	assert_int_equal(silence_deadline(c), c->now_ms + c->cfg.loop_gap_ms / 2);
	n->agent.heard_loop_ms = c->loop_ms - 5900;
	assert_int_equal(silence_deadline(c), c->now_ms + 100);
	node_set_connected(c, n, false);
	assert_int_equal(silence_deadline(c), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(how_many_are_silent),
		T(two_of_two_are_not_most),
		T(the_doubt_ends_a_grace_after_most_are_heard),
		T(when_it_is_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
