/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a job: which of them decides, and how many members it wants. */
#include "coordinator/core/life/job_policy.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/tell/job_status.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)

enum what {
	COMPLETED = 1,
	FAILED_OFTEN = 2,
	LATE = 4,
	LOST_NODE = 8,
	SUSPENDED = 16,
	INVALID = 32,
	STARTED = 64,
	MOVED = 128,
	FORBIDDEN = 256,
	RUNS = 512,
	UNSTARTED = 1024, /* for as long as it may */
};

static void set(struct core *c, struct job_record *j, unsigned what)
{
	if (what & COMPLETED) {
		job_complete_index(j, 0);
		job_complete_index(j, 1);
	}
	if (what & FAILED_OFTEN)
		j->members.failed = j->members.stored_failed = j->spec.backoff_limit + 1;
	if (what & LATE) {
		j->spec.deadline_s = 10;
		j->life.start_ms = c->wall_ms - 10000;
	}
	if (what & UNSTARTED) {
		j->spec.start_deadline_s = 10;
		j->object.created_ms = c->wall_ms - 10000;
	}
	if (what & LOST_NODE) {
		j->spec.on_loss = LOSS_FAIL;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		attempt_set_state(c, tables_attempt(c, j, 0, n), ATTEMPT_LOST);
	}
	j->spec.suspend = what & SUSPENDED;
	if (what & INVALID)
		text_set(&j->spec.invalid, "no containers");
	if (what & FORBIDDEN)
		refusals_forbid(c, j, tables_node(c, "n2", 4000, MEMORY));
	if (what & RUNS)
		attempt_set_state(c, tables_attempt(c, j, 0, node_find(c, "n2")), ATTEMPT_RUNNING);
	j->life.started = what & STARTED;
	if (what & MOVED) {
		static const struct kv elsewhere[] = {{"zone", "elsewhere"}};
		const struct job_spec spec = {.node_selector = {elsewhere, 1}};
		job_changed_selection(j, NULL);
		tables_request(c, j, &spec);
	}
}

static void the_first_that_objects_decides(void **state)
{
	static const struct {
		const char *name;
		unsigned what;
		enum job_state state;
		enum reason reason;
		uint32_t want;
	} cases[] = {
		{"none: it waits for two nodes", 0, JOB_PENDING, R_NONE, 2},
		{"none: it runs", STARTED, JOB_RUNNING, R_NONE, 2},
		{"it is complete", COMPLETED, JOB_COMPLETED, R_CompletionsReached, 0},
		{"complete counts before too many failures", COMPLETED | FAILED_OFTEN,
		 JOB_COMPLETED, R_CompletionsReached, 0},
		{"too many failures", FAILED_OFTEN, JOB_FAILED, R_BackoffLimitExceeded, 0},
		{"failures count before the deadline", FAILED_OFTEN | LATE, JOB_FAILED,
		 R_BackoffLimitExceeded, 0},
		{"the deadline", LATE, JOB_FAILED, R_DeadlineExceeded, 0},
		{"the deadline counts before a lost node", LATE | LOST_NODE, JOB_FAILED,
		 R_DeadlineExceeded, 0},
		{"a lost node, onNodeLoss Fail", LOST_NODE, JOB_FAILED, R_NodeLost, 0},
		{"not while it is suspended", LOST_NODE | SUSPENDED, JOB_SUSPENDED, R_JobSuspended,
		 0},
		{"suspended counts before a bad template", SUSPENDED | INVALID, JOB_SUSPENDED,
		 R_JobSuspended, 0},
		{"it did not start in time", UNSTARTED, JOB_FAILED, R_StartDeadlineExceeded, 0},
		{"it started, too late or not", UNSTARTED | LATE, JOB_FAILED, R_DeadlineExceeded,
		 0},
		{"not while it is suspended: it has its time anew", UNSTARTED | SUSPENDED,
		 JOB_SUSPENDED, R_JobSuspended, 0},
		{"it did not start, for its template is bad", UNSTARTED | INVALID, JOB_FAILED,
		 R_StartDeadlineExceeded, 0},
		{"a bad template", INVALID, JOB_PENDING, R_InvalidPodTemplate, 0},
		{"each node refuses its pods", FORBIDDEN, JOB_FAILED, R_PodRefused, 0},
		{"not while it is suspended or has a bad template", FORBIDDEN | SUSPENDED,
		 JOB_SUSPENDED, R_JobSuspended, 0},
		{"not while a member of it runs", FORBIDDEN | RUNS, JOB_PENDING, R_NONE, 1},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		set(c, j, cases[i].what);
		job_decide(c, j);
		CASE(cases[i].name, j->life.state == cases[i].state);
		CASE(cases[i].name, j->told.reason == cases[i].reason);
		CASE(cases[i].name, j->place.want == cases[i].want);
		CASE(cases[i].name, job_queued(j) == (cases[i].want > 0));
		CASE(cases[i].name, (j->life.end_ms != 0) == job_finished(j));
		/* Twice changes nothing more. */
		tables_did(c);
		job_decide(c, j);
		CASE_STR(cases[i].name, tables_did(c), "");
		tables_teardown(&world);
	}
	(void)state;
}

