/* SPDX-License-Identifier: Apache-2.0 */
/* A job's status alone: what it says, which changes want a write, how soon, and what a write's end
 * means. */
#include "coordinator/core/tell/job_status.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)

/* The status as it is now is written and stored, as resourceVersion rv. */
static void store(struct core *c, struct job_record *j, const char *rv)
{
	struct core_event ev = {
		.written = {.is_job = true, .ns = j->ns, .name = j->name, .uid = j->uid, .rv = rv}};
	struct job_status s;
	const char *from;
	assert_true(job_status_view(c, j->ns, j->name, &s, &from));
	job_status_taken(c, j->ns, j->name, &s);
	job_status_written(c, &ev);
	tables_did(c);
}

static void starts(struct core *c, struct job_record *j)
{
	j->life.start_ms = 5000;
	job_set_state(c, j, JOB_RUNNING);
}

static void starts_with_more_to_come(struct core *c, struct job_record *j)
{
	starts(c, j);
	tables_attempt(c, j, 1, tables_node(c, "n2", 8000, MEMORY));
}

static void fails(struct core *c, struct job_record *j)
{
	job_set_state(c, j, JOB_FAILED);
	job_set_condition(c, j, JC_FAILED, COND_TRUE, R_BackoffLimitExceeded);
}

static void one_index_completes(struct core *c, struct job_record *j)
{
	(void)c;
	job_complete_index(j, 1);
}

static void a_member_failed(struct core *c, struct job_record *j)
{
	(void)c;
	j->members.failed = 1;
}

static void another_message(struct core *c, struct job_record *j)
{
	(void)c;
	job_set_message(j, R_Unschedulable, "needs more");
}

static void is_scheduled(struct core *c, struct job_record *j)
{
	job_set_condition(c, j, JC_SCHEDULED, COND_TRUE, R_Placed);
}

static void is_edited(struct core *c, struct job_record *j)
{
	(void)c;
	j->object.generation++;
}

static void nothing(struct core *c, struct job_record *j)
{
	(void)c;
	(void)j;
}

static void which_changes_want_a_write(void **state)
{
	static const struct {
		const char *name;
		void (*happens)(struct core *, struct job_record *);
		enum mark mark;
		int64_t wait_ms;
	} cases[] = {
		{"none", nothing, MARK_NONE, 0},
		{"a change of state: at once", starts, MARK_URGENT, 0},
		{"its start, while others of it are about to start", starts_with_more_to_come,
		 MARK_URGENT, 600},
		{"its end: at once", fails, MARK_URGENT, 0},
		{"a completed index: gathered", one_index_completes, MARK_LATER, 1000},
		{"a failure: gathered", a_member_failed, MARK_LATER, 1000},
		{"another message: gathered", another_message, MARK_LATER, 1000},
		{"condition Scheduled: gathered", is_scheduled, MARK_LATER, 1000},
		{"another generation: gathered", is_edited, MARK_LATER, 1000},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 3);
		tables_attempt(c, j, 0, tables_node(c, "n1", 8000, MEMORY));
		attempt_set_state(c, job_slot(j, 0)->current, ATTEMPT_RUNNING);
		job_status_check(c, j);
		store(c, j, "10");
		CASE(cases[i].name, job_status_head_stored(j));
		cases[i].happens(c, j);
		job_status_check(c, j);
		CASE(cases[i].name, j->status.mark == cases[i].mark);
		CASE(cases[i].name, c->out.n == (cases[i].mark != MARK_NONE));
		CASE(cases[i].name,
		     !c->out.n || c->out.v[0].object.not_before_ms ==
					  (cases[i].wait_ms ? c->now_ms + cases[i].wait_ms : 0));
		job_status_check(c, j); /* asked for already */
		CASE(cases[i].name, c->out.n == (cases[i].mark != MARK_NONE));
		tables_teardown(&world);
	}
	(void)state;
}

/* What was gathered does not hold back what is urgent. */
static void a_change_of_state_overtakes(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	job_status_check(c, j);
	store(c, j, "10");
	another_message(c, j);
	job_status_check(c, j);
	assert_string_equal(tables_did(c), "JOB_STATUS a\n");
	fails(c, j);
	job_status_check(c, j);
	assert_string_equal(tables_did(c), "JOB_STATUS a urgent\n");
}

