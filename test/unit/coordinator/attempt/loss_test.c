/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts on a node that is lost, and that answers again. */
#include "coordinator/core/attempt/loss.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

/* What a node's loss makes of an attempt, and its return. */
static void lost_and_found(void **state)
{
	static const struct {
		const char *name;
		enum attempt_state was;
		enum member_phase phase;
		const char *pod_uid;
		enum attempt_state lost, found;
	} cases[] = {
		{"no pod was seen", ATTEMPT_ORDERED, MEMBER_PENDING, "", ATTEMPT_LOST,
		 ATTEMPT_ORDERED},
		{"it was starting", ATTEMPT_PENDING, MEMBER_PENDING, "u1", ATTEMPT_LOST,
		 ATTEMPT_PENDING},
		{"it ran", ATTEMPT_RUNNING, MEMBER_RUNNING, "u1", ATTEMPT_LOST, ATTEMPT_RUNNING},
		{"it was stopped", ATTEMPT_STOPPING, MEMBER_RUNNING, "u1", ATTEMPT_STOPPING,
		 ATTEMPT_STOPPING},
		{"it had ended", ATTEMPT_ENDED, MEMBER_SUCCEEDED, "u1", ATTEMPT_ENDED,
		 ATTEMPT_ENDED},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		a->phase = cases[i].phase;
		text_set(&a->pod_uid, cases[i].pod_uid);
		attempt_set_state(c, a, cases[i].was);
		attempt_lost(c, a);
		CASE(cases[i].name, a->state == cases[i].lost);
		CASE(cases[i].name, attempt_current(a)); /* it keeps its slot */
		attempt_lost(c, a);                      /* twice changes nothing more */
		attempt_found(c, a);
		CASE(cases[i].name, a->state == cases[i].found);
		/* What is being stopped leaves its Services, as nobody else takes it off. */
		CASE(cases[i].name, (*tables_did(c) != 0) == (cases[i].was == ATTEMPT_STOPPING));
		tables_job_free(c, j);
	}
}

/* One that another has replaced goes when its node answers. */
static void one_that_was_replaced_is_stopped(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *old = tables_attempt(c, j, 0, n1);
	text_set(&old->pod_uid, "u1");
	attempt_set_state(c, old, ATTEMPT_RUNNING);
	attempt_lost(c, old);
	struct attempt *young = tables_attempt(c, j, 0, tables_node(c, "n2", 4000, MEMORY));
	attempt_found(c, old);
	assert_int_equal(old->state, ATTEMPT_STOPPING);
	assert_string_equal(old->stop_reason, "superseded");
	assert_string_equal(tables_did(c), "POD_DELETE u1\n");
	assert_true(attempt_current(young) && young->state == ATTEMPT_ORDERED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(lost_and_found),
		T(one_that_was_replaced_is_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
