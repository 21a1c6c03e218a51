/* SPDX-License-Identifier: Apache-2.0 */
/* The job table alone: how a job is found, its indexes, what it needs at once, what it says. */
#include "coordinator/core/state/job.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/refusals.h"
#include "test/unit/coordinator/state/tables.h"

static void a_job_made_again_is_another(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *old = tables_job(c, "a", 1);
	assert_ptr_equal(job_find(c, "default", "a"), old);
	assert_null(job_find(c, "other", "a"));
	job_set_named(c, old, false);
	old->object.deleted = true;
	assert_null(job_find(c, "default", "a"));
	assert_ptr_equal(job_find_same(c, "default", "a", "uid-a"), old);
	struct job_record *again = job_new(c, "default", "a", "uid-again");
	again->object.known = true;
	job_set_named(c, again, true);
	assert_ptr_equal(job_find(c, "default", "a"), again);
	assert_true(old->id != again->id);
	job_free_if_unused(c, old);
	job_free_if_unused(c, again); /* it is there */
	assert_null(job_find_same(c, "default", "a", "uid-a"));
	assert_ptr_equal(job_find_same(c, "default", "a", "uid-again"), again);
}

/* Indexes above completions are remembered: they may come back. */
static void completed_indexes_count_within_completions(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	job_complete_index(j, 1);
	job_complete_index(j, 1);
	job_complete_index(j, 7);
	assert_int_equal(j->members.ncompleted, 1);
	assert_true(job_index_completed(j, 7));
	j->spec.completions = 8;
	job_recount_over(j);
	assert_int_equal(j->members.ncompleted, 2);
	j->spec.completions = 1;
	job_recount_over(j);
	assert_int_equal(j->members.ncompleted, 0);
}

static void slots_are_made_as_something_is_known_of_them(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", COMPLETIONS_MAX);
	assert_int_equal(job_slots_bytes(j), 0);
	assert_int_equal(job_slots_end(j), 0);
	assert_null(job_slot_find(j, 9));
	assert_null(job_current(j, 9));
	job_retry_at_once(j, 0);
	struct slot *s = job_slot(j, COMPLETIONS_MAX - 1);
	job_number_used(j, COMPLETIONS_MAX - 1, 4);
	assert_int_equal(job_slots_end(j), COMPLETIONS_MAX); /* there are no others */
	job_set_ends(j, COMPLETIONS_MAX - 1, 2);
	assert_null(job_slot_find(j, 9));
	assert_true(job_slots_end(j) >= COMPLETIONS_MAX);
	/* One of 100,000 costs its page and a list of pages, not 100,000 slots. */
	assert_true(job_slots_bytes(j) < 16384);
	job_slot(j, 9)->last = 5;
	assert_ptr_equal(job_slot(j, COMPLETIONS_MAX - 1), s);
	assert_int_equal(s->last, 4);
	assert_int_equal(job_slot(j, 8)->last, 0);
	job_retry_at_once(j, 10);
	assert_int_equal(s->ends, 0);
}

static void each_index_has_a_slot_of_its_own(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *one = tables_job(c, "one", 1), *all = tables_job(c, "all", 1000);
	job_slot(one, 0);
	/* A slot and the pointer to its page: most jobs are small. */
	assert_int_equal(job_slots_bytes(one), sizeof(struct slot) + sizeof(struct slot *));
	assert_int_equal(job_slots_end(one), 1);
	for (uint32_t i = 0; i < 1000; i++)
		job_slot(all, i)->last = i + 1;
	for (uint32_t i = 0; i < 1000; i++) {
		assert_int_equal(job_slot_find(all, i)->last, i + 1);
		assert_true(i < job_slots_end(all));
	}
	assert_true(job_slots_bytes(all) < 1100 * sizeof(struct slot));
}

static void numbers_that_are_left(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 2);
	assert_true(job_number_left(j, 0));
	job_number_used(j, 0, ATTEMPT_MAX);
	assert_false(job_number_left(j, 0));
	assert_true(job_number_left(j, 1));
	job_raise_floor(j, ATTEMPT_MAX);
	assert_false(job_number_left(j, 1));
}

static void how_many_must_fit_at_once(void **state)
{
	static const struct {
		const char *name;
		uint32_t min, completed, live;
		bool started;
		uint32_t need;
	} cases[] = {
		{"a gang: all", 4, 0, 0, false, 4},
		{"some that are there already", 4, 1, 2, false, 1},
		{"all that start needs", 4, 2, 2, false, 1},
		{"one after the other, once it has started", 4, 0, 0, true, 1},
		{"one by one", 1, 0, 0, false, 1},
	};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 8);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		j->spec.min_parallelism = cases[i].min;
		j->members.ncompleted = cases[i].completed;
		j->members.count[ATTEMPT_RUNNING] = cases[i].live;
		j->life.start_ms = cases[i].started ? 1000 : 0;
		CASE(cases[i].name, job_needs_at_once(j) == cases[i].need);
	}
	j->members.count[ATTEMPT_RUNNING] = j->members.ncompleted = 0;
}

