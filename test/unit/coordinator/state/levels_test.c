/* SPDX-License-Identifier: Apache-2.0 */
/* Levels alone, against each node asked one by one. */
#include "coordinator/core/state/levels.h"

#include <string.h>

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

enum { NODES = 150, ASKS = 400 };

static void fill(struct core *c, struct rng *r)
{
	AUTO(buf_done) struct buf name = BUF_INIT(16);
	for (uint32_t i = 0; i < NODES; i++) {
		buf_reset(&name);
		buf_printf(&name, "n%u", i + 1);
		int64_t cpu = (int64_t)rng_below(r, 64) * 500;
		struct node_record *n = tables_node(c, buf_str(&name), cpu, 1 + cpu * 4000);
		tables_fill(c, n, cpu ? (int64_t)rng_below(r, (uint64_t)cpu + 1) : 0);
	}
}

/* No node that holds it is missing; those that are there hold four fifths of it at least. */
static void assert_at_least(struct core *c, int64_t milli, bool empty)
{
	const struct bitset *b = levels_at_least(c, RES_CPU, milli, empty);
	for (uint32_t i = 0; i < NODES; i++) {
		const struct node_record *n = c->nodes.at[i];
		if (!n)
			continue;
		int64_t room = res_row(c, n, ROW_CAP)[RES_CPU] -
			       (empty ? 0 : res_row(c, n, ROW_USED)[RES_CPU]);
		if (room >= milli)
			assert_true(bitset_has(b, i));
		if (bitset_has(b, i))
			assert_true(room * 5 >= milli * 4);
	}
}

static void the_sets_follow_the_rows(void **state)
{
	struct core *c = tables_of(state);
	struct rng r = {11};
	fill(c, &r);
	for (uint32_t k = 0; k < ASKS; k++) {
		struct node_record *n = c->nodes.at[rng_below(&r, NODES)];
		int64_t left =
			n ? res_row(c, n, ROW_CAP)[RES_CPU] - res_row(c, n, ROW_USED)[RES_CPU] : 0;
		if (n && k % 7 == 0)
			node_free(c, n);
		else if (n && left > 0 && k % 3)
			tables_fill(c, n, (int64_t)rng_below(&r, (uint64_t)left + 1));
		else if (n) /* what was taken is given back */
			tables_fill(c, n, -res_row(c, n, ROW_USED)[RES_CPU]);
		int64_t milli = 1 + (int64_t)rng_below(&r, 34000);
		assert_at_least(c, milli, k % 2);
	}
}

/* How full a node is: in what it is fullest, in 1,024ths. */
static void the_level_is_that_of_the_fullest_resource(void **state)
{
	static const struct {
		const char *name;
		int64_t cpu, memory; /* used of 4000 and 8000 */
		uint32_t level;
	} cases[] = {
		{"empty", 0, 0, 0},
		{"a quarter", 1000, 0, 256},
		{"half of another resource", 1000, 4000, 512},
		{"nearly full", 3999, 0, 1023},
		{"full", 4000, 0, 1024},
		{"overfull", 5000, 0, 1024},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct need v[] = {{RES_CPU, cases[i].cpu}, {RES_MEMORY, cases[i].memory}};
		const struct needs needs = {v, 2};
		res_use(c, n, &needs, 1);
		CASE(cases[i].name, bitset_has(&c->levels.level[cases[i].level], n->idx));
		CASE(cases[i].name, bitset_has(&c->levels.used, cases[i].level));
		CASE(cases[i].name, bitset_count(&c->levels.used) == 1);
		res_use(c, n, &needs, -1);
	}
	node_free(c, n);
	assert_int_equal(bitset_count(&c->levels.used), 0);
}

/* Pods of others count, of all that the Node has: also where Muster may use but a part of it. */
static void pods_of_others_fill_a_node(void **state)
{
	static const struct {
		const char *name;
		int64_t foreign, members, spec; /* cpu, of 4000; spec -1: all of it */
		uint32_t level;
	} cases[] = {
		{"others alone", 3000, 0, -1, 768},
		{"others and members", 2000, 1000, -1, 768},
		{"more than there is", 5000, 0, -1, 1024},
		{"as much as can be", INT64_MAX, 1000, -1, 1024},
		{"where Muster may use a part", 1000, 0, 1000, 256},
		{"and others take more", 2000, 0, 1000, 512},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, 8000);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct res foreign = {"cpu", cases[i].foreign}, spec = {"cpu", cases[i].spec};
		struct need v[] = {{RES_CPU, cases[i].members}};
		const struct needs needs = {v, 1};
		res_row_set(c, n, ROW_SPEC, &(struct reslist){&spec, cases[i].spec >= 0});
		res_foreign_set(c, n, &(struct reslist){&foreign, 1}, 0);
		res_use(c, n, &needs, 1);
		res_caps(c, n);
		CASE(cases[i].name, bitset_has(&c->levels.level[cases[i].level], n->idx));
		res_use(c, n, &needs, -1);
	}
}

static void room_for_all_that_is_asked(void **state)
{
	struct core *c = tables_of(state);
	tables_node(c, "small", 1000, 1000);
	struct node_record *full = tables_node(c, "full", 4000, 8000);
	tables_node(c, "big", 4000, 8000);
	tables_fill(c, full, 4000);
	const struct {
		const char *name;
		struct need need;
		bool empty;
		const char *expected;
	} cases[] = {
		{"none of it", {UINT32_MAX, 0}, false, "small full big"},
		{"little", {RES_CPU, 1000}, false, "small big"},
		{"much", {RES_CPU, 4000}, false, "big"},
		{"much of an empty node", {RES_CPU, 4000}, true, "full big"},
		{"more than there is", {RES_CPU, 6000}, true, ""},
		{"what no node has", {UINT32_MAX, 1}, true, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(bitset_done) struct bitset ok = {0};
		struct need need = cases[i].need;
		const struct needs needs = {&need, 1};
		bitset_copy(&ok, &c->nodes.usable);
		levels_with_room(c, &needs, cases[i].empty, &ok);
		CASE_STR(cases[i].name, tables_names(c, &ok), cases[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_sets_follow_the_rows),
		T(the_level_is_that_of_the_fullest_resource),
		T(pods_of_others_fill_a_node),
		T(room_for_all_that_is_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