static void what_it_says(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n1 = tables_node(c, "n1", 8000, MEMORY);
	struct node_record *n2 = tables_node(c, "n2", 8000, MEMORY);
	struct job_record *j = tables_job(c, "a", 6);
	struct job_status s;
	const char *rv = NULL;
	/* Index 4 was lost on n1 and runs on n2; 5 runs; 0 to 2 and 9 are completed; 3 has ended.
	 */
	attempt_set_state(c, tables_attempt(c, j, 3, n1), ATTEMPT_ENDED);
	job_slot(j, 3)->current = NULL;
	struct attempt *lost = tables_attempt(c, j, 4, n1);
	text_set(&lost->pod_uid, "u1");
	attempt_set_state(c, lost, ATTEMPT_LOST);
	attempt_set_state(c, tables_attempt(c, j, 4, n2), ATTEMPT_RUNNING);
	attempt_set_state(c, tables_attempt(c, j, 5, n1), ATTEMPT_RUNNING);
	static const uint32_t done[] = {0, 1, 2, 9};
	for (size_t i = 0; i < ARRAY_LEN(done); i++)
		job_complete_index(j, done[i]);
	j->members.failed = 2;
	text_set(&j->status.rv, "77");
	assert_true(job_status_view(c, "default", "a", &s, &rv));
	job_status_taken(c, "default", "a", &s);
	assert_string_equal(rv, "77");
	assert_string_equal(s.completed, "0-2"); /* 9 is above parallelism */
	assert_int_equal(s.succeeded, 3);
	assert_int_equal(s.active, 2);
	assert_int_equal(s.failed, 2);
	assert_int_equal(s.attempts, 2);
	assert_int_equal(s.active_nodes.n, 2);
	assert_string_equal(s.active_nodes.v[0], "n2"); /* by index */
	assert_string_equal(s.active_nodes.v[1], "n1");
	assert_string_equal(s.selector, "muster.dev/job-uid=uid-a");
	assert_int_equal(s.nsuperseded, 1);
	assert_int_equal(s.superseded[0].index, 4);
	assert_int_equal(s.superseded[0].attempt, 1);
	assert_int_equal(s.superseded[0].by, 2);
	assert_string_equal(s.superseded[0].node, "n1");
	c->synced = false; /* from ignorance nothing is written */
	assert_false(job_status_view(c, "default", "a", &s, &rv));
	c->synced = true;
	assert_false(job_status_view(c, "default", "b", &s, &rv));
}

static void what_a_condition_says(void **state)
{
	static const struct {
		const char *name;
		enum reason reason, told;
		const char *words, *message; /* words: of the status; message: of the condition */
	} cases[] = {
		{"the status's words, if they are of its reason", R_Unschedulable, R_Unschedulable,
		 "needs 2 nodes", "needs 2 nodes"},
		{"those of its own reason else", R_Placed, R_MemberFailed, "member 3 failed",
		 "enough members are placed on nodes for the job to start"},
		{"of a reason that is not known here", R_NONE, R_NONE, "",
		 "this version of Muster does not know the reason"},
	};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_status s;
		const char *rv;
		job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, cases[i].reason);
		job_set_message(j, cases[i].told, "%s", cases[i].words);
		CASE(cases[i].name, job_status_view(c, "default", "a", &s, &rv));
		CASE(cases[i].name, s.nconds == 1);
		CASE_STR(cases[i].name, s.conds[0].message, cases[i].message);
	}
}

