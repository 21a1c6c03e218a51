/* SPDX-License-Identifier: Apache-2.0 */
/* What admission adds to the pods of a shape, alone: what of it counts, and whether it is news. */
#include "coordinator/core/state/admitted.h"

#include "test/unit/coordinator/state/tables.h"

static const struct res one_cpu[] = {{"cpu", 1000}};
static const struct reslist own = {one_cpu, 1};
static const struct toleration team_x = {"team", "x", false, EFFECT_NO_SCHEDULE, false, 0};

/* A job whose pods have a shape of their own, and that tolerates team=x:NoSchedule. */
static struct job_record *a_job(struct core *c)
{
	const struct job_spec spec = {.requests = own, .tolerations = &team_x, .ntolerations = 1};
	struct job_record *j = tables_job(c, "a", 1);
	tables_request(c, j, &spec);
	admitted_use(c, j, "shape", &own);
	return j;
}

static void what_the_job_does_not_say_itself_is_added(void **state)
{
	static const struct {
		const char *name;
		struct toleration told;
		bool added;
	} cases[] = {
		{"the job's own", {"team", "x", false, EFFECT_NO_SCHEDULE, false, 0}, false},
		{"of another key", {"tear", "x", false, EFFECT_NO_SCHEDULE, false, 0}, true},
		{"of another value", {"team", "y", false, EFFECT_NO_SCHEDULE, false, 0}, true},
		{"of each value", {"team", "x", true, EFFECT_NO_SCHEDULE, false, 0}, true},
		{"of another effect", {"team", "x", false, EFFECT_NO_EXECUTE, false, 0}, true},
	};
	struct core *c = tables_of(state);
	struct job_record *j = a_job(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct pod_where none = {0},
				       where = {.tolerations = &cases[i].told, .ntolerations = 1};
		struct job_spec spec = {0};
		(void)admitted_told(c, j->admitted, &own, &none);
		CASE(cases[i].name, admitted_told(c, j->admitted, &own, &where) == cases[i].added);
		admitted_where(j, &spec);
		CASE(cases[i].name, !spec.added == !cases[i].added);
		CASE(cases[i].name, !spec.added_bytes == !cases[i].added);
	}
}

static void what_is_told_is_compared_with_what_was_known(void **state)
{
	static const struct kv zone_a[] = {{"zone", "a"}}, zone_b[] = {{"zone", "b"}},
			       area[] = {{"zone", "area"}};
	static const struct pod_where in_a = {.node_selector = {zone_a, 1}},
				      in_b = {.node_selector = {zone_b, 1}},
				      in_area = {.node_selector = {area, 1}}, anywhere;
	static const struct {
		const char *name;
		const struct pod_where *where;
		bool other;
	} cases[] = {
		{"nothing at first", &anywhere, false},    {"a selector", &in_a, true},
		{"the same selector", &in_a, false},       {"one of the same length", &in_b, true},
		{"a longer one", &in_area, true},          {"no word of it", NULL, false},
		{"the longer one again", &in_area, false}, {"nothing any more", &anywhere, true},
		{"still nothing", &anywhere, false},
	};
	struct core *c = tables_of(state);
	struct job_record *j = a_job(c);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE(cases[i].name,
		     admitted_told(c, j->admitted, &own, cases[i].where) == cases[i].other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(what_the_job_does_not_say_itself_is_added),
		T(what_is_told_is_compared_with_what_was_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
