/* SPDX-License-Identifier: Apache-2.0 */
/* When an index has its next attempt. */
#include "coordinator/core/attempt/again.h"

#include "base/intern.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static void the_pause_grows(void **state)
{
	static const int64_t pauses_ms[] = {0,    0,     1000,  2000,  4000,
					    8000, 16000, 32000, 60000, 60000};
	for (uint32_t i = 0; i < ARRAY_LEN(pauses_ms); i++)
		assert_int_equal(again_pause(i), pauses_ms[i]);
	assert_int_equal(again_pause(UINT8_MAX), 60000);
	(void)state;
}

static void what_a_long_run_is(void **state)
{
	static const struct {
		const char *name;
		int64_t ago_ms; /* since when it runs by our clock; 0: not known */
		bool told;
		int64_t started_ms, ended_ms; /* by the kubelet */
		bool is_long;
	} cases[] = {
		{"by our clock", 60000, false, 0, 0, true},
		{"by our clock, not long", 59999, false, 0, 0, false},
		{"it never ran", 0, false, 0, 0, false},
		{"by the kubelet, though we heard late", 10, true, 1000, 61000, true},
		{"by the kubelet, though we heard of its end late", 90000, true, 1000, 60999,
		 false},
		{"the kubelet tells no start", 60000, true, 0, 61000, true},
		{"the kubelet's clock went back", 60000, true, 90000, 1000, true},
	};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	c->now_ms = 1000000;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct member m = {.started_ms = cases[i].started_ms,
					 .ended_ms = cases[i].ended_ms};
		a->started_ms = cases[i].ago_ms ? c->now_ms - cases[i].ago_ms : 0;
		CASE(cases[i].name,
		     again_ran_long(c, a, cases[i].told ? &m : NULL) == cases[i].is_long);
	}
}

/* Ends in a row; a long run begins anew. */
static void ends_are_counted(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, "n1", 4000, MEMORY));
	const struct member is_long = {.started_ms = 1000, .ended_ms = 61000};
	static const int64_t pauses_ms[] = {0, 1000, 2000};
	c->now_ms = 1000000;
	for (size_t i = 0; i < ARRAY_LEN(pauses_ms); i++)
		assert_int_equal(again_count(c, a, NULL), pauses_ms[i]);
	assert_int_equal(again_count(c, a, &is_long), 0);
	assert_int_equal(again_count(c, a, NULL), 1000);
	for (uint32_t i = 0; i < 300; i++)
		(void)again_count(c, a, NULL);
	assert_int_equal(again_count(c, a, NULL), 60000); /* the count does not wrap */
	job_retry_at_once(j, 1);
	assert_int_equal(again_count(c, a, NULL), 60000); /* that was for others */
	job_retry_at_once(j, 0);
	assert_int_equal(again_count(c, a, NULL), 0);
	assert_int_equal(again_count(c, a, NULL), 1000);
	/* What the job was before its change adds nothing, and takes nothing back. */
	uint32_t was = j->spec.template_id;
	j->spec.template_id = intern_get(c->strs, "another");
	assert_int_equal(again_count(c, a, NULL), 1000);
	intern_put(c->strs, j->spec.template_id);
	j->spec.template_id = was;
	assert_int_equal(again_count(c, a, NULL), 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_pause_grows),
		T(what_a_long_run_is),
		T(ends_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