static void every_move_of_a_job_is_logged(void **state)
{
	static const enum job_state path[] = {JOB_SUSPENDED, JOB_PENDING, JOB_RUNNING,
					      JOB_PENDING,   JOB_RUNNING, JOB_SUSPENDED,
					      JOB_PENDING,   JOB_FAILED};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	for (size_t i = 0; i < ARRAY_LEN(path); i++) {
		assert_false(job_finished(j));
		job_set_state(c, j, path[i]);
		assert_int_equal(j->life.state, path[i]);
	}
	assert_true(job_finished(j));
	assert_non_null(strstr(tables_logged(c),
			       "job state changed job=default/a from=Pending to=Failed\n"));
	/* It was never stored, and the spec was changed meanwhile. */
	j->life.started = true;
	j->life.end_ms = 5000;
	j->told.conditions[JC_FAILED].status = COND_TRUE;
	job_take_back(c, j);
	assert_int_equal(j->life.state, JOB_RUNNING);
	assert_true(!j->life.end_ms && j->told.conditions[JC_FAILED].status != COND_TRUE);
}

static void what_a_job_says(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	AUTO(buf_done) struct buf longer = BUF_INIT(1 << 16);
	c->wall_ms = 12345678;
	job_set_condition(c, j, JC_SCHEDULED, COND_TRUE, R_Placed);
	assert_int_equal(j->told.conditions[JC_SCHEDULED].since_ms, 12345000);
	c->wall_ms += 5000;
	job_set_condition(c, j, JC_SCHEDULED, COND_TRUE, R_NONE); /* as true as before */
	assert_int_equal(j->told.conditions[JC_SCHEDULED].since_ms, 12345000);
	for (uint32_t i = 0; i < MESSAGE_MAX; i++)
		buf_puts(&longer, "ab");
	job_set_message(j, R_Unschedulable, "%s", buf_str(&longer));
	assert_int_equal(strlen(j->told.message), MESSAGE_MAX);
	assert_int_equal(j->told.reason, R_Unschedulable);
	j->life.wake_ms = INT64_MAX;
	job_wake(j, 500);
	job_wake(j, 900);
	assert_int_equal(j->life.wake_ms, 500);
}

/* What another version of Muster wrote may have conditions that this one does not have. */
static void what_a_stored_status_said(void **state)
{
	static const struct cond conds[] = {
		{.type = "Schedulable", .status = COND_TRUE, .since_ms = 6000},
		{.type = "Scheduled", .status = COND_TRUE, .reason = "Placed", .since_ms = 7000},
		{.type = "Failed", .status = COND_FALSE, .reason = "Odd", .since_ms = 8000}};
	const struct job_status st = {.reason = "MemberFailed",
				      .message = "member 3 failed",
				      .conds = conds,
				      .nconds = ARRAY_LEN(conds)};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	const struct cond_state *k = j->told.conditions;
	job_told_adopt(j, &st);
	assert_true(k[JC_SCHEDULED].status == COND_TRUE && k[JC_SCHEDULED].since_ms == 7000);
	assert_int_equal(k[JC_SCHEDULED].reason, R_Placed);
	assert_true(k[JC_FAILED].status == COND_FALSE && k[JC_FAILED].since_ms == 8000);
	assert_int_equal(k[JC_FAILED].reason, R_NONE); /* it is not known here */
	assert_true(!k[JC_SUSPENDED].since_ms && !k[JC_COMPLETE].since_ms);
	assert_int_equal(j->told.reason, R_MemberFailed);
	assert_string_equal(j->told.message, "member 3 failed");
	assert_string_equal(j->told.last_failure, ""); /* its pod tells anew how it ended */
}

static void a_refusal_holds_for_its_time(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct node_record *n1 = tables_node(c, "n1", 1, 1), *n2 = tables_node(c, "n2", 1, 1);
	VEC_GROW(j->refusals.v, j->refusals.n, j->refusals.cap);
	j->refusals.v[j->refusals.n++] =
		(struct refusal){.node = n1->idx, .n = 1, .until_ms = c->now_ms + 1000};
	assert_true(job_refused_by(c, j, n1));
	assert_false(job_refused_by(c, j, n2));
	c->now_ms += 1000;
	assert_false(job_refused_by(c, j, n1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(a_job_made_again_is_another),
		T(completed_indexes_count_within_completions),
		T(slots_are_made_as_something_is_known_of_them),
		T(each_index_has_a_slot_of_its_own),
		T(numbers_that_are_left),
		T(how_many_must_fit_at_once),
		T(every_move_of_a_job_is_logged),
		T(what_a_job_says),
		T(what_a_stored_status_said),
		T(a_refusal_holds_for_its_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
