/* SPDX-License-Identifier: Apache-2.0 */
/* What a list of a node's pods lacks, and a list that failed. */
#include "coordinator/core/observe/pods_listed.h"

#include "coordinator/core/attempt/stop.h"
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

/* A list that failed has no pods, which tells nothing of those that are there: it is read again. */
static void a_list_that_failed(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		bool last, stays, ended, again;
	} cases[] = {
		{"all was read, and the pod is gone", RC_OK, true, false, true, false},
		{"a part was read", RC_OK, false, true, false, false},
		{"the list failed", RC_IO, true, true, true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		const struct core_event ev = {
			.pods = {.node = "n1", .last = cases[i].last, .rc = cases[i].rc}};
		text_set(&a->pod_uid, "u1");
		n->list.running = true;
		n->list.generation++;
		pods_listed(c, &ev);
		CASE(cases[i].name, (attempt_find(c, j, 0, 1) != NULL) == cases[i].stays);
		CASE(cases[i].name, n->list.running != cases[i].ended);
		CASE(cases[i].name, n->list.wanted == cases[i].again);
		tables_teardown(&world);
	}
	(void)state;
}

/* The pod of an orphaned member is on no list of members, and holds its room until its agent tells;
 * one that was only reported while the list was read is looked for again. */
static void a_list_has_no_orphans(void **state)
{
	static const struct {
		const char *name;
		bool seen, confirmed, again;
	} cases[] = {
		{"its pod was seen", true, true, false},
		{"its pod was seen by its agent alone", true, false, false},
		{"its pod may still come", false, true, false},
		{"its order was reported meanwhile", false, false, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		const struct core_event ev = {.pods = {.node = "n1", .last = true}};
		a->confirmed = cases[i].confirmed;
		if (cases[i].seen)
			text_set(&a->pod_uid, "u1");
		attempt_orphan(c, a);
		n->list.running = true;
		n->list.generation++;
		pods_listed(c, &ev);
		CASE(cases[i].name, attempt_find(c, j, 0, 1) == a);
		CASE(cases[i].name, n->list.wanted == cases[i].again);
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_never_came),
		cmocka_unit_test(a_list_that_failed),
		cmocka_unit_test(a_list_has_no_orphans),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
