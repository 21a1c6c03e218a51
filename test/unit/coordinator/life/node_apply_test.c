/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode for every Node: when it is applied or deleted, what of it, and how often. */
#include "coordinator/core/life/node_apply.h"

#include <string.h>

#include "coordinator/core/state/resources.h"
#include "model/quantity.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void set_row(struct core *c, struct node_record *n, enum res_row row, int64_t cpu)
{
	const struct res r[] = {{"cpu", cpu}, {"memory", MEMORY}, {"pods", 110000}};
	const struct reslist l = {r, 3};
	res_row_set(c, n, row, &l);
}

static void when_it_is_applied(void **state)
{
	static const struct {
		const char *name;
		bool node, compute, owned, running;
		int64_t spec_cpu, after_ms;
		const char *did;
	} cases[] = {
		{"not while it says what the Node has", true, true, true, false, 4000, 0, ""},
		{"when there is none", true, false, false, false, 4000, 0, "CNODE_APPLY n1\n"},
		{"when the Node has another room", true, true, true, false, 3000, 0,
		 "CNODE_APPLY n1\n"},
		{"not while one is under way", true, true, true, true, 3000, 0, ""},
		{"not before its time", true, true, true, false, 3000, 1000, ""},
		{"deleted when its Node is gone", false, true, true, false, 4000, 0,
		 "CNODE_DELETE n1\n"},
		{"a user's own is never deleted", false, true, false, false, 4000, 0, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		set_row(c, n, ROW_SPEC, cases[i].spec_cpu);
		n->kube.exists = cases[i].node;
		n->compute.exists = cases[i].compute;
		n->compute.owned = cases[i].owned;
		n->apply.running = cases[i].running;
		n->apply.after_ms = c->now_ms + cases[i].after_ms;
		node_apply_check(c, n);
		CASE_STR(cases[i].name, tables_did(c), cases[i].did);
		node_apply_check(c, n); /* asked for already */
		CASE_STR(cases[i].name, tables_did(c), "");
		CASE(cases[i].name,
		     heap_next(&c->timers) == (cases[i].after_ms ? c->now_ms + cases[i].after_ms
								 : INT64_MAX) ||
			     cases[i].did[0]);
		tables_teardown(&world);
	}
	(void)state;
}

/* A resource comes and goes while the apply is under way: the ComputeNode has it, and the answer is
 * about what the Node had. */
static void the_node_changes_while_it_is_applied(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	const struct res with[] = {
		{"cpu", 4000}, {"memory", MEMORY}, {"pods", 110000}, {"example.com/gpu", 1000}};
	const struct reslist gpu = {with, 4};
	struct core_event ev = {.applied = {.name = "n1", .rc = RC_OK}};
	n->compute.exists = n->compute.owned = true;
	set_row(c, n, ROW_SPEC, 4000);
	res_row_set(c, n, ROW_ALLOC, &gpu);
	node_apply_check(c, n);
	assert_string_equal(tables_did(c), "CNODE_APPLY n1\n");
	res_row_set(c, n, ROW_SPEC, &gpu); /* the watch shows it first */
	set_row(c, n, ROW_ALLOC, 4000);
	node_apply_check(c, n);
	assert_string_equal(tables_did(c), "");
	node_applied(c, &ev);
	c->now_ms += 2000;
	node_apply_check(c, n);
	assert_string_equal(tables_did(c), "CNODE_APPLY n1\n");
	/* Somebody owns it: one apply is enough to tell. */
	node_applied(c, &ev);
	c->now_ms += 60000;
	node_apply_check(c, n);
	assert_string_equal(tables_did(c), "");
}

/* A resource that somebody else owns is left out from then on. */
static void what_another_owner_keeps(void **state)
{
	static const char *const cpu[] = {"cpu"};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct core_event ev = {
		.applied = {.name = "n1", .rc = RC_CONFLICT, .conflicts = {cpu, 1}}};
	struct compute_node_apply a;
	set_row(c, n, ROW_SPEC, 3000);
	mem_strset(&n->kube.uid, "node-1");
	assert_true(node_apply_view(c, "n1", &a));
	assert_int_equal(reslist_get(&a.resources, "cpu"), 4000);
	assert_null(a.node_uid); /* it is a user's own */
	node_apply_check(c, n);
	node_applied(c, &ev);
	assert_true(node_apply_view(c, "n1", &a));
	assert_int_equal(a.resources.n, 2);
	assert_int_equal(a.leave_out.n, 1);
	assert_string_equal(a.leave_out.v[0], "cpu");
	tables_did(c);
	node_apply_check(c, n); /* all that is ours is as it should be */
	assert_string_equal(tables_did(c), "");
	n->compute.owned = true;
	assert_true(node_apply_view(c, "n1", &a));
	assert_string_equal(a.node_uid, "node-1");
}

/* The Node has n resources, "r0"… after those that every node has. */
static void offer(struct core *c, struct node_record *n, enum res_row row, const char *prefix,
		  uint32_t count)
{
	static char names[100][16];
	struct res v[100] = {{"cpu", 4000}, {"memory", MEMORY}, {"pods", 110000}};
	uint32_t k = row == ROW_SPEC && *prefix != 'r' ? 0 : 3;
	for (uint32_t i = 0; i < count; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(16);
		buf_printf(&b, "%s%u", prefix, i);
		memcpy(names[i], buf_str(&b), b.len + 1);
		v[k++] = (struct res){names[i], 1000};
	}
	const struct reslist l = {v, k};
	res_row_set(c, n, row, &l);
}

/* A ComputeNode has place for 64 resources, with those that others have put there. */
static void more_resources_than_places(void **state)
{
	static const char *const r5[] = {"r5"};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct core_event ev = {.applied = {.name = "n1", .rc = RC_CONFLICT, .conflicts = {r5, 1}}};
	struct compute_node_apply a;
	offer(c, n, ROW_ALLOC, "r", 80);
	assert_true(node_apply_view(c, "n1", &a));
	assert_int_equal(a.resources.n, 64);
	assert_int_equal(reslist_get(&a.resources, "pods"), 110000);
	assert_int_equal(reslist_get(&a.resources, "r60"), 1000);
	offer(c, n, ROW_SPEC, "r", 61);
	tables_did(c);
	node_apply_check(c, n);
	assert_string_equal(tables_did(c), ""); /* it has all that it has place for */
	offer(c, n, ROW_SPEC, "mine", 10);
	assert_true(node_apply_view(c, "n1", &a));
	assert_int_equal(a.resources.n, 54);
	offer(c, n, ROW_SPEC, "mine", 70);
	assert_true(node_apply_view(c, "n1", &a));
	assert_int_equal(a.resources.n, 0);
	offer(c, n, ROW_SPEC, "r", 2);
	node_apply_check(c, n);
	node_applied(c, &ev);
	assert_true(bitset_has(&n->apply.leave_out, res_find(c, "r5")));
	node_apply_check(c, n);
	assert_true(bitset_has(&n->apply.leave_out, res_find(c, "r5")));
	c->res.sweeps++; /* the numbers may be those of others */
	node_apply_check(c, n);
	assert_false(bitset_has(&n->apply.leave_out, res_find(c, "r5")));
}

/* What comes without an apply may be left of a leader that was deposed: one more apply drops it, or
 * shows that it is a user's. */
static void what_comes_is_applied_away_once(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct core_event ok = {.applied = {.name = "n1", .rc = RC_OK}};
	static const struct res with[] = {
		{"cpu", 4000}, {"memory", MEMORY}, {"pods", 110000}, {"gpu", 1000}};
	const struct reslist l = {with, 4};
	set_row(c, n, ROW_SPEC, 3000);
	node_apply_check(c, n);
	node_applied(c, &ok);
	res_row_set(c, n, ROW_SPEC, &l);
	tables_did(c);
	c->now_ms += 2000;
	node_apply_check(c, n);
	assert_string_equal(tables_did(c), "CNODE_APPLY n1\n");
	node_applied(c, &ok);
	c->now_ms += 2000;
	node_apply_check(c, n); /* it stays, so it is a user's */
	assert_string_equal(tables_did(c), "");
}

/* So is the label, until the ComputeNode is made anew. */
static void a_label_of_another_owner(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct core_event ev = {
		.applied = {.name = "n1", .rc = RC_CONFLICT, .label_conflict = true}};
	struct compute_node_apply a;
	set_row(c, n, ROW_SPEC, 3000);
	n->compute.owned = true;
	node_apply_check(c, n);
	assert_true(node_apply_view(c, "n1", &a));
	assert_false(a.leave_label);
	node_applied(c, &ev);
	assert_int_equal(n->apply.failures, 0);
	assert_true(node_apply_view(c, "n1", &a));
	assert_true(a.leave_label);
	assert_int_equal(reslist_get(&a.resources, "cpu"), 4000);
	tables_did(c);
	node_apply_check(c, n); /* again at once, without the label */
	assert_string_not_equal(tables_did(c), "");
	node_applied(c, &ev); /* no news: it would end alike */
	assert_int_equal(n->apply.failures, 1);
	node_apply_again(c, n);
	assert_true(node_apply_view(c, "n1", &a));
	assert_false(a.leave_label);
}

/* One that is made again and again is made ever more rarely. */
static void one_that_goes_again_and_again(void **state)
{
	static const int64_t waits_ms[] = {0, 1000, 2000, 4000, 8000, 16000, 30000, 30000};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(waits_ms); i++) {
		node_apply_again(c, n);
		assert_int_equal(n->apply.after_ms, c->now_ms + waits_ms[i]);
		c->now_ms = n->apply.after_ms;
	}
	c->now_ms += 60001;
	node_apply_again(c, n);
	assert_int_equal(n->apply.after_ms, c->now_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_node_changes_while_it_is_applied),
		cmocka_unit_test(when_it_is_applied),
		T(what_another_owner_keeps),
		T(more_resources_than_places),
		T(what_comes_is_applied_away_once),
		T(a_label_of_another_owner),
		T(one_that_goes_again_and_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
