/* SPDX-License-Identifier: Apache-2.0 */
/* What the pods that a coordinator finds count for, beside the status that its predecessor wrote.
 */
#include "coordinator/core/observe/adopt.h"

#include <string.h>

#include "base/intern.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)

enum { PODS_MAX = 5 };

struct found {
	uint32_t index, attempt;
	enum member_phase phase;
};

static void enter(struct core *c, struct job_record *j, const struct found *f)
{
	struct node_record *n = node_get(c, "n1");
	const struct member m = {.index = f->index,
				 .attempt = f->attempt,
				 .phase = f->phase,
				 .pod_uid = "u1",
				 .template_hash = intern_str(c->strs, j->spec.template_id)};
	struct attempt *a = attempt_adopt(c, j, n, &m);
	a->confirmed = true;
	a->phase = f->phase;
	a->ended_ms = c->wall_ms - 4000;
	attempt_set_state(c, a,
			  member_phase_final(f->phase) ? ATTEMPT_ENDED
			  : f->phase == MEMBER_RUNNING ? ATTEMPT_RUNNING
						       : ATTEMPT_PENDING);
}

/* status.failed is a floor; of the failed pods only the last of each index can be uncounted. */
static void how_many_have_failed(void **state)
{
	static const struct {
		const char *name;
		struct found pods[PODS_MAX];
		uint32_t stored, failed, completed;
	} cases[] = {
		{"as status says, without pods", {{0}}, 3, 3, 0},
		{"one that status does not count", {{0, 1, MEMBER_FAILED}}, 0, 1, 0},
		{"one that it may count already", {{0, 1, MEMBER_FAILED}}, 1, 1, 0},
		{"the last of each index",
		 {{0, 1, MEMBER_FAILED}, {0, 2, MEMBER_FAILED}, {1, 1, MEMBER_FAILED}},
		 1,
		 3,
		 0},
		{"not one that was tried again",
		 {{0, 1, MEMBER_FAILED}, {0, 2, MEMBER_RUNNING}},
		 0,
		 0,
		 0},
		{"no disruption", {{0, 1, MEMBER_DISRUPTED}, {1, 1, MEMBER_REFUSED}}, 0, 0, 0},
		{"not what ended with 0 when it was stopped",
		 {{0, 1, MEMBER_DISRUPTED}, {1, 1, MEMBER_SUCCEEDED}},
		 0,
		 0,
		 1},
		{"successes complete",
		 {{0, 1, MEMBER_SUCCEEDED}, {1, 2, MEMBER_SUCCEEDED}},
		 0,
		 0,
		 2},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 3);
		tables_node(c, "n1", 8000, MEMORY);
		c->synced = false;
		for (size_t k = 0; k < PODS_MAX && cases[i].pods[k].phase; k++)
			enter(c, j, &cases[i].pods[k]);
		c->synced = true;
		j->members.failed = cases[i].stored;
		job_adopt_attempts(c, j);
		CASE(cases[i].name, j->members.failed == cases[i].failed);
		CASE(cases[i].name, j->members.ncompleted == cases[i].completed);
		CASE(cases[i].name, j->dirty);
		tables_teardown(&world);
	}
	(void)state;
}

/* Numbers, backoffs and superseded members as the previous leader left them. */
static void it_goes_on_where_the_leader_before_stopped(void **state)
{
	static const struct found pods[] = {{0, 4, MEMBER_FAILED},
					    {1, 2, MEMBER_RUNNING},
					    {1, 3, MEMBER_RUNNING},
					    {2, 1, MEMBER_PENDING}};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	tables_node(c, "n1", 8000, MEMORY);
	c->synced = false;
	for (size_t k = 0; k < ARRAY_LEN(pods); k++)
		enter(c, j, &pods[k]);
	c->synced = true;
	job_adopt_attempts(c, j);
	assert_int_equal(j->members.attempt_floor, 4); /* the next number is above all */
	assert_int_equal(j->members.highest_attempt, 4);
	/* It ended 4 s ago, and its backoff is 10 s. */
	assert_int_equal(job_slot(j, 0)->retry_ms, c->now_ms + 6000);
	assert_int_equal(attempt_find(c, j, 1, 2)->state, ATTEMPT_STOPPING);
	assert_int_equal(attempt_find(c, j, 1, 3)->state, ATTEMPT_RUNNING);
	assert_string_equal(tables_did(c), "POD_DELETE u1\n");
	assert_false(j->life.formed); /* two of three are there */
	j->spec.min_parallelism = 2;
	job_adopt_attempts(c, j);
	assert_true(j->life.formed);
}

/* How often an index has ended in a row, by the pods that are there still; its pause goes on from
 * the last end. */
