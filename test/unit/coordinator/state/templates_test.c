/* SPDX-License-Identifier: Apache-2.0 */
/* Templates alone: how many jobs use each, and which the coordinator creates itself. */
#include "coordinator/core/state/templates.h"

#include "test/unit/coordinator/state/tables.h"

static void the_last_job_lets_the_text_go(void **state)
{
	struct core *c = tables_of(state);
	uint32_t a = intern_get(c->strs, "aaaa"), none = intern_get(c->strs, "");
	templates_use(c, a, 1);
	templates_use(c, a, 1);
	templates_use(c, none, 1); /* a job of which only pods are known has none */
	templates_use(c, 0, -1);
	assert_int_equal(templates_count(c), 1);
	templates_use(c, a, -1);
	assert_string_equal(tables_did(c), "");
	templates_use(c, a, -1);
	assert_string_equal(tables_did(c), "TEMPLATE_DROP aaaa\n");
	assert_int_equal(templates_count(c), 0);
	intern_put(c->strs, a);
	intern_put(c->strs, none);
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
		T(what_agents_were_denied_is_known_by_namespace),
		T(only_so_many_are_remembered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
