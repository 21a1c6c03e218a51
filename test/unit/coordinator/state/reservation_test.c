/* SPDX-License-Identifier: Apache-2.0 */
/* The reservation alone: what goes with the job that it is for. (Who gets one is decided in
 * place/reserve.) */
#include "coordinator/core/state/reservation.h"

#include <string.h>

#include "coordinator/core/state/queue.h"
#include "test/unit/coordinator/state/tables.h"

static void it_goes_with_its_job(void **state)
{
	struct core *c = tables_of(state);
	struct reservation *r = &c->reservation;
	struct job_record *head = tables_job(c, "head", 2), *other = tables_job(c, "other", 1);
	struct node_record *n = tables_node(c, "n1", 1, 1);
	queue_put(c, head, 2);
	queue_put(c, other, 1);
	r->head = r->told = r->asking = head;
	r->holds = true;
	bitset_set(&r->nodes, n->idx);
	c->queue.cycle_due = false;
	tables_logged(c);
	queue_take(c, other); /* of no concern to it */
	assert_ptr_equal(r->head, head);
	assert_string_equal(tables_logged(c), "");
	queue_take(c, head);
	assert_null(r->head);
	assert_null(r->told);
	assert_null(r->asking);
	assert_false(r->holds || bitset_has(&r->nodes, n->idx));
	assert_true(c->queue.cycle_due); /* others may have its nodes */
	assert_string_equal(tables_logged(c), "nodes released job=default/head\n");
}

/* A cycle that begins anew forgets it; the log has said it, until it says otherwise. */
static void what_was_told_stands(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *head = tables_job(c, "head", 1);
	c->reservation.head = c->reservation.told = head;
	reservation_clear(c);
	assert_null(c->reservation.head);
	assert_ptr_equal(c->reservation.told, head);
	reservation_untold(c);
	reservation_untold(c);
	assert_non_null(strstr(tables_logged(c), "nodes released job=default/head\n"));
	assert_string_equal(tables_logged(c), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(it_goes_with_its_job),
		T(what_was_told_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