static void pauses_go_on(void **state)
{
	static const struct {
		const char *name;
		struct found pods[PODS_MAX];
		uint32_t long_runs[2]; /* these attempts ran for long */
		uint8_t ends;
		int64_t left_ms; /* 4 s have passed since */
	} cases[] = {
		{"one", {{0, 1, MEMBER_DISRUPTED}}, {0}, 1, 0},
		{"four: 4 s, which are over",
		 {{0, 1, MEMBER_DISRUPTED},
		  {0, 2, MEMBER_REFUSED},
		  {0, 3, MEMBER_DISRUPTED},
		  {0, 4, MEMBER_DISRUPTED}},
		 {0},
		 4,
		 0},
		{"five: 8 s, in whatever order they are listed",
		 {{0, 5, MEMBER_DISRUPTED},
		  {0, 2, MEMBER_DISRUPTED},
		  {0, 3, MEMBER_DISRUPTED},
		  {0, 1, MEMBER_REFUSED},
		  {0, 4, MEMBER_DISRUPTED}},
		 {0},
		 5,
		 4000},
		{"after a long run",
		 {{0, 3, MEMBER_DISRUPTED}, {0, 1, MEMBER_DISRUPTED}, {0, 2, MEMBER_DISRUPTED}},
		 {2},
		 2,
		 0},
		{"after the last of two long runs, in whatever order they are listed",
		 {{0, 3, MEMBER_DISRUPTED}, {0, 1, MEMBER_DISRUPTED}, {0, 4, MEMBER_DISRUPTED}},
		 {3, 1},
		 2,
		 0},
		{"one runs: its end will count",
		 {{0, 1, MEMBER_DISRUPTED}, {0, 2, MEMBER_DISRUPTED}, {0, 3, MEMBER_RUNNING}},
		 {0},
		 2,
		 0},
		{"a failure has its backoff", {{0, 1, MEMBER_FAILED}}, {0}, 1, 6000},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct job_record *j = tables_job(c, "a", 1);
		tables_node(c, "n1", 8000, MEMORY);
		c->synced = false;
		for (size_t k = 0; k < PODS_MAX && cases[i].pods[k].phase; k++)
			enter(c, j, &cases[i].pods[k]);
		for (size_t k = 0; k < 2 && cases[i].long_runs[k]; k++)
			attempt_find(c, j, 0, cases[i].long_runs[k])->ran_long = true;
		c->synced = true;
		job_adopt_attempts(c, j);
		int64_t at = cases[i].left_ms ? c->now_ms + cases[i].left_ms : 0;
		CASE(cases[i].name, job_slot(j, 0)->ends == cases[i].ends);
		CASE(cases[i].name, job_slot(j, 0)->retry_ms == at ||
					    (!at && job_slot(j, 0)->retry_ms <= c->now_ms));
		tables_teardown(&world);
	}
	(void)state;
}

/* A pod of an older template says nothing about how the one of today ends. */
static void another_template_has_no_ends(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	tables_node(c, "n1", 8000, MEMORY);
	c->synced = false;
	enter(c, j, &(struct found){0, 1, MEMBER_DISRUPTED});
	enter(c, j, &(struct found){1, 1, MEMBER_DISRUPTED});
	uint32_t other = intern_get(c->strs, "00000000000000bb");
	attempt_set_template(c, attempt_find(c, j, 1, 1), other);
	intern_put(c->strs, other);
	c->synced = true;
	job_adopt_attempts(c, j);
	assert_int_equal(job_slot(j, 0)->ends, 1);
	assert_int_equal(job_slot(j, 1)->ends, 0);
	assert_int_equal(job_slot(j, 1)->retry_ms, 0);
}

/* The count stays at its maximum; the pause has had its own for long. */
static void more_ends_than_are_counted(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	tables_node(c, "n1", 8000, MEMORY);
	c->synced = false;
	for (uint32_t k = 1; k <= UINT8_MAX + 2; k++)
		enter(c, j, &(struct found){0, k, MEMBER_DISRUPTED});
	c->synced = true;
	job_adopt_attempts(c, j);
	assert_int_equal(job_slot(j, 0)->ends, UINT8_MAX);
	assert_int_equal(job_slot(j, 0)->retry_ms, c->now_ms + 60000 - 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_many_have_failed),
		cmocka_unit_test(pauses_go_on),
		cmocka_unit_test_setup_teardown(another_template_has_no_ends, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(more_ends_than_are_counted, tables_setup,
						tables_teardown),
		cmocka_unit_test_setup_teardown(it_goes_on_where_the_leader_before_stopped,
						tables_setup, tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
