/* SPDX-License-Identifier: Apache-2.0 */
/* What a list of a node's pods lacks. */
#include "coordinator/core/observe/pods_listed.h"

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

/* A member whose pod nobody has seen may still come, but not on a Node that is gone, with its
 * agent. */
static void who_never_came(void **state)
{
	static const struct {
		const char *name;
		bool exists, session, creating, seen;
		enum attempt_state state;
		bool stays;
	} cases[] = {
		{"nothing is left there", false, false, false, false, ATTEMPT_LOST, false},
		{"the Node is there", true, false, false, false, ATTEMPT_LOST, true},
		{"the agent may be", false, true, false, false, ATTEMPT_LOST, true},
		{"the coordinator's create is not answered", false, false, true, false,
		 ATTEMPT_LOST, true},
		{"its pod was seen", false, false, false, true, ATTEMPT_LOST, false},
		{"it is being stopped, which has its own time", false, false, false, false,
		 ATTEMPT_STOPPING, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		struct core_event ev = {.pods = {.node = "n1", .last = true}};
		n->kube.exists = cases[i].exists;
		n->agent.session = cases[i].session;
		a->creating = cases[i].creating;
		a->confirmed = true;
		if (cases[i].seen)
			text_set(&a->pod_uid, "u1");
		attempt_set_state(c, a, cases[i].state);
		n->list.running = true;
		n->list.generation++;
		pods_listed(c, &ev);
		CASE(cases[i].name, (attempt_find(c, j, 0, 1) != NULL) == cases[i].stays);
		CASE(cases[i].name, !n->list.running);
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_never_came),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
