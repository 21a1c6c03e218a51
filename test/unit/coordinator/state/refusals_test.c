/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes a job keeps away from after a refusal, and for how long. */
#include "coordinator/core/state/refusals.h"

#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

enum { LOOK_MS = 10000, HOUR_MS = 3600000 };

static void a_pause_is_over_some_time(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct node_record *other = tables_node(c, "n2", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	int64_t next_ms, until_ms = refusals_add(c, j, n);
	assert_true(job_refused_by(c, j, n));
	assert_false(job_refused_by(c, j, other) || job_forbidden_by(c, j, n));
	assert_false(job_forbidden_by(c, j, other));
	assert_true(refusal_keeps_away(c, &j->refusals.v[0]));
	assert_false(refusals_end(c, j, &next_ms));
	assert_true(next_ms == until_ms);
	c->now_ms = until_ms;
	assert_false(job_refused_by(c, j, n) || refusal_keeps_away(c, &j->refusals.v[0]));
	assert_true(refusals_end(c, j, &next_ms));
	assert_true(next_ms == INT64_MAX);
	assert_false(refusals_end(c, j, &next_ms)); /* noticed once */
	refusals_avoid(c, j, other);                /* which keeps nothing away */
	assert_false(refusal_keeps_away(c, &j->refusals.v[1]));
	assert_true(refusal_comes_last(c, &j->refusals.v[1]));
}

/* Until the Node changes; after an hour it comes last. */
static void a_forbidden_node_is_one_until_it_changes(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	int64_t next_ms;
	refusals_forbid(c, j, n);
	assert_true(job_forbidden_by(c, j, n) && refusal_keeps_away(c, &j->refusals.v[0]));
	assert_false(job_refused_by(c, j, n));
	c->now_ms += HOUR_MS - 1;
	assert_false(refusals_end(c, j, &next_ms));
	assert_true(next_ms == c->now_ms + LOOK_MS);
	c->now_ms++;
	assert_true(refusals_end(c, j, &next_ms)); /* it may be asked */
	assert_true(next_ms == INT64_MAX);
	assert_false(job_forbidden_by(c, j, n) || refusal_keeps_away(c, &j->refusals.v[0]));
	assert_true(refusal_comes_last(c, &j->refusals.v[0]));
	refusals_forbid(c, j, n); /* and again */
	assert_true(job_forbidden_by(c, j, n));
	n->kube.changed_ms = ++c->now_ms;
	assert_false(job_forbidden_by(c, j, n) || refusal_comes_last(c, &j->refusals.v[0]));
	assert_true(refusals_end(c, j, &next_ms));
	assert_false(refusals_end(c, j, &next_ms));
	refusals_forbid(c, j, n);
	assert_true(job_forbidden_by(c, j, n));
	refusals_forget(j); /* its template changed */
	assert_false(job_forbidden_by(c, j, n) || refusals_end(c, j, &next_ms));
}

/* Both hold: the earlier look comes first, and both have to be over. */
static void a_pause_and_more(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	int64_t next_ms, until_ms = refusals_add(c, j, n);
	refusals_add(c, j, tables_node(c, "n2", 4000, MEMORY));
	until_ms = refusals_add(c, j, n); /* 20 s now */
	refusals_forbid(c, j, n);
	assert_false(refusals_end(c, j, &next_ms));
	assert_true(next_ms == c->now_ms + LOOK_MS);
	c->now_ms = until_ms;
	assert_true(refusals_end(c, j, &next_ms)); /* n2's alone */
	assert_true(job_forbidden_by(c, j, n));
	c->nodes.at[n->idx] = NULL; /* the record is gone */
	assert_true(refusals_end(c, j, &next_ms));
	assert_true(next_ms == INT64_MAX);
	c->nodes.at[n->idx] = n;
}

static void which_nodes_count(void **state)
{
	static const struct kv zone_a[] = {{"zone", "a"}};
	static const struct kvs in_a = {zone_a, 1}, none;
	enum {
		FIRST_ONLY = 1,
		NOT_THERE = 2,
		ELSEWHERE = 4,
		TOO_SMALL = 8,
		FULL = 16,
		NO_REFUSAL = 32,
		NONE_THERE = 64,
		PAUSED = 128
	};
	static const struct {
		const char *name;
		int second; /* what there is to say of the second node */
		bool everywhere;
		uint32_t nodes;
	} cases[] = {
		{"both refuse", 0, true, 2},
		{"one has not refused", FIRST_ONLY, false, 1},
		{"one was short of room", FIRST_ONLY | PAUSED, false, 1},
		{"none has", FIRST_ONLY | NO_REFUSAL, false, 0},
		{"the other does not exist", FIRST_ONLY | NOT_THERE, true, 1},
		{"the other does not match", FIRST_ONLY | ELSEWHERE, true, 1},
		{"the other is too small", FIRST_ONLY | TOO_SMALL, true, 1},
		{"the other is full of others' pods", FIRST_ONLY | FULL, false, 1},
		{"there is none any more", NONE_THERE | NOT_THERE, false, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		uint32_t nodes;
		int what = cases[i].second;
		struct node_record *n1 = tables_node(c, "n1", 4000, MEMORY);
		struct node_record *n2 =
			tables_node(c, "n2", what & TOO_SMALL ? 500 : 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		const struct res asks = {"cpu", 1000};
		const struct job_spec spec = {.requests = {&asks, 1}, .node_selector = in_a};
		tables_request(c, j, &spec);
		tables_select(c, n1, &in_a, NULL, 0);
		tables_select(c, n2, what & ELSEWHERE ? &none : &in_a, NULL, 0);
		if (!(what & NO_REFUSAL))
			refusals_forbid(c, j, n1);
		if (!(what & FIRST_ONLY))
			refusals_forbid(c, j, n2);
		n1->kube.exists = !(what & NONE_THERE);
		n2->kube.exists = !(what & NOT_THERE);
		if (what & PAUSED)
			refusals_add(c, j, n2);
		if (what & FULL)
			tables_fill(c, n2, 4000);
		CASE(cases[i].name, job_forbidden_everywhere(c, j, &nodes) == cases[i].everywhere);
		CASE(cases[i].name, nodes == cases[i].nodes);
		tables_teardown(&world);
	}
	(void)state;
}

/* Records are made anew when another leads: their numbers leave holes. */
static void a_hole_in_the_table(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 4000, MEMORY);
	struct node_record *n2 = tables_node(c, "n2", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	uint32_t nodes;
	refusals_forbid(c, j, n2);
	c->nodes.at[n1->idx] = NULL;
	assert_true(job_forbidden_everywhere(c, j, &nodes));
	assert_int_equal(nodes, 1);
	c->nodes.at[n1->idx] = n1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_pause_is_over_some_time), T(a_forbidden_node_is_one_until_it_changes),
		T(a_pause_and_more),          cmocka_unit_test(which_nodes_count),
		T(a_hole_in_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
