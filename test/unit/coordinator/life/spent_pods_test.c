/* SPDX-License-Identifier: Apache-2.0 */
/* Which pods that were refused or disrupted are deleted. */
#include "coordinator/core/life/spent_pods.h"

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static struct attempt *ended(struct core *c, struct job_record *j, enum member_phase phase)
{
	struct node_record *n = node_find(c, "n1");
	struct attempt *a = tables_attempt(c, j, 0, n ? n : tables_node(c, "n1", 4000, MEMORY));
	text_set(&a->pod_uid, "u");
	a->phase = phase;
	attempt_leave_slot(a);
	attempt_set_state(c, a, ATTEMPT_ENDED);
	return a;
}

/* n of them, of each kind, and all counted. */
static struct job_record *spent(struct core *c, uint32_t n)
{
	struct job_record *j = tables_job(c, "a", 1);
	for (uint32_t i = 0; i < n; i++)
		ended(c, j, i % 2 ? MEMBER_REFUSED : MEMBER_DISRUPTED);
	job_attempts_stored(j, n);
	assert_int_equal(j->members.nspent, n);
	tables_did(c);
	return j;
}

static uint32_t removed(const struct job_record *j)
{
	uint32_t n = 0;
	for (const struct attempt *a = j->members.attempts; a; a = a->job_next)
		n += a->removed;
	return n;
}

static void the_last_ten_are_kept(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = spent(c, SPENT_KEPT);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 0);
	ended(c, j, MEMBER_SUCCEEDED); /* these do not count, and stay */
	ended(c, j, MEMBER_FAILED);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 0);
	struct attempt *last = ended(c, j, MEMBER_REFUSED);
	job_attempts_stored(j, last->id.attempt);
	tables_did(c);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 1);
	assert_true(j->members.attempts->removed); /* the oldest */
	assert_string_equal(tables_did(c), "POD_DELETE u\n");
	spent_pods_remove(c, j); /* asked once */
	assert_string_equal(tables_did(c), "");
}

/* What was charged, or succeeded, stays, wherever it stands. */
static void other_ends_stay(void **state)
{
	static const enum member_phase phases[] = {MEMBER_SUCCEEDED, MEMBER_REFUSED, MEMBER_FAILED,
						   MEMBER_DISRUPTED};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *first[ARRAY_LEN(phases)];
	for (size_t i = 0; i < ARRAY_LEN(phases); i++)
		first[i] = ended(c, j, phases[i]);
	for (uint32_t i = 0; i < SPENT_KEPT; i++)
		ended(c, j, MEMBER_REFUSED);
	job_attempts_stored(j, SPENT_KEPT + ARRAY_LEN(phases));
	spent_pods_remove(c, j);
	for (size_t i = 0; i < ARRAY_LEN(phases); i++)
		assert_int_equal(first[i]->removed, i % 2);
	assert_int_equal(removed(j), 2);
}

static void none_before_it_is_counted(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = spent(c, SPENT_KEPT + 3);
	j->members.stored_attempts = 1;
	j->members.attempts->job_next->confirmed = false;
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 1);
	job_attempts_stored(j, 2);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 1); /* an agent alone has told of the second */
	job_attempts_stored(j, 1);       /* never back */
	job_attempts_stored(j, 3);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 2);
}

static void not_of_a_job_that_goes(void **state)
{
	static const struct {
		const char *name;
		bool known, deleted, deleting;
		uint32_t removed;
	} cases[] = {
		{"a job", true, false, false, 2},
		{"one that is not known yet", false, false, false, 0},
		{"one that is deleted", true, true, false, 0},
		{"one that is being deleted", true, false, true, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = spent(c, SPENT_KEPT + 2);
		j->object.known = cases[i].known;
		j->object.deleted = cases[i].deleted;
		j->object.deleting = cases[i].deleting;
		spent_pods_remove(c, j);
		CASE(cases[i].name, removed(j) == cases[i].removed);
		j->object.known = true;
		j->object.deleted = false;
		tables_teardown(&world);
	}
	(void)state;
}

static void not_all_at_once(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = spent(c, SPENT_KEPT + 150);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 100);
	spent_pods_remove(c, j);
	assert_int_equal(removed(j), 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_last_ten_are_kept),     T(other_ends_stay),
		T(none_before_it_is_counted), cmocka_unit_test(not_of_a_job_that_goes),
		T(not_all_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
