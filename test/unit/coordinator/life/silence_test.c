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

/* Of five that were silent before and five that answer, three fall silent now: most of those that
 * answer, but not of all. What was silent before counts only where it says something about us. */
static void who_counts_beside_those_who_fall_silent_now(void **state)
{
	static const struct {
		const char *name;
		int64_t since_ms; /* so long the five are silent */
		bool exists, ready, with_most;
		uint32_t now; /* so many of the other five fall silent now */
		bool suspects;
	} cases[] = {
		{"silent for long", 66000, true, true, false, 2, false},
		{"silent lately", 65999, true, true, false, 2, true},
		{"their Nodes are not ready", 8000, true, false, false, 2, false},
		{"their Nodes are gone", 8000, false, true, false, 2, false},
		{"they fell silent with most others, and are so still", 900000, true, true, true, 2,
		 true},
		{"and their Nodes are not ready any more", 900000, true, false, true, 2, false},
		{"who is gone makes the rest no smaller", 900000, false, false, true, 3, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		c->loop_ms += 1000000;
		nodes(c, NODES, 0);
		for (uint32_t k = 0; k < 5; k++) {
			node[k]->agent.heard_loop_ms = c->loop_ms - cases[i].since_ms;
			node[k]->kube.exists = cases[i].exists;
			node[k]->kube.ready = cases[i].ready ? COND_TRUE : COND_UNKNOWN;
			node_set_silent(c, node[k], true);
			node_silent_with_most(node[k], cases[i].with_most);
		}
		for (uint32_t k = 5; k < NODES; k++) {
			node[k]->agent.heard_loop_ms -= k < 5 + cases[i].now ? 6000 : 0;
			if (k >= 5 + cases[i].now)
				node_heard(c, node[k]);
		}
		silence_tick(c);
		CASE(cases[i].name, c->silence.suspects_us == cases[i].suspects);
		CASE(cases[i].name, node[5]->agent.silent);
		CASE(cases[i].name, node[5]->agent.silent_with_most == cases[i].suspects);
		if (cases[i].suspects && cases[i].exists && cases[i].ready)
			CASE(cases[i].name, node[0]->agent.silent_with_most);
		tables_teardown(&world);
	}
	(void)state;
}

/* When the doubt is over, those that are silent still are like any that are silent. */
static void after_the_doubt_nobody_is_special(void **state)
{
	struct core *c = tables_of(state);
	nodes(c, 6, 6000);
	silence_tick(c);
	assert_true(c->silence.suspects_us && node[0]->agent.silent_with_most);
	node[0]->agent.heard_loop_ms = c->loop_ms;
	node_set_silent(c, node[0], false);
	assert_false(node[0]->agent.silent_with_most);
	c->loop_ms += 6000;
	for (uint32_t i = 0; i < NODES; i++) {
		if (i && i < 6)
			continue;
		node[i]->agent.heard_loop_ms = c->loop_ms;
		node_heard(c, node[i]);
	}
	silence_tick(c);
	assert_false(c->silence.suspects_us);
	assert_true(node[1]->agent.silent && !node[1]->agent.silent_with_most);
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
		cmocka_unit_test(who_counts_beside_those_who_fall_silent_now),
		T(after_the_doubt_nobody_is_special),
		T(the_doubt_ends_a_grace_after_most_are_heard),
		T(when_it_is_asked_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
