/* SPDX-License-Identifier: Apache-2.0 */
/* Reports about orders that have no pod, and about attempts that nobody knows. */
#include "coordinator/core/observe/member_seen.h"

#include <string.h>

#include "base/intern.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

/* What an agent tells of an attempt of the job's index 0 whose pod it has not seen. */
static void tell(struct core *c, struct node_record *n, const struct job_record *j,
		 uint32_t attempt, enum member_phase phase, const char *message)
{
	char pod[POD_NAME_BYTES];
	member_pod_name(j->name, j->uid, 0, attempt, pod);
	struct member m = {.ns = j->ns,
			   .job_name = j->name,
			   .job_uid = j->uid,
			   .pod = pod,
			   .attempt = attempt,
			   .phase = phase,
			   .template_hash = intern_str(c->strs, j->spec.template_id),
			   .reason = "InternalError",
			   .message = message};
	member_seen(c, n, &m, false);
}

/* An order's words are those of its create: they count until a pod is seen, and while the attempt
 * is wanted and its agent's to create. */
static void whose_create_fails(void **state)
{
	static const struct {
		const char *name;
		bool seen, stopping, by_coordinator;
		const char *message, *waiting;
	} cases[] = {
		{"an order", false, false, false, "webhook is dead",
		 "InternalError: webhook is dead"},
		{"its create is under way", false, false, false, "", ""},
		{"its pod was seen", true, false, false, "webhook is dead", ""},
		{"it is to stop", false, true, false, "webhook is dead", ""},
		{"the coordinator creates it now", false, false, true, "webhook is dead", ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		if (cases[i].seen)
			mem_strset(&a->pod_uid, "u1");
		if (cases[i].stopping)
			attempt_set_state(c, a, ATTEMPT_STOPPING);
		a->by_coordinator = cases[i].by_coordinator;
		tell(c, n, j, a->id.attempt, MEMBER_NONE, cases[i].message);
		CASE_STR(cases[i].name, a->waiting, cases[i].waiting);
		tables_teardown(&world);
	}
	(void)state;
}

/* A denial that arrives after the pod was seen, from an agent that tells an old story, is none. */
static void a_denial_of_what_runs(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, n);
	mem_strset(&a->pod_uid, "u1");
	tell(c, n, j, a->id.attempt, MEMBER_DENIED, "forbidden");
	assert_int_equal(a->state, ATTEMPT_ORDERED);
	assert_string_equal(j->told.create_error, "");
}

/* The previous leader has ordered it: it is taken over, but not for a job that was orphaned. */
static void an_unknown_create_under_way(void **state)
{
	for (uint32_t orphan = 0; orphan < 2; orphan++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		j->object.predates_leader = true;
		j->object.orphan = orphan;
		tell(c, n, j, 3, MEMBER_NONE, "");
		assert_int_equal(attempt_find(c, j, 0, 3) != NULL, !orphan);
		tables_teardown(&world);
	}
	(void)state;
}

/* Of an attempt that ended unseen nothing counts but its number, which is not used again. */
static void a_number_that_was_used(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	tell(c, n, j, 5, MEMBER_GONE, "");
	assert_int_equal(job_slot(j, 0)->last, 5);
	assert_int_equal(j->members.highest_attempt, 5);
	tell(c, n, j, 4, MEMBER_GONE, "");
	assert_int_equal(job_slot(j, 0)->last, 5);
	assert_int_equal(j->members.highest_attempt, 5);
	assert_int_equal(j->members.failed, 0);
	assert_null(j->members.attempts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(whose_create_fails),
		T(a_denial_of_what_runs),
		cmocka_unit_test(an_unknown_create_under_way),
		T(a_number_that_was_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
