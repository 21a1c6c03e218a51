/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of jobs that are to say why they wait. */
#include "coordinator/core/state/waiting.h"

#include "test/unit/coordinator/state/tables.h"

static void those_that_said_nothing_come_first(void **state)
{
	struct core *c = tables_of(state);
	struct waiting_table *w = &c->waiting;
	struct job_record *a = tables_job(c, "a", 1), *b = tables_job(c, "b", 1);
	waiting_soon(c, a);
	waiting_soon(c, b);
	waiting_soon(c, a); /* it keeps its turn */
	assert_ptr_equal(w->first, a);
	assert_ptr_equal(a->waiting_next, b);
	assert_int_equal(a->waiting_ms, c->now_ms);
	waiting_again(c, a, c->now_ms + 60000);
	assert_ptr_equal(w->first, b);
	assert_ptr_equal(w->again, a);
	assert_int_equal(a->waiting_ms, c->now_ms + 60000);
	waiting_soon(c, a); /* it waits for something else by now */
	assert_null(w->again);
	assert_ptr_equal(b->waiting_next, a);
	waiting_forget(b);
	waiting_forget(b);
	assert_ptr_equal(w->first, a);
	waiting_forget(a);
	assert_null(w->first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(those_that_said_nothing_come_first, tables_setup,
						tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
