/* SPDX-License-Identifier: Apache-2.0 */
/* A cycle alone: whose turn it is, what its plans say, who is passed over. The test carries plans
 * out as the core does: with an attempt for each placement. */
#include "coordinator/core/place/cycle.h"

#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/room.h"
#include "test/unit/coordinator/place/placing.h"

#define MEMORY (INT64_C(100000) * GI)

static struct job_record *waiting(struct core *c, const char *name, uint32_t parallelism,
				  uint32_t min, int32_t priority)
{
	struct job_record *j = tables_job(c, name, parallelism);
	j->spec.min_parallelism = min;
	j->spec.priority = priority;
	queue_put(c, j, parallelism);
	return j;
}

/* "JOB:INDEX@NODE,… " of each plan; "!" where the job wants no more. */
static void assert_plans(struct core *c, const char *expected)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	struct plan plan = {0};
	place_begin(c);
	while (place_next(c, &plan)) {
		buf_printf(&b, "%s:", plan.job->name);
		for (uint32_t i = 0; i < plan.n; i++) {
			struct node_record *n = c->nodes.at[plan.v[i].node];
			buf_printf(&b, "%s%u@%s", i ? "," : "", plan.v[i].index, n->name);
			tables_attempt(c, plan.job, plan.v[i].index, n);
		}
		plan.job->life.start_ms = 1000;
		buf_printf(&b, "%s ", plan.whole ? "!" : "");
	}
	assert_string_equal(buf_str(&b), expected);
}

static void nodes(struct core *c, uint32_t n, int64_t cpu)
{
	static const char *const names[] = {"n1", "n2", "n3", "n4"};
	for (uint32_t i = 0; i < n; i++)
		tables_node(c, names[i], cpu, MEMORY);
}

/* A whole cycle is for steps without news; new jobs are looked at at once. */
static void a_cycle_waits_for_quiet(void **state)
{
	struct core *c = tables_of(state);
	nodes(c, 1, 1000);
	waiting(c, "a", 1, 1, 0);
	assert_true(c->queue.cycle_due); /* there is a new node */
	assert_plans(c, "");
	c->idle = true;
	assert_plans(c, "a:0@n1! ");
	assert_int_equal(c->queue.n, 0);
	c->idle = false;
	tables_node(c, "n2", 1000, MEMORY);
	c->queue.cycle_due = false;
	waiting(c, "b", 1, 1, 0);
	assert_plans(c, "b:0@n2! ");
	assert_int_equal(c->queue.n, 0);
}

static void by_priority_and_gangs_whole(void **state)
{
	struct core *c = tables_of(state);
	c->idle = true;
	nodes(c, 3, 1000);
	waiting(c, "low", 1, 1, -1);
	waiting(c, "gang", 6, 6, 5);    /* more than there are */
	waiting(c, "elastic", 5, 2, 0); /* starts with two, takes what there is */
	assert_plans(c, "elastic:0@n1,1@n2,2@n3 ");
	assert_int_equal(job_find(c, "default", "elastic")->place.want, 2);
	assert_true(job_blocked(job_find(c, "default", "gang")));
	assert_true(job_blocked(job_find(c, "default", "low")));
	assert_int_equal(c->queue.n, 3);
	/* Room for what it still wants. */
	tables_node(c, "n4", 1000, MEMORY);
	assert_plans(c, "elastic:3@n4 ");
}

/* The lowest indexes that want an attempt: neither completed, nor running, nor backing off, nor at
 * the end of their numbers. */
static void open_indexes(void **state)
{
	struct core *c = tables_of(state);
	c->idle = true;
	nodes(c, 4, 2000);
	struct job_record *j = tables_job(c, "a", 7);
	j->spec.min_parallelism = 1;
	job_complete_index(j, 0);
	tables_attempt(c, j, 1, c->nodes.at[3]);
	job_slot(j, 2)->retry_ms = c->now_ms + 1;
	job_number_used(j, 3, ATTEMPT_MAX);
	queue_put(c, j, 2);
	assert_plans(c, "a:4@n1,5@n2! ");
}

/* A retry keeps away from the nodes of its last two failures while another fits: also if others
 * have to take them, or to make room in turn. */
