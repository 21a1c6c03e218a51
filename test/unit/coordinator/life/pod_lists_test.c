/* SPDX-License-Identifier: Apache-2.0 */
/* The one timer of a node: the first of what it waits for. */
#include "coordinator/core/life/pod_lists.h"

#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void what_comes_first(void **state)
{
	/* Times from now; 0: it is not waited for. */
	static const struct {
		const char *name;
		int64_t list_ms, apply_ms, status_ms, look_ms, at_ms;
		bool refused;
	} cases[] = {
		{"nothing", 0, 0, 0, 0, INT64_MAX, false},
		{"a list", 700, 800, 900, 1000, 700, true},
		{"an apply", 900, 700, 800, 1000, 700, true},
		{"a status that was refused", 900, 800, 700, 1000, 700, true},
		{"a status alone", 0, 0, 700, 0, 700, true},
		{"no status: none was refused", 0, 0, 700, 0, INT64_MAX, false},
		{"no status: its time has come, and it is out", 900, 0, -100, 0, 900, true},
		{"a look at what nobody ordered", 900, 800, 1000, 700, 700, true},
		{"a look alone", 0, 0, 0, 700, 700, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		n->list.next_ms = cases[i].list_ms ? c->now_ms + cases[i].list_ms : INT64_MAX;
		n->apply.wanted = cases[i].apply_ms != 0;
		n->apply.after_ms = c->now_ms + cases[i].apply_ms;
		n->status.refusals = cases[i].refused;
		n->status.again_ms = c->now_ms + cases[i].status_ms;
		n->unproven.claimed = cases[i].look_ms != 0;
		n->unproven.look_ms = c->now_ms + cases[i].look_ms;
		pod_lists_set_timer(c, n);
		CASE(cases[i].name,
		     heap_next(&c->timers) == (cases[i].at_ms == INT64_MAX
						       ? INT64_MAX
						       : c->now_ms + cases[i].at_ms));
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
