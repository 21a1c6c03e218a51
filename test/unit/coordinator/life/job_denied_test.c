/* SPDX-License-Identifier: Apache-2.0 */
/* A refusal of a pod by the API server: whose word counts, and what it means for the job. */
#include "coordinator/core/life/job_denied.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tickets.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)

/* A job of two, whose first member's pod is refused and whose second one is there. */
static struct attempt *refused(struct core *c, bool by_coordinator)
{
	struct job_record *j = tables_job(c, "a", 2);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	struct attempt *b = tables_attempt(c, j, 1, tables_node(c, "n2", 4000, MEMORY));
	a->by_coordinator = by_coordinator;
	text_set(&b->pod_uid, "u1");
	attempt_set_state(c, b, ATTEMPT_RUNNING);
	job_set_state(c, j, JOB_RUNNING);
	j->life.start_ms = 5000;
	return a;
}

/* Admission may treat the coordinator differently. */
static void an_agents_word_is_not_the_last(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a = refused(c, false);
	job_denied(c, a, "forbidden: policy");
	assert_true(a->by_coordinator && !ticket_held(a));
	assert_ptr_equal(tickets_next(c), a);
	assert_int_equal(a->state, ATTEMPT_ORDERED);
	assert_string_equal(a->job->told.create_error, "");
}

static void a_gang_gives_all_back(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a = refused(c, true);
	struct job_record *j = a->job;
	job_denied(c, a, "forbidden: exceeded quota");
	assert_string_equal(
		tables_did(c),
		"WARNING a FailedCreate: the API server refuses a pod: forbidden: "
		"exceeded quota; remove the cause, Muster tries again\nPOD_DELETE u1\n");
	assert_null(job_slot(j, 0)->current);
	assert_int_equal(job_slot(j, 1)->current->state, ATTEMPT_STOPPING);
	assert_int_equal(j->life.state, JOB_PENDING);
	assert_int_equal(j->life.start_ms, 0);
	assert_int_equal(j->life.held_until_ms, c->now_ms + 10000);
}

static void one_that_has_come_together_goes_on(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a = refused(c, true);
	struct job_record *j = a->job;
	j->life.formed = true;
	job_denied(c, a, "forbidden");
	assert_int_equal(job_slot(j, 1)->current->state, ATTEMPT_RUNNING);
	assert_int_equal(j->life.state, JOB_RUNNING);
	tables_did(c);
	/* Refused together with it: that is one refusal, and one Event. */
	a = tables_attempt(c, j, 0, node_find(c, "n1"));
	a->by_coordinator = true;
	job_denied(c, a, "forbidden");
	assert_int_equal(j->life.denials, 1);
	assert_string_equal(tables_did(c), "");
	c->now_ms = j->life.held_until_ms;
	a = tables_attempt(c, j, 0, node_find(c, "n1"));
	a->by_coordinator = true;
	job_denied(c, a, "forbidden");
	assert_int_equal(j->life.denials, 2);
	assert_int_equal(j->life.held_until_ms, c->now_ms + 20000);
}

static void one_that_was_to_stop_is_gone(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a = refused(c, true);
	struct job_record *j = a->job;
	attempt_set_state(c, a, ATTEMPT_STOPPING);
	job_denied(c, a, "forbidden");
	assert_null(attempt_find(c, j, 0, 1));
	assert_string_equal(tables_did(c), "");
	assert_int_equal(j->life.held_until_ms, 0);
}

/* By a kubelet: the same, as long as not enough members have run. */
static void a_gang_that_a_kubelet_refuses(void **state)
{
	static const struct {
		const char *name;
		bool together, finished;
		uint32_t min_parallelism;
		bool gives_back;
	} cases[] = {
		{"a gang that does not run yet", false, false, 2, true},
		{"one that has run", true, false, 2, false},
		{"no gang", false, false, 1, false},
		{"a job that is over", false, true, 2, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct attempt *a = refused(c, false);
		struct job_record *j = a->job;
		j->life.formed = true;
		j->life.together = cases[i].together;
		j->spec.min_parallelism = cases[i].min_parallelism;
		if (cases[i].finished)
			job_set_state(c, j, JOB_FAILED);
		job_refused(c, j);
		bool stops = job_slot(j, 1)->current->state == ATTEMPT_STOPPING;
		CASE(cases[i].name, stops == cases[i].gives_back);
		CASE(cases[i].name, !j->life.start_ms == cases[i].gives_back);
		CASE(cases[i].name, (j->life.state == JOB_PENDING) == cases[i].gives_back);
		CASE(cases[i].name, j->life.held_until_ms == 0);
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(an_agents_word_is_not_the_last),
		T(a_gang_gives_all_back),
		T(one_that_has_come_together_goes_on),
		T(one_that_was_to_stop_is_gone),
		cmocka_unit_test(a_gang_that_a_kubelet_refuses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
