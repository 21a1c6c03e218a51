/* SPDX-License-Identifier: Apache-2.0 */
/* Orders alone: what a node is ordered to run, and that its session is told only of another set. */
#include "coordinator/core/state/orders.h"

#include <string.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "test/unit/coordinator/state/tables.h"

#define ROOM_MEMORY (INT64_C(100000) * GI)

/* "JOB/INDEX/ATTEMPT" of each order, with "!" where the agent is to create the pod. */
static void assert_orders(struct core *c, const char *expected)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	const struct order *v;
	uint64_t revision;
	uint32_t n;
	orders_view(c, "n1", &v, &n, &revision);
	for (uint32_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s/%u/%u%s", i ? " " : "", v[i].job_name, v[i].index,
			   v[i].attempt, v[i].launch ? "!" : "");
	assert_string_equal(buf_str(&b), expected);
}

static void what_is_ordered(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 100000, ROOM_MEMORY);
	struct job_record *j = tables_job(c, "a", 5);
	struct attempt *plain = tables_attempt(c, j, 0, n),
		       *by_coordinator = tables_attempt(c, j, 1, n);
	struct attempt *seen = tables_attempt(c, j, 2, n), *claimed = tables_attempt(c, j, 3, n);
	struct attempt *old = tables_attempt(c, j, 4, n);
	by_coordinator->by_coordinator = true; /* the coordinator creates it itself */
	text_set(&seen->pod_uid, "u1");
	claimed->confirmed = false; /* only an agent has said that it is there */
	attempt_set_state(c, old, ATTEMPT_LOST);
	tables_attempt(c, j, 4, tables_node(c, "n2", 100000, ROOM_MEMORY)); /* supersedes it */
	orders_emit(c, n);
	assert_string_equal(tables_did(c), "ORDERS n1\n");
	assert_orders(c, "a/0/1! a/1/1 a/2/1");
	attempt_set_state(c, plain, ATTEMPT_STOPPING);
	orders_emit(c, n);
	assert_orders(c, "a/1/1 a/2/1");
	j->object.known = false; /* what is not known to be wanted is not ordered */
	attempt_order_changed(c, seen);
	attempt_order_changed(c, by_coordinator);
	orders_emit(c, n);
	assert_orders(c, "");
	assert_true(n->orders.sum == orders_sum(n));
	j->object.known = true; /* as the table of names has it */
}

static uint64_t revision_of(struct core *c)
{
	const struct order *v;
	uint64_t revision;
	uint32_t n;
	orders_view(c, "n1", &v, &n, &revision);
	return revision;
}

/* The revision is another whenever the set is, and only then. */
static void a_session_is_told_of_changes_alone(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 100000, ROOM_MEMORY);
	struct job_record *j = tables_job(c, "a", 2);
	assert_int_equal(revision_of(c), 1); /* nothing was ever ordered */
	struct attempt *a = tables_attempt(c, j, 0, n);
	orders_emit(c, n);
	uint64_t one = revision_of(c);
	assert_true(one > 1);
	tables_did(c);
	attempt_order_changed(c, a); /* looked at, and as it was */
	attempt_set_state(c, a, ATTEMPT_RUNNING);
	orders_emit(c, n);
	assert_string_equal(tables_did(c), "");
	assert_int_equal(revision_of(c), one);
	attempt_free(c, a);
	orders_emit(c, n);
	assert_string_equal(tables_did(c), "ORDERS n1\n");
	assert_true(revision_of(c) > one);
	orders_emit(c, n);
	assert_string_equal(tables_did(c), "");
	c->settled = false; /* what is not decided is not ordered */
	assert_int_equal(revision_of(c), 0);
}

/* The agent knows of the pod that it has told of. A session that begins, or is told of another
 * change, gets the UID. */
static void what_the_agent_told_is_no_news(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 100000, ROOM_MEMORY);
	struct job_record *j = tables_job(c, "a", 2);
	struct attempt *a = tables_attempt(c, j, 0, n), *b = tables_attempt(c, j, 1, n);
	orders_emit(c, n);
	uint64_t one = revision_of(c);
	tables_did(c);
	attempt_pod_seen(c, a, "u1", true);
	assert_int_equal(revision_of(c), 0); /* not decided yet */
	orders_emit(c, n);
	assert_string_equal(tables_did(c), "");
	assert_int_equal(revision_of(c), one);
	assert_orders(c, "a/0/1 a/1/1!");
	attempt_pod_seen(c, b, "u2", false); /* from a list of the coordinator's own */
	orders_emit(c, n);
	assert_string_equal(tables_did(c), "ORDERS n1\n");
	assert_true(revision_of(c) > one);
	assert_true(n->orders.sum == orders_sum(n));
}

static void pod_seen(struct core *c, struct attempt *a)
{
	text_set(&a->pod_uid, "u1");
	attempt_order_changed(c, a);
}

static void gone(struct core *c, struct attempt *a)
{
	attempt_free(c, a);
}

static void as_before(struct core *c, struct attempt *a)
{
	attempt_order_changed(c, a);
}

static void all_in_question(struct core *c, struct attempt *a)
{
	(void)c;
	a->node->orders.recount = true;
}

/* From a change until it is looked at nothing is shown. A set that turns out to be the same is told
 * again if a step ended before: somebody may have asked. */
static void undecided_orders_are_not_shown(void **state)
{
	static const struct {
		const char *name;
		void (*happens)(struct core *, struct attempt *);
		bool unsettled; /* a step ended before it was looked at */
		const char *did;
		bool another;
	} cases[] = {
		{"a pod was seen", pod_seen, false, "ORDERS n1\n", true},
		{"a pod was seen, and a step ended", pod_seen, true, "ORDERS n1\n", true},
		{"an attempt is gone", gone, false, "ORDERS n1\n", true},
		{"all is as it was", as_before, false, "", false},
		{"all is as it was, and a step ended", as_before, true, "ORDERS n1\n", false},
		{"all were in question", all_in_question, false, "", false},
		{"all were in question, and a step ended", all_in_question, true, "ORDERS n1\n",
		 false},
	};
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 100000, ROOM_MEMORY);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct job_record *j = tables_job(c, "a", 1);
		struct attempt *a = tables_attempt(c, j, 0, n);
		orders_emit(c, n);
		uint64_t before = revision_of(c);
		tables_did(c);
		cases[i].happens(c, a);
		CASE(cases[i].name, revision_of(c) == 0);
		assert_orders(c, "");
		c->unsettled = cases[i].unsettled;
		orders_emit(c, n);
		c->unsettled = false;
		CASE_STR(cases[i].name, tables_did(c), cases[i].did);
		CASE(cases[i].name,
		     cases[i].another ? revision_of(c) > before : revision_of(c) == before);
		assert_orders(c, cases[i].happens == gone       ? ""
				 : cases[i].happens == pod_seen ? "a/0/1"
								: "a/0/1!");
		tables_job_free(c, j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(what_is_ordered),
		T(a_session_is_told_of_changes_alone),
		T(what_the_agent_told_is_no_news),
		T(undecided_orders_are_not_shown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
