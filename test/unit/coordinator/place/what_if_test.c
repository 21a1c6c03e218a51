/* SPDX-License-Identifier: Apache-2.0 */
/* What would be placed of a job if it came now: the answer, and that the question changes nothing.
 */
#include "coordinator/core/place/what_if.h"

#include <string.h>

#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

static const struct res asks[] = {{"cpu", 2000}};

/* n1 and n2 have room, n2 less; n3 has none; n4 has room and is kept until in 30 s. */
static void four_nodes(struct core *c)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	static const int64_t used[] = {0, 1000, 3000, 0};
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		tables_fill(c, tables_node(c, names[i], 4000, MEMORY), used[i]);
	c->reservation.head = tables_job(c, "head", 9);
	c->reservation.holds = true;
	c->reservation.at_ms = c->now_ms + 30000;
	bitset_set(&c->reservation.nodes, 3);
}

static void what_a_job_would_get(void **state)
{
	static const struct {
		const char *name;
		uint32_t parallelism, min;
		int64_t deadline_s;
		bool starts, kept;
		uint32_t n;
		const char *nodes;
	} cases[] = {
		{"all that it wants", 2, 2, -1, true, true, 2, "n1 n2"},
		{"the best of them", 1, 1, -1, true, true, 1, "n1"},
		{"less than it wants, and enough to start", 3, 1, -1, true, true, 2, "n1 n2"},
		{"too little to start", 3, 3, -1, false, true, 0, ""},
		{"kept nodes too, if it ends before", 3, 3, 30, true, false, 3, "n1 n4 n2"},
		{"not if it ends later", 3, 3, 31, false, true, 0, ""},
	};
	struct core *c = tables_of(state);
	four_nodes(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(256);
		const struct job_spec spec = {.parallelism = cases[i].parallelism,
					      .min_parallelism = cases[i].min,
					      .active_deadline_s = cases[i].deadline_s,
					      .requests = {asks, 1}};
		struct what_if w = place_what_if(c, c->placing, &spec);
		for (uint32_t k = 0; k < w.n; k++)
			buf_printf(&b, "%s%s", k ? " " : "",
				   c->nodes.at[c->placing->candidates[k].node]->name);
		CASE_STR(cases[i].name, buf_str(&b), cases[i].nodes);
		CASE(cases[i].name, w.starts == cases[i].starts && w.kept == cases[i].kept);
		CASE(cases[i].name, w.n == cases[i].n && (!w.starts || w.fit == w.n));
	}
}

static void the_question_changes_nothing(void **state)
{
	static const struct kv zone_a[] = {{"zone", "a"}};
	static const struct res unknown[] = {{"example.com/gpu", 1000}};
	const struct job_spec spec = {.parallelism = 1,
				      .min_parallelism = 1,
				      .active_deadline_s = -1,
				      .requests = {unknown, 1},
				      .node_selector = {zone_a, 1}};
	struct core *c = tables_of(state);
	four_nodes(c);
	struct core before = *c;
	assert_false(place_what_if(c, c->placing, &spec).starts);
	assert_memory_equal(c, &before, sizeof *c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, placing_setup, placing_teardown)
		T(what_a_job_would_get),
		T(the_question_changes_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
