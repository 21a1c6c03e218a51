/* SPDX-License-Identifier: Apache-2.0 */
/* What the end of a pod counts for, and that it counts once. */
#include "coordinator/core/observe/member_ended.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void what_an_end_counts_for(void **state)
{
	static const struct {
		const char *name;
		enum member_phase phase;
		uint32_t failed, completed;
		uint64_t disruptions;
		bool backs_off, refused;
	} cases[] = {
		{"success", MEMBER_SUCCEEDED, 0, 1, 0, false, false},
		{"a failure is charged", MEMBER_FAILED, 1, 0, 0, true, false},
		{"a disruption is not", MEMBER_DISRUPTED, 0, 0, 1, false, false},
		{"a kubelet's refusal is not", MEMBER_REFUSED, 0, 0, 1, false, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		const struct member m = {
			.phase = cases[i].phase, .exit_code = 1, .reason = "OutOfcpu"};
		attempt_set_state(c, a, ATTEMPT_RUNNING);
		member_ended(c, a, &m);
		CASE(cases[i].name, a->state == ATTEMPT_ENDED && !job_slot(j, 0)->current);
		CASE(cases[i].name, j->members.failed == cases[i].failed);
		CASE(cases[i].name, c->stats.charged_failures == cases[i].failed);
		CASE(cases[i].name, j->members.ncompleted == cases[i].completed);
		CASE(cases[i].name, c->stats.disruptions == cases[i].disruptions);
		CASE(cases[i].name,
		     job_slot(j, 0)->retry_ms == (cases[i].backs_off ? c->now_ms + 10000 : 0));
		CASE(cases[i].name, job_refused_by(c, j, n) == cases[i].refused);
		/* What the node lacks, it lacks for a while. */
		CASE(cases[i].name,
		     res_row(c, n, ROW_CAP)[RES_CPU] == (cases[i].refused ? 999 : 4000));
		member_ended(c, a, &m); /* told again */
		CASE(cases[i].name, j->members.failed == cases[i].failed);
		CASE(cases[i].name, c->stats.disruptions == cases[i].disruptions);
		tables_teardown(&world);
	}
	(void)state;
}

static void the_backoff_doubles(void **state)
{
	static const int64_t waits_ms[] = {10000, 20000, 40000, 80000, 160000, 320000, 360000};
	const struct member m = {.phase = MEMBER_FAILED};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	for (size_t i = 0; i < ARRAY_LEN(waits_ms); i++) {
		member_ended(c, tables_attempt(c, j, 0, n), &m);
		assert_int_equal(job_slot(j, 0)->retry_ms, c->now_ms + waits_ms[i]);
	}
	job_set_state(c, j, JOB_FAILED); /* its numbers are final */
	member_ended(c, tables_attempt(c, j, 0, n), &m);
	assert_int_equal(j->members.failed, ARRAY_LEN(waits_ms));
}

/* For what its pod is: the node is not used any more, nobody else's room is less, and an Event says
 * so once a minute. */
static void a_refusal_for_what_the_pod_is(void **state)
{
	const struct member m = {.phase = MEMBER_REFUSED,
				 .reason = "SysctlForbidden",
				 .message = "forbidden sysctl: \"x\" not allowlisted. "};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct node_record *n2 = tables_node(c, "n2", 4000, MEMORY);
	struct job_record *j = tables_job(c, "a", 1);
	tables_did(c);
	member_ended(c, tables_attempt(c, j, 0, n), &m);
	assert_true(job_forbidden_by(c, j, n) && !job_refused_by(c, j, n));
	assert_int_equal(job_slot(j, 0)->retry_ms, 0); /* another node, at once */
	assert_string_equal(j->told.forbidden,
			    "SysctlForbidden: forbidden sysctl: \"x\" not allowlisted");
	assert_string_equal(j->told.last_refusal, "");
	assert_string_equal(
		tables_did(c),
		"WARNING a MemberRefused: the kubelet of node n1 refuses member 0: "
		"SysctlForbidden: forbidden sysctl: \"x\" not allowlisted; the node "
		"is not tried again for an hour, unless its Node or the template changes\n");
	struct attempt *a = tables_attempt(c, j, 0, n2);
	attempt_set_template(c, a, intern_get(c->strs, "older"));
	intern_put(c->strs, a->template_id);
	member_ended(c, a, &m); /* of another template */
	assert_false(job_forbidden_by(c, j, n2));
	member_ended(c, tables_attempt(c, j, 0, n2), &m);
	assert_true(job_forbidden_by(c, j, n2));
	assert_null(strstr(tables_did(c), "MemberRefused"));
	c->now_ms += 60000;
	member_ended(c, tables_attempt(c, j, 0, n), &m);
	assert_non_null(strstr(tables_did(c), "MemberRefused"));
}

/* Whatever ends it: at once, then after 1 s and 2 s; the node is taken last for the job. */
static void an_end_that_is_not_charged_has_its_pause(void **state)
{
	static const struct {
		const char *name;
		enum member_phase phase; /* NONE: it is gone */
		const char *words;
	} cases[] = {
		{"disrupted", MEMBER_DISRUPTED, "member 0: Evicted: low on memory (pod "},
		{"refused", MEMBER_REFUSED, "member 0: Evicted: low on memory (pod "},
		{"gone", MEMBER_NONE, "member 0: its pod was deleted (pod "},
	};
	static const int64_t pauses_ms[] = {0, 1000, 2000};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		const struct member m = {
			.phase = cases[i].phase, .reason = "Evicted", .message = "low on memory"};
		for (size_t k = 0; k < ARRAY_LEN(pauses_ms); k++) {
			struct attempt *a = tables_attempt(c, j, 0, n);
			if (m.phase == MEMBER_NONE)
				member_gone(c, a);
			else
				member_ended(c, a, &m);
			CASE(cases[i].name, job_slot(j, 0)->retry_ms ==
						    (pauses_ms[k] ? c->now_ms + pauses_ms[k] : 0));
			CASE(cases[i].name, (*j->told.last_failure != 0) == (pauses_ms[k] != 0));
		}
		CASE(cases[i].name,
		     !strncmp(j->told.last_failure, cases[i].words, strlen(cases[i].words)));
		CASE(cases[i].name, j->told.last_end == R_MemberBackOff && !j->members.failed);
		CASE(cases[i].name, j->refusals.v[0].avoid_ms > c->now_ms);
		tables_teardown(&world);
	}
	(void)state;
}

