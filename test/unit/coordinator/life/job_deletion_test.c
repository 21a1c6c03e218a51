/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are deleted, and jobs of which only pods are known. */
#include "coordinator/core/life/job_deletion.h"

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/queue.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)

/* One member runs, another one has ended. */
static struct job_record *with_members(struct core *c)
{
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 3);
	struct attempt *a = tables_attempt(c, j, 0, n);
	text_set(&a->pod_uid, "u1");
	attempt_set_state(c, a, ATTEMPT_RUNNING);
	attempt_set_state(c, tables_attempt(c, j, 1, n), ATTEMPT_ENDED);
	queue_put(c, j, 1);
	return j;
}

static void what_becomes_of_its_members(void **state)
{
	static const struct {
		const char *name;
		bool deleting, deleted, orphan, gone;
		const char *did;
	} cases[] = {
		{"it is there", false, false, false, false, ""},
		{"it is being deleted", true, false, false, true, "POD_DELETE u1\n"},
		{"it is deleted", false, true, false, true, "POD_DELETE u1\n"},
		{"it orphans them", true, false, true, true, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = with_members(c);
		j->object.deleting = cases[i].deleting;
		j->object.orphan = cases[i].orphan;
		if (cases[i].deleted)
			job_set_named(c, j, false);
		j->object.deleted = cases[i].deleted;
		CASE(cases[i].name, job_check_deleted(c, j) == cases[i].gone);
		CASE(cases[i].name, job_queued(j) != cases[i].gone);
		CASE_STR(cases[i].name, tables_did(c), cases[i].did);
		/* What has ended is of no interest any more. */
		CASE(cases[i].name, (attempt_find(c, j, 1, 1) == NULL) == cases[i].gone);
		CASE(cases[i].name, attempt_find(c, j, 0, 1)->orphaned == cases[i].orphan);
		tables_teardown(&world);
	}
	(void)state;
}

/* No pod of an unknown job goes before a live GET has told that there is no such job. */
static void a_stray_is_asked_about_first(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = with_members(c);
	job_set_named(c, j, false);
	j->object.known = false;
	job_decide_stray(c, j);
	assert_string_equal(tables_did(c), "JOB_GET a\n");
	job_decide_stray(c, j); /* the answer is waited for */
	assert_string_equal(tables_did(c), "");
	j->check.running = false; /* it was no answer */
	j->life.wake_ms = INT64_MAX;
	job_decide_stray(c, j);
	assert_string_equal(tables_did(c), "");
	assert_int_equal(j->life.wake_ms, c->now_ms + 5000);
	c->now_ms += 5000;
	job_decide_stray(c, j);
	assert_string_equal(tables_did(c), "JOB_GET a\n");
	j->check.owner_deleted = true;
	job_decide_stray(c, j);
	assert_string_equal(tables_did(c), "POD_DELETE u1\n");
}

static void who_loses_pod_after_pod_asks(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	j->check.vanished = 2;
	job_check_vanished(c, j);
	assert_string_equal(tables_did(c), "");
	j->check.vanished = 3;
	job_check_vanished(c, j);
	job_check_vanished(c, j);
	assert_string_equal(tables_did(c), "JOB_GET a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_its_members),
		cmocka_unit_test_setup_teardown(a_stray_is_asked_about_first, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(who_loses_pod_after_pod_asks, tables_setup,
						tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