/* Cause and next step: of a job that ended, and of one that cannot begin. */
static void what_it_says(void **state)
{
	static const struct {
		const char *name;
		unsigned what;
		const char *before; /* what it waited for */
		const char *message;
	} cases[] = {
		{"complete", COMPLETED, "", "all 2 members have succeeded"},
		{"the deadline", LATE, "",
		 "the job was active for longer than 10 s (activeDeadlineSeconds); create it again "
		 "with a longer deadline if it needs more time"},
		{"the deadline, while a container waited", LATE,
		 "member 0: ErrImagePull: no such image; look at the Events of pod a-0-x",
		 "the job was active for longer than 10 s (activeDeadlineSeconds); before that: "
		 "member 0: ErrImagePull: no such image; look at the Events of pod a-0-x"},
		{"it did not start", UNSTARTED, "",
		 "the job did not start within 10 s (startDeadlineSeconds); create it again with a "
		 "longer deadline if it needs more time"},
		{"a lost node", LOST_NODE, "",
		 "member 0 was lost with node n1, and spec.onNodeLoss is Fail; look at the node, "
		 "then create the job again"},
		{"a bad template", INVALID, "",
		 "no pod can be made from the template: no containers; correct the job"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		set(c, j, cases[i].what);
		if (*cases[i].before)
			job_set_message(j, R_MemberWaiting, "%s", cases[i].before);
		job_decide(c, j);
		CASE_STR(cases[i].name, j->told.message, cases[i].message);
		tables_teardown(&world);
	}
	(void)state;
}

static void one_member(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	job_complete_index(j, 0);
	job_decide(c, j);
	assert_string_equal(j->told.message, "the member has succeeded");
}

/* Indexes that want an attempt: when, and when the job is asked again. */
static void how_many_it_wants(void **state)
{
	static const struct {
		const char *name;
		uint32_t failed, stored; /* as far as a status counts them */
		int64_t retry_ms, held_ms;
		bool lost;
		enum node_loss policy;
		uint32_t want;
		int64_t again_ms;
	} cases[] = {
		{"both", 0, 0, 0, 0, false, LOSS_REPLACE, 2, 0},
		{"not one that backs off", 0, 0, 5000, 0, false, LOSS_REPLACE, 1, 5000},
		{"none before a status counts the failure", 1, 0, 0, 0, false, LOSS_REPLACE, 0, 0},
		{"none while it is held", 0, 0, 0, 7000, false, LOSS_REPLACE, 0, 7000},
		{"one in place of a lost one", 0, 0, 0, 0, true, LOSS_REPLACE, 2, 0},
		{"not in place of a lost one, under Wait", 0, 0, 0, 0, true, LOSS_WAIT, 1, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		j->members.failed = cases[i].failed;
		j->members.stored_failed = cases[i].stored;
		j->spec.on_loss = cases[i].policy;
		job_slot(j, 1)->retry_ms = cases[i].retry_ms ? c->now_ms + cases[i].retry_ms : 0;
		j->life.held_until_ms = cases[i].held_ms ? c->now_ms + cases[i].held_ms : 0;
		if (cases[i].lost) {
			struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
			attempt_set_state(c, tables_attempt(c, j, 0, n), ATTEMPT_LOST);
		}
		job_decide(c, j);
		CASE(cases[i].name, j->place.want == cases[i].want);
		CASE(cases[i].name,
		     heap_next(&c->timers) ==
			     (cases[i].again_ms ? c->now_ms + cases[i].again_ms : INT64_MAX));
		tables_teardown(&world);
	}
	(void)state;
}

static void whose_members_are_stopped(void **state)
{
	static const struct {
		const char *name;
		unsigned what;
		enum attempt_state member;
	} cases[] = {
		{"not of one that goes on", STARTED, ATTEMPT_RUNNING},
		{"of one that is suspended", SUSPENDED, ATTEMPT_STOPPING},
		{"of one that is finished", FAILED_OFTEN, ATTEMPT_STOPPING},
		{"of one whose selection is another", MOVED, ATTEMPT_STOPPING},
		{"not of one whose template is bad by now", INVALID, ATTEMPT_RUNNING},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		attempt_set_state(c, a, ATTEMPT_RUNNING);
		set(c, j, cases[i].what);
		job_decide(c, j);
		CASE(cases[i].name, a->state == cases[i].member);
		tables_teardown(&world);
	}
	(void)state;
}

/* A resume begins the time to start anew; a member of the leader before counts as a start; a leader
 * that has not heard all agents waits for them. */
static void when_it_has_to_start(void **state)
{
	static const struct {
		const char *name;
		int64_t resumed_ms; /* ago; 0: never suspended */
		bool member, old, heard;
		enum job_state state;
		int64_t left_ms;
	} cases[] = {
		{"over", 0, false, false, true, JOB_FAILED, 0},
		{"it was resumed", 4000, false, false, true, JOB_PENDING, 6000},
		{"it was resumed long ago", 10000, false, false, true, JOB_FAILED, 0},
		{"a member of it is placed", 0, true, false, true, JOB_PENDING, 0},
		{"it may have members of which nobody has told", 0, false, true, false, JOB_PENDING,
		 0},
		{"its members were asked for in vain", 0, false, true, true, JOB_FAILED, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 2);
		set(c, j, UNSTARTED);
		if (cases[i].resumed_ms)
			j->told.conditions[JC_SUSPENDED] = (struct cond_state){
				COND_FALSE, R_JobResumed, c->wall_ms - cases[i].resumed_ms};
		if (cases[i].member)
			tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
		j->object.predates_leader = cases[i].old;
		j->members.highest_attempt = cases[i].old;
		c->gate.open = cases[i].heard;
		job_decide(c, j);
		CASE(cases[i].name, j->life.state == cases[i].state);
		if (cases[i].left_ms)
			CASE(cases[i].name, heap_next(&c->timers) == c->now_ms + cases[i].left_ms);
		tables_teardown(&world);
	}
	(void)state;
}

/* With a ttl it goes, but not before its end is stored. */
static void a_finished_job_goes_after_its_ttl(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	j->spec.ttl_s = 60;
	set(c, j, COMPLETED);
	job_decide(c, j);
	assert_null(strstr(tables_did(c), "JOB_DELETE"));
	assert_int_equal(heap_next(&c->timers), INT64_MAX);
	struct job_status s;
	const char *rv;
	struct core_event ev = {
		.written = {.is_job = true, .ns = "default", .name = "a", .rv = "9"}};
	assert_true(job_status_view(c, "default", "a", &s, &rv));
	job_status_taken(c, "default", "a", &s);
	job_status_written(c, &ev);
	job_decide(c, j);
	assert_int_equal(heap_next(&c->timers), c->now_ms + 60000);
	c->now_ms += 60000;
	job_decide(c, j);
	assert_string_equal(tables_did(c), "JOB_DELETE a\n");
	job_decide(c, j); /* its answer is waited for */
	assert_string_equal(tables_did(c), "");
}

/* It is looked for only while a member waits for a node. */
static void a_forbidden_node_is_looked_at(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	struct node_record *n1 = tables_node(c, "n1", 4000, MEMORY);
	refusals_forbid(c, j, n1);
	struct node_record *n2 = tables_node(c, "n2", 4000, MEMORY);
	job_decide(c, j);
	assert_int_equal(heap_next(&c->timers), c->now_ms + 10000);
	attempt_set_state(c, tables_attempt(c, j, 0, n2), ATTEMPT_RUNNING);
	attempt_set_state(c, tables_attempt(c, j, 1, n2), ATTEMPT_RUNNING);
	job_decide(c, j);
	assert_int_equal(heap_next(&c->timers), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_objects_decides),
		cmocka_unit_test_setup_teardown(a_forbidden_node_is_looked_at, tables_setup,
						tables_teardown),
		cmocka_unit_test(what_it_says),
		cmocka_unit_test_setup_teardown(one_member, tables_setup, tables_teardown),
		cmocka_unit_test(how_many_it_wants),
		cmocka_unit_test(when_it_has_to_start),
		cmocka_unit_test(whose_members_are_stopped),
		cmocka_unit_test_setup_teardown(a_finished_job_goes_after_its_ttl, tables_setup,
						tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