/* How a write ended, and whether the same status is still to be written. */
static void how_a_write_ended(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		const char *uid, *rv;
		bool again, held; /* held: nothing is placed for a while */
		uint32_t stored_failed;
	} cases[] = {
		{"well", RC_OK, "uid-a", "12", false, false, 3},
		{"well, but the watch has told of a later version", RC_OK, "uid-a", "5", true,
		 false, 3},
		{"of another job of that name", RC_OK, "uid-other", "12", true, false, 0},
		{"not, and will be tried again", RC_TIMEOUT, "uid-a", NULL, true, false, 0},
		{"refused for good: nobody waits for it", RC_INVALID, "uid-a", NULL, true, false,
		 3},
		{"refused for want of rights", RC_FORBIDDEN, "uid-a", NULL, true, false, 3},
		{"fenced", RC_CONFLICT, "uid-a", NULL, true, false, 0},
		{"the job is gone", RC_NOTFOUND, "uid-a", NULL, false, true, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 3);
		struct job_status s;
		const char *rv;
		j->members.failed = 3;
		text_set(&j->status.rv, "10");
		assert_true(job_status_view(c, "default", "a", &s, &rv));
		job_status_taken(c, "default", "a", &s);
		struct core_event ev = {.written = {.is_job = true,
						    .ns = "default",
						    .name = "a",
						    .uid = cases[i].uid,
						    .rc = cases[i].rc,
						    .rv = cases[i].rv,
						    .message = "no"}};
		job_status_written(c, &ev);
		CASE(cases[i].name, j->members.stored_failed == cases[i].stored_failed);
		CASE(cases[i].name, (j->life.held_until_ms > c->now_ms) == cases[i].held);
		CASE(cases[i].name, job_status_view(c, "default", "a", &s, &rv) == cases[i].again);
		tables_teardown(&world);
	}
	(void)state;
}

/* What was refused is asked for again when its time has come, or when it changes. */
static void what_is_refused_waits(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct core_event ev = {.written = {.is_job = true,
					    .ns = "default",
					    .name = "a",
					    .uid = "uid-a",
					    .rc = RC_INVALID,
					    .message = "no"}};
	struct job_status s;
	const char *rv;
	assert_true(job_status_view(c, "default", "a", &s, &rv));
	for (uint32_t n = 1; n <= 6; n++) {
		int64_t ms = n < 5 ? 2500 << n : 60000; /* 5 s, 10 s, … 60 s */
		job_status_taken(c, "default", "a", &s);
		job_status_written(c, &ev);
		assert_true(job_status_head_stored(j)); /* or as good as */
		assert_int_equal(j->status.again_ms, c->now_ms + ms);
		j->life.wake_ms = INT64_MAX;
		job_status_check(c, j);
		assert_int_equal(j->status.mark, MARK_NONE);
		assert_int_equal(j->life.wake_ms, c->now_ms + ms);
		c->now_ms += ms;
		job_status_check(c, j);
		assert_int_not_equal(j->status.mark, MARK_NONE);
	}
	job_status_taken(c, "default", "a", &s);
	job_status_written(c, &ev);
	job_set_state(c, j, JOB_RUNNING); /* which was not refused yet */
	assert_false(job_status_head_stored(j));
	job_set_state(c, j, JOB_PENDING);
	j->members.failed = 1;
	job_status_check(c, j);
	assert_int_not_equal(j->status.mark, MARK_NONE);
	assert_true(job_status_view(c, "default", "a", &s, &rv));
	store(c, j, "7");
	assert_int_equal(j->status.refusals, 0);
}

/* What the watch shows: our own write is no news, another writer's status is written over. */
static void what_the_watch_shows(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	const struct cond odd = {.type = "OfAnotherVersion", .status = COND_TRUE};
	struct job_status s, other = {.state = JOB_PENDING,
				      .message = "of another writer",
				      .conds = &odd,
				      .nconds = 1};
	const char *rv;
	job_status_check(c, j);
	assert_true(job_status_view(c, "default", "a", &s, &rv));
	job_status_taken(c, "default", "a", &s);
	store(c, j, "20");
	job_status_seen(j, &s, "20"); /* the echo */
	job_status_check(c, j);
	assert_string_equal(tables_did(c), "");
	job_status_seen(j, &s, "21"); /* a label was set, say */
	job_status_check(c, j);
	assert_string_equal(tables_did(c), "");
	assert_string_equal(j->status.rv, "21");
	job_status_seen(j, &other, "19"); /* the watch goes on after a break, and repeats */
	job_status_check(c, j);
	assert_string_equal(tables_did(c), "");
	job_status_seen(j, &other, "22");
	job_status_check(c, j);
	assert_string_equal(tables_did(c), "JOB_STATUS a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		cmocka_unit_test(which_changes_want_a_write),
		T(a_change_of_state_overtakes),
		T(what_it_says),
		T(what_a_condition_says),
		cmocka_unit_test(how_a_write_ended),
		T(what_is_refused_waits),
		T(what_the_watch_shows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
