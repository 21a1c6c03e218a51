/* SPDX-License-Identifier: Apache-2.0 */
/* When a pod leaves the Services of its gang, and when it comes back. */
#include "coordinator/core/attempt/address.h"

#include "coordinator/core/attempt/loss.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(8000) * GI)

static struct attempt *running(struct core *c, struct job_record *j, const char *node)
{
	struct attempt *a = tables_attempt(c, j, 0, tables_node(c, node, 4000, MEMORY));
	text_set(&a->pod_uid, "u1");
	attempt_set_state(c, a, ATTEMPT_RUNNING);
	return a;
}

static void lose(struct core *c, struct attempt *a)
{
	a->node->verdict.loss = NODE_LOST;
	attempt_lost(c, a);
}

/* A lost member keeps its address until another one takes its place. */
static void who_takes_its_place(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a = running(c, tables_job(c, "a", 1), "n1");
	lose(c, a);
	assert_string_equal(tables_did(c), "");
	attempt_take_address(c, a);
	assert_string_equal(tables_did(c), "POD_LABEL u1 none\n");
	attempt_take_address(c, a); /* once */
	assert_string_equal(tables_did(c), "");
	attempt_found(c, a); /* the one that took its place has ended meanwhile */
	assert_string_equal(tables_did(c), "POD_LABEL u1 current\n");
	attempt_give_address(c, a);
	assert_string_equal(tables_did(c), "");
}

/* A new leader finds one that was replaced before; a pod that was not seen has no address. */
static void replaced_before(void **state)
{
	struct core *c = tables_of(state);
	struct job_record *j = tables_job(c, "a", 1);
	struct attempt *old = running(c, j, "n1");
	attempt_leave_slot(old);
	lose(c, old);
	assert_string_equal(tables_did(c), "POD_LABEL u1 none\n");
	struct attempt *unseen = tables_attempt(c, j, 0, tables_node(c, "n2", 4000, MEMORY));
	lose(c, unseen);
	attempt_take_address(c, unseen);
	assert_string_equal(tables_did(c), "");
}

/* One that is being deleted on a dead node is no address, whichever of the two came first. */
static void deleted_out_of_reach(void **state)
{
	struct core *c = tables_of(state);
	struct attempt *a = running(c, tables_job(c, "a", 1), "n1");
	attempt_stop(c, a, "job scaled down");
	assert_string_equal(tables_did(c), "POD_DELETE u1\n");
	lose(c, a);
	assert_string_equal(tables_did(c), "POD_LABEL u1 none\n");
	struct attempt *b = running(c, tables_job(c, "b", 1), "n2");
	lose(c, b);
	attempt_stop(c, b, "job scaled down");
	assert_string_equal(tables_did(c), "POD_LABEL u1 none\nPOD_DELETE u1\n");
	struct attempt *orphan = running(c, tables_job(c, "c", 1), "n3");
	attempt_orphan(c, orphan);
	lose(c, orphan);
	assert_string_equal(tables_did(c), "");
}

/* A write that failed is tried again, by a timer of its own or with the next delete. */
static void written_again(void **state)
{
	static const struct {
		enum rc rc;
		bool done;
	} answers[] = {{RC_OK, true},        {RC_NOTFOUND, true},  {RC_INVALID, true},
		       {RC_FORBIDDEN, true}, {RC_CONFLICT, false}, {RC_TIMEOUT, false}};
	struct core *c = tables_of(state);
	struct attempt *a = running(c, tables_job(c, "a", 1), "n1");
	lose(c, a);
	attempt_take_address(c, a);
	tables_did(c);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		assert_int_equal(attempt_address_written(c, a, answers[i].rc, "words"),
				 answers[i].done);
		assert_int_equal(a->label_due, !answers[i].done);
	}
	attempt_timer_due(c, a);
	assert_string_equal(tables_did(c), "POD_LABEL u1 none\n");
	attempt_timer_due(c, a); /* there is nothing to do */
	assert_string_equal(tables_did(c), "");
	attempt_stop(c, a, "superseded");
	assert_true(attempt_address_written(c, a, RC_TIMEOUT, "words"));
	tables_did(c);
	attempt_timer_due(c, a);
	assert_string_equal(tables_did(c), "POD_LABEL u1 none\nPOD_DELETE u1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(who_takes_its_place),
		T(replaced_before),
		T(deleted_out_of_reach),
		T(written_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
