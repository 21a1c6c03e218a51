/* SPDX-License-Identifier: Apache-2.0 */
/* The reservations alone: what goes with the job that they are for. (Who gets one is decided in
 * place/reserve.) */
#include "coordinator/core/state/reservation.h"

#include <string.h>

#include "coordinator/core/state/hold.h"
#include "coordinator/core/state/queue.h"
#include "test/unit/coordinator/state/tables.h"

static void they_go_with_their_jobs(void **state)
{
	struct core *c = tables_of(state);
	struct reservation_table *t = &c->reservations;
	struct job_record *a = tables_job(c, "a", 2), *b = tables_job(c, "b", 1);
	struct job_record *other = tables_job(c, "other", 1);
	queue_put(c, a, 2);
	queue_put(c, b, 1);
	queue_put(c, other, 1);
	bitset_set(&reservation_add(c, a)->nodes, 1);
	bitset_set(&reservation_add(c, b)->nodes, 2);
	reservation_told(c, a);
	reservation_told(c, a);
	t->asking = a;
	c->queue.cycle_due = false;
	tables_logged(c);
	queue_take(c, other); /* of no concern to them */
	assert_int_equal(t->n, 2);
	assert_string_equal(tables_logged(c), "");
	assert_false(c->queue.cycle_due);
	queue_take(c, a);
	assert_null(t->asking);
	assert_null(reservation_of(c, a));
	assert_ptr_equal(reservation_of(c, b), &t->v[0]);
	assert_string_equal(tables_names(c, &t->v[0].nodes), "");
	assert_true(bitset_has(&t->v[0].nodes, 2) && !bitset_has(&t->v[0].nodes, 1));
	assert_true(c->queue.cycle_due); /* others may have its nodes */
	assert_string_equal(tables_logged(c), "nodes released job=default/a\n");
	queue_take(c, b); /* the log has not said it */
	assert_int_equal(t->n, 0);
	assert_string_equal(tables_logged(c), "");
}

/* A cycle makes them anew; the log has said it, until the end of the cycle says otherwise. */
static void a_cycle_makes_them_anew(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *a = tables_job(c, "a", 1), *b = tables_job(c, "b", 1);
	bitset_set(&reservation_add(c, a)->nodes, 1);
	reservation_add(c, b);
	reservation_told(c, a);
	reservation_told(c, b);
	tables_logged(c);
	reservations_begin(c, -3);
	assert_int_equal(c->reservations.n, 0);
	assert_false(c->reservations.fell);
	struct reservation *r = reservation_add(c, b);
	assert_false(bitset_has(&r->nodes, 1));
	assert_true(r->at_ms == INT64_MAX && r->until_ms == INT64_MAX && !r->equal);
	assert_string_equal(tables_logged(c), "");
	reservations_end(c);
	assert_string_equal(tables_logged(c), "nodes released job=default/a\n");
	reservations_begin(c, -4);
	assert_true(c->reservations.fell);
	reservation_untold(c, b);
	assert_string_equal(tables_logged(c), "nodes released job=default/b\n");
	reservation_untold(c, b);
	assert_string_equal(tables_logged(c), "");
}

/* Those of the cycle before make room. */
static void the_log_says_so_of_a_bounded_number(void **state)
{
	struct core *c = tables_of(state);
	for (char name[] = "a"; *name < 'a' + RESERVATIONS_MAX; (*name)++)
		reservation_told(c, tables_job(c, name, 1));
	struct job_record *z = tables_job(c, "z", 1);
	reservation_add(c, z);
	tables_logged(c);
	reservation_told(c, z);
	assert_int_equal(c->reservations.ntold, 1);
	assert_non_null(strstr(tables_logged(c), "nodes released job=default/a\n"));
	reservations_forget(c);
	assert_int_equal(c->reservations.ntold, 0);
}

/* A job that got a node, or comes again, begins to wait anew. */
static void how_long_a_job_waits(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 3);
	queue_put(c, j, 3);
	assert_int_equal(j->place.since_ms, c->now_ms);
	hold_since(j, c->now_ms);
	hold_pause(j, c->now_ms + 5);
	assert_int_equal(j->place.held_ms, 0);
	assert_int_equal(j->place.pause_ms, c->now_ms + 5);
	assert_int_equal(j->place.in_vain, 1);
	c->now_ms += 10;
	queue_placed(c, j, 0);
	assert_int_equal(j->place.since_ms, c->now_ms - 10);
	queue_placed(c, j, 1);
	assert_int_equal(j->place.want, 2);
	assert_int_equal(j->place.since_ms, c->now_ms);
	assert_true(!j->place.pause_ms && !j->place.in_vain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(they_go_with_their_jobs),
		T(a_cycle_makes_them_anew),
		T(the_log_says_so_of_a_bounded_number),
		T(how_long_a_job_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