/* A pod that is gone ends its index's run only if the index still has this attempt. */
static void which_gone_pod_is_an_end(void **state)
{
	static const struct {
		const char *name;
		bool stopping, superseded;
		uint8_t ends;
	} cases[] = {
		{"the current one", false, false, 1},
		{"one that was asked to stop", true, false, 0},
		{"one that was lost, and has a successor", false, true, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n), *young = NULL;
		if (cases[i].stopping)
			attempt_set_state(c, a, ATTEMPT_STOPPING);
		if (cases[i].superseded) {
			attempt_set_state(c, a, ATTEMPT_LOST);
			young = tables_attempt(c, j, 0, n);
		}
		member_gone(c, a);
		CASE(cases[i].name, job_slot(j, 0)->ends == cases[i].ends);
		CASE(cases[i].name, job_slot(j, 0)->current == young);
		tables_teardown(&world);
	}
	(void)state;
}

/* A taken name delays the index's next attempt, but not one that it has already. */
static void whose_name_is_taken(void **state)
{
	static const struct {
		const char *name;
		bool stopping, superseded, waits;
	} cases[] = {
		{"the current one", false, false, true},
		{"one that was asked to stop", true, false, false},
		{"one that was lost, and has a successor", false, true, false},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n), *young = NULL;
		const struct member m = {.phase = MEMBER_HELD};
		if (cases[i].stopping)
			attempt_set_state(c, a, ATTEMPT_STOPPING);
		if (cases[i].superseded) {
			attempt_set_state(c, a, ATTEMPT_LOST);
			young = tables_attempt(c, j, 0, n);
		}
		member_held(c, a, &m);
		CASE(cases[i].name, (job_slot(j, 0)->retry_ms > c->now_ms) == cases[i].waits);
		CASE(cases[i].name, job_slot(j, 0)->current == young);
		tables_teardown(&world);
	}
	(void)state;
}

/* What fails after its template was changed delays nothing of the new one. */
static void an_end_of_what_was_mended(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	const struct member m = {.phase = MEMBER_FAILED};
	uint32_t was = j->spec.template_id;
	j->spec.template_id = intern_get(c->strs, "another");
	member_ended(c, a, &m);
	assert_int_equal(j->members.failed, 1);
	assert_int_equal(job_slot(j, 0)->retry_ms, 0);
	intern_put(c->strs, j->spec.template_id);
	j->spec.template_id = was;
}

/* One that another has replaced: its success counts, its failure does not. */
static void the_end_of_a_superseded_one(void **state)
{
	static const struct {
		const char *name;
		enum member_phase phase;
		bool stopping; /* its deletion was asked for */
		enum attempt_state old, young;
		uint32_t completed;
	} cases[] = {
		{"success: the other one is stopped", MEMBER_SUCCEEDED, false, ATTEMPT_ENDED,
		 ATTEMPT_STOPPING, 1},
		{"failure: its pod goes", MEMBER_FAILED, false, ATTEMPT_STOPPING, ATTEMPT_ORDERED,
		 0},
		/* Its pod goes in any case: if the leader died now, both were lost. */
		{"success too late", MEMBER_SUCCEEDED, true, ATTEMPT_STOPPING, ATTEMPT_ORDERED, 0},
		{"ended with 0 when it was stopped", MEMBER_DISRUPTED, true, ATTEMPT_STOPPING,
		 ATTEMPT_ORDERED, 0},
		{"ended with 0 when others deleted it", MEMBER_DISRUPTED, false, ATTEMPT_STOPPING,
		 ATTEMPT_ORDERED, 0},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct job_record *j = tables_job(c, "a", 1);
		const struct member m = {.phase = cases[i].phase};
		struct attempt *old = tables_attempt(c, j, 0, n);
		text_set(&old->pod_uid, "u1");
		attempt_set_state(c, old, ATTEMPT_LOST);
		struct attempt *young = tables_attempt(c, j, 0, n);
		if (cases[i].stopping)
			attempt_set_state(c, old, ATTEMPT_STOPPING);
		member_ended(c, old, &m);
		CASE(cases[i].name, old->state == cases[i].old);
		CASE(cases[i].name, young->state == cases[i].young);
		CASE(cases[i].name, j->members.ncompleted == cases[i].completed);
		CASE(cases[i].name, !j->members.failed);
		tables_teardown(&world);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_end_counts_for),
		cmocka_unit_test_setup_teardown(the_backoff_doubles, tables_setup, tables_teardown),
		cmocka_unit_test_setup_teardown(a_refusal_for_what_the_pod_is, tables_setup,
						tables_teardown),
		cmocka_unit_test(an_end_that_is_not_charged_has_its_pause),
		cmocka_unit_test(which_gone_pod_is_an_end),
		cmocka_unit_test(whose_name_is_taken),
		cmocka_unit_test_setup_teardown(an_end_of_what_was_mended, tables_setup,
						tables_teardown),
		cmocka_unit_test(the_end_of_a_superseded_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