static void not_where_it_failed(void **state)
{
	static const struct {
		const char *name;
		uint32_t nodes, parallelism, min;
		struct {
			uint32_t index, node; /* from 1; 0: no more */
		} failed[5];
		const char *plans;
	} cases[] = {
		{"once", 2, 1, 1, {{0, 1}}, "a:0@n2! "},
		{"twice", 3, 1, 1, {{0, 1}, {0, 2}}, "a:0@n3! "},
		{"the last two count", 3, 1, 1, {{0, 1}, {0, 2}, {0, 3}}, "a:0@n1! "},
		{"twice on one", 3, 1, 1, {{0, 1}, {0, 2}, {0, 2}}, "a:0@n3! "},
		{"twice on one of two", 2, 1, 1, {{0, 1}, {0, 2}, {0, 2}}, "a:0@n1! "},
		{"no other fits", 1, 1, 1, {{0, 1}}, "a:0@n1! "},
		{"others take it", 3, 3, 3, {{0, 1}}, "a:0@n2,1@n1,2@n3! "},
		{"others have to leave theirs", 3, 3, 3, {{2, 3}}, "a:0@n3,1@n2,2@n1! "},
		{"in turn", 3, 3, 3, {{0, 3}, {2, 2}, {2, 3}}, "a:0@n2,1@n3,2@n1! "},
		{"a gang never waits for that", 2, 2, 2, {{0, 1}, {1, 1}}, "a:0@n2,1@n1! "},
		{"nor does a member of several", 1, 2, 1, {{0, 1}}, "a:0@n1 "},
		{"it is the best for others", 3, 2, 1, {{1, 2}}, "a:0@n1,1@n3! "},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		placing_setup(&world);
		struct core *c = world;
		c->idle = true;
		nodes(c, cases[i].nodes, 1000);
		struct job_record *j = waiting(c, "a", cases[i].parallelism, cases[i].min, 0);
		for (size_t k = 0; cases[i].failed[k].node; k++)
			job_failed_on(j, cases[i].failed[k].index,
				      c->nodes.at[cases[i].failed[k].node - 1]);
		assert_plans(c, cases[i].plans);
		placing_teardown(&world);
	}
	(void)state;
}

static void forgotten_when_it_is_mended(void **state)
{
	struct core *c = tables_of(state);
	c->idle = true;
	nodes(c, 2, 1000);
	struct job_record *j = waiting(c, "a", 1, 1, 0);
	job_failed_on(j, 0, c->nodes.at[0]);
	job_forget_failed_on(j);
	assert_false(j->members.any_failed_on);
	assert_plans(c, "a:0@n1! ");
}

/* A job that did not fit is looked at again when there is room that it could use. */
static void what_waits_is_passed_over(void **state)
{
	struct core *c = tables_of(state);
	c->idle = true;
	nodes(c, 2, 500);
	struct job_record *a = waiting(c, "a", 1, 1, 0);
	assert_plans(c, "");
	assert_true(queue_find(c, a)->impossible); /* no node could hold it if it were empty */
	assert_int_equal(queue_find(c, a)->cpu, 1000);
	uint32_t looks = c->placing->work;
	assert_true(looks > 0);
	room_grown(c, c->nodes.at[0], false); /* as little as before */
	assert_plans(c, "");
	assert_int_equal(c->placing->work, 0);
	tables_node(c, "big", 4000, MEMORY);
	assert_plans(c, "a:0@big! ");
}

/* What a step may do is bounded; the next one goes on where it stopped. */
static void a_cycle_in_parts(void **state)
{
	struct core *c = tables_of(state);
	c->idle = true;
	c->cfg.step_jobs = 2;
	nodes(c, 1, 100);
	for (const char *p = "abcde"; *p; p++) {
		const char name[] = {*p, 0};
		waiting(c, name, 1, 1, 0);
	}
	for (uint32_t parts = 0; parts < 2; parts++) {
		assert_plans(c, "");
		assert_true(c->queue.cycle_paused);
	}
	assert_plans(c, "");
	assert_false(c->queue.cycle_paused);
	for (const char *p = "abcde"; *p; p++) {
		const char name[] = {*p, 0};
		assert_true(job_blocked(job_find(c, "default", name)));
	}
}

/* A new job got a part of what it wants; whether nodes are held for the rest takes another step. */
static void a_new_job_in_parts(void **state)
{
	struct core *c = tables_of(state);
	c->idle = true;
	nodes(c, 1, 1000);
	tables_attempt(c, tables_job(c, "runs", 1), 0, c->nodes.at[0]);
	waiting(c, "head", 1, 1, 1);
	waiting(c, "last", 1, 1, -1);
	assert_plans(c, "");
	assert_int_equal(c->reservations.n, 1);
	c->idle = false;
	c->cfg.step_jobs = 1;
	tables_node(c, "n2", 1000, MEMORY);
	c->queue.cycle_due = false;
	struct job_record *j = waiting(c, "young", 2, 1, 0);
	assert_plans(c, "young:0@n2 ");
	assert_false(job_blocked(j));
	assert_int_equal(j->place.stage, QUEUE_NEW);
	assert_plans(c, "");
	assert_true(job_blocked(j));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, placing_setup, placing_teardown)
		T(a_cycle_waits_for_quiet),
		T(by_priority_and_gangs_whole),
		T(open_indexes),
		T(not_where_it_failed),
		T(forgotten_when_it_is_mended),
		T(what_waits_is_passed_over),
		T(a_cycle_in_parts),
		T(a_new_job_in_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
