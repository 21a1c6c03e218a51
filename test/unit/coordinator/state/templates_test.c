/* SPDX-License-Identifier: Apache-2.0 */
/* Templates alone: how many jobs use each, and which the coordinator creates itself. */
#include "coordinator/core/state/templates.h"

#include "test/unit/coordinator/state/tables.h"

static void the_last_job_lets_the_text_go(void **state)
{
	struct core *c = tables_of(state);
	uint32_t a = intern_get(c->strs, "aaaa"), none = intern_get(c->strs, "");
	templates_use(c, "one", a, 1);
	templates_use(c, "one", a, 1);
	templates_use(c, "one", none, 1); /* a job of which only pods are known has none */
	templates_use(c, "one", 0, -1);
	assert_int_equal(templates_count(c), 1);
	templates_use(c, "two", a, 1); /* each namespace has its own text, whatever the hash */
	assert_int_equal(templates_count(c), 2);
	templates_use(c, "one", a, -1);
	assert_string_equal(tables_did(c), "");
	templates_use(c, "one", a, -1);
	assert_string_equal(tables_did(c), "TEMPLATE_DROP one/aaaa\n");
	templates_use(c, "two", a, -1);
	assert_string_equal(tables_did(c), "TEMPLATE_DROP two/aaaa\n");
	assert_int_equal(templates_count(c), 0);
	intern_put(c->strs, a);
	intern_put(c->strs, none);
}

/* By the hash of this version, or by that of older ones. */
static void which_is_the_jobs_own(void **state)
{
	static const char now[] = "0123456789abcdef0123456789abcdef01234567",
			  old[] = "00000000000000aa";
	static const struct {
		const char *hash;
		bool has_old, same, runs_same;
	} cases[] = {
		{now, true, true, true},
		{"0123456789abcdef0123456789abcdef01234567-00", true, false, true},
		{old, true, true, true},
		{"00000000000000aa-00", true, false, true},
		{"00000000000000ab", true, false, false},
		{old, false, false, false},
		{"", false, false, false},
		{"", true, false, false},
	};
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	uint32_t was = j->spec.template_id;
	j->spec.template_id = intern_get(c->strs, now);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint32_t id = intern_get(c->strs, cases[i].hash);
		j->spec.old_template_id = cases[i].has_old ? intern_get(c->strs, old) : 0;
		CASE(cases[i].hash, templates_are_same(j, id) == cases[i].same);
		CASE(cases[i].hash, templates_run_same(c, j, id) == cases[i].runs_same);
		intern_put(c->strs, id);
		intern_put(c->strs, j->spec.old_template_id);
	}
	assert_false(templates_are_same(j, 0));
	j->spec.old_template_id = 0;
	intern_put(c->strs, j->spec.template_id);
	j->spec.template_id = was;
}

static void what_agents_were_denied_is_known_by_namespace(void **state)
{
	struct core *c = tables_of(state);
	uint32_t a = intern_get(c->strs, "aaaa"), b = intern_get(c->strs, "bbbb");
	assert_false(templates_by_coordinator(c, "one", a));
	templates_remember(c, "one", a);
	templates_remember(c, "one", a);
	assert_true(templates_by_coordinator(c, "one", a));
	assert_false(templates_by_coordinator(c, "two", a));
	assert_false(templates_by_coordinator(c, "one", b));
	templates_forget(c);
	assert_false(templates_by_coordinator(c, "one", a));
	intern_put(c->strs, a);
	intern_put(c->strs, b);
}

static void only_so_many_are_remembered(void **state)
{
	struct core *c = tables_of(state);
	AUTO(buf_done) struct buf ns = BUF_INIT(16);
	uint32_t a = intern_get(c->strs, "aaaa");
	for (uint32_t i = 0; i < TEMPLATES_BY_COORDINATOR_MAX; i++) {
		buf_reset(&ns);
		buf_printf(&ns, "ns%u", i);
		templates_remember(c, buf_str(&ns), a);
	}
	templates_remember(c, "one-too-many", a);
	assert_true(templates_by_coordinator(c, buf_str(&ns), a));
	assert_false(templates_by_coordinator(c, "one-too-many", a));
	intern_put(c->strs, a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(the_last_job_lets_the_text_go),
		T(which_is_the_jobs_own),
		T(what_agents_were_denied_is_known_by_namespace),
		T(only_so_many_are_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
