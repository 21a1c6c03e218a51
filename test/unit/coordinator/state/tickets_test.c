/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets alone: who has one, whose turn it is, and when they come back. */
#include "coordinator/core/state/tickets.h"

#include "base/text.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "test/unit/coordinator/state/tables.h"

#define MEMORY (INT64_C(100000) * GI)

/* An attempt that waits. */
static struct attempt *waiting(struct core *c, struct job_record *j, uint32_t index,
			       struct node_record *n)
{
	struct attempt *a = tables_attempt(c, j, index, n);
	ticket_back(c, a);
	a->ticket.number = 0;
	ticket_want(c, a);
	return a;
}

static void set_window(struct core *c, uint32_t window)
{
	c->cfg.creates_initial = window;
	tickets_forget(c);
}

static struct node_record *nodes(struct core *c, uint32_t n, struct node_record **ret)
{
	static const char *const names[] = {"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7"};
	for (uint32_t i = 0; i < n; i++)
		ret[i] = tables_node(c, names[i], 100000, MEMORY);
	return ret[0];
}

static void no_more_than_the_window(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[8];
	set_window(c, 4);
	nodes(c, 8, n);
	struct job_record *j = tables_job(c, "a", 8);
	for (uint32_t i = 0; i < 8; i++)
		waiting(c, j, i, n[i]);
	ticket_want(c, attempt_find(c, j, 0, 1)); /* it waits already */
	for (uint32_t i = 0; i < 4; i++) {
		struct attempt *a = tickets_next(c);
		assert_int_equal(a->id.index, i);
		assert_true(ticket_held(a) && a->ticket.number);
	}
	assert_null(tickets_next(c));
	assert_int_equal(tickets_deadline(c), INT64_MAX);
	struct attempt *a = attempt_find(c, j, 1, 1);
	ticket_back(c, a);
	ticket_answered(c, a); /* does nothing */
	ticket_refused(c, a, 0);
	ticket_failed(c, a);
	assert_int_equal(tickets_next(c)->id.index, 4);
	/* What is under way already counts, too. */
	ticket_found(c, attempt_find(c, j, 7, 1));
	ticket_found(c, attempt_find(c, j, 7, 1));
	ticket_back(c, attempt_find(c, j, 0, 1));
	assert_null(tickets_next(c));
	ticket_back(c, attempt_find(c, j, 2, 1));
	assert_int_equal(tickets_next(c)->id.index, 5);
}

/* Another leader gives other numbers. */
static void numbers_are_given_once(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[1];
	nodes(c, 1, n);
	struct job_record *j = tables_job(c, "a", 2);
	waiting(c, j, 0, n[0]);
	tickets_begin(c, 1);
	uint32_t first = tickets_next(c)->ticket.number;
	ticket_back(c, attempt_find(c, j, 0, 1));
	waiting(c, j, 1, n[0]);
	tickets_begin(c, 2);
	assert_int_not_equal(tickets_next(c)->ticket.number, first);
}

/* Whoever holds the fewest is next: namespaces first, then jobs; of equals the smallest. */
static void shares(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[8];
	AUTO(buf_done) struct buf b = BUF_INIT(256);
	set_window(c, 64);
	nodes(c, 8, n);
	struct job_record *large = tables_job(c, "large", 6), *small = tables_job(c, "small", 2),
			  *other = tables_job(c, "other", 3);
	const char *ns = other->ns;
	other->ns = "elsewhere";
	for (uint32_t i = 0; i < 6; i++)
		waiting(c, large, i, n[i]);
	for (uint32_t i = 0; i < 2; i++)
		waiting(c, small, i, n[i]);
	for (uint32_t i = 0; i < 3; i++)
		waiting(c, other, i, n[i]);
	for (struct attempt *a; (a = tickets_next(c));)
		buf_printf(&b, "%c%u ", *a->job->name, a->id.index);
	assert_string_equal(buf_str(&b), "s0 o0 l0 o1 s1 o2 l1 l2 l3 l4 l5 ");
	other->ns = ns;
}

/* A namespace is forgotten when nobody of it waits or holds, but for the last one. */
static void one_after_the_other(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[2];
	set_window(c, 8);
	nodes(c, 2, n);
	struct job_record *a = tables_job(c, "a", 2), *b = tables_job(c, "b", 2);
	const char *ns = b->ns;
	b->ns = "elsewhere";
	for (uint32_t i = 0; i < 2; i++) {
		struct attempt *x = waiting(c, a, i, n[i]);
		assert_ptr_equal(tickets_next(c), x);
		ticket_back(c, x);
		assert_int_equal(HASH_COUNT(c->tickets.shares), 1);
		x = waiting(c, b, i, n[i]);
		assert_ptr_equal(tickets_next(c), x);
		assert_int_equal(HASH_COUNT(c->tickets.shares), 1);
		ticket_want(c, attempt_find(c, a, i, 1));
		assert_int_equal(HASH_COUNT(c->tickets.shares), 2);
		ticket_back(c, x); /* while the other one was looked up last */
		assert_int_equal(HASH_COUNT(c->tickets.shares), 1);
		ticket_drop(c, attempt_find(c, a, i, 1));
	}
	b->ns = ns;
	tickets_forget(c);
	assert_null(c->tickets.shares);
}

static void a_node_has_a_quarter(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[8];
	set_window(c, 8);
	nodes(c, 2, n);
	for (uint32_t i = 0; i < 5; i++) {
		static const char *const names[] = {"a", "b", "c", "d", "e"};
		waiting(c, tables_job(c, names[i], 2), 0, n[0]);
	}
	struct attempt *one = tickets_next(c), *two = tickets_next(c);
	assert_null(tickets_next(c));
	assert_int_equal(n[0]->tickets.held, 2);
	assert_non_null(n[0]->tickets.parked);
	/* The other node is not kept waiting. */
	waiting(c, two->job, 1, n[1]);
	assert_ptr_equal(tickets_next(c)->node, n[1]);
	ticket_answered(c, one);
	assert_ptr_equal(tickets_next(c)->node, n[0]);
	assert_null(tickets_next(c));
	/* One that waits beside its node goes away; the rest is woken when none is held any more.
	 */
	attempt_free(c, n[0]->tickets.parked);
	for (struct attempt *a = n[0]->attempts; a; a = a->node_next)
		ticket_back(c, a);
	assert_null(n[0]->tickets.parked);
	assert_non_null(tickets_next(c));
}

/* A window below four still gives a node one. */
static void at_least_one(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	set_window(c, 2);
	waiting(c, tables_job(c, "a", 1), 0, n);
	assert_non_null(tickets_next(c));
}

static void who_leaves(void **state)
{
	static const struct {
		const char *name;
		bool by_coordinator, seen, connected, silent, lost, gets;
	} cases[] = {
		{"its agent is heard", false, false, true, false, false, true},
		{"its pod was seen meanwhile", false, true, true, false, false, false},
		{"its agent is gone", false, false, false, false, false, false},
		{"its agent is silent", false, false, true, true, false, false},
		{"its node is lost", false, false, true, false, true, false},
		{"the coordinator needs no agent", true, false, false, false, true, true},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *world = NULL;
		tables_setup(&world);
		struct core *c = world;
		struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
		struct attempt *a = waiting(c, tables_job(c, "a", 1), 0, n);
		a->by_coordinator = cases[i].by_coordinator;
		if (cases[i].seen)
			text_set(&a->pod_uid, "u1");
		if (!cases[i].connected)
			node_set_connected(c, n, false);
		if (cases[i].silent)
			node_set_silent(c, n, true);
		if (cases[i].lost)
			attempt_set_state(c, a, ATTEMPT_LOST);
		CASE(cases[i].name, (tickets_next(c) == a) == cases[i].gets);
		CASE(cases[i].name, !c->tickets.nwaiting);
		tables_teardown(&world);
	}
	(void)state;
}

static void stopped_while_it_waits(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = waiting(c, tables_job(c, "a", 1), 0, n);
	attempt_set_state(c, a, ATTEMPT_STOPPING);
	assert_int_equal(a->ticket.state, TICKET_NONE);
	assert_int_equal(tickets_deadline(c), INT64_MAX);
}

/* What one node tells alone changes nothing for others, where there are others. */
static void whose_refusal_counts(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n[8];
	set_window(c, 32);
	nodes(c, 3, n);
	struct job_record *j = tables_job(c, "a", 8), *k = tables_job(c, "b", 8);
	struct attempt *a = waiting(c, j, 0, n[0]), *b = waiting(c, j, 1, n[1]);
	struct attempt *d = waiting(c, k, 0, n[0]), *own = waiting(c, k, 2, n[2]);
	own->by_coordinator = true;
	c->now_ms += 10;
	while (tickets_next(c))
		;
	c->now_ms += 10;
	ticket_refused(c, a, 1000);
	ticket_refused(c, d, 1000);
	assert_int_equal(c->tickets.pace.window, 32);
	ticket_refused(c, b, 1000); /* another one says so, too */
	assert_int_equal(c->tickets.pace.window, 16);
	c->now_ms += 20000;
	ticket_back(c, own);
	ticket_want(c, own);
	tickets_next(c);
	c->now_ms += 10;
	ticket_refused(c, own, 0);
	assert_int_equal(c->tickets.pace.window, 8);
	c->now_ms += 20000;
	ticket_want(c, a);
	tickets_next(c);
	c->now_ms += 10;
	ticket_refused(c, a, 0); /* long after the other */
	assert_int_equal(c->tickets.pace.window, 8);
}

static void in_a_small_cluster_one_node_counts(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	set_window(c, 32);
	struct attempt *a = waiting(c, tables_job(c, "a", 1), 0, n);
	tickets_next(c);
	c->now_ms += 10;
	ticket_refused(c, a, 0);
	assert_int_equal(c->tickets.pace.window, 16);
}

/* No answer after a long time is a slow answer. */
static void without_an_answer(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = waiting(c, tables_job(c, "a", 1), 0, n);
	tickets_next(c);
	c->now_ms += 100;
	ticket_failed(c, a);
	assert_int_equal(c->tickets.pace.times[PACE_CREATE].n, 0);
	ticket_want(c, a);
	tickets_next(c);
	c->now_ms += 10000;
	ticket_failed(c, a);
	assert_int_equal(c->tickets.pace.times[PACE_CREATE].n, 1);
	assert_int_equal(c->tickets.pace.out, 0);
}

/* 0 says that there is no ticket. */
static void numbers_go_on(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "n1", 4000, MEMORY);
	struct attempt *a = waiting(c, tables_job(c, "a", 1), 0, n);
	c->tickets.last = UINT32_MAX;
	tickets_next(c);
	assert_int_equal(a->ticket.number, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(no_more_than_the_window),
		T(numbers_are_given_once),
		T(shares),
		T(one_after_the_other),
		T(a_node_has_a_quarter),
		T(at_least_one),
		cmocka_unit_test(who_leaves),
		T(stopped_while_it_waits),
		T(whose_refusal_counts),
		T(in_a_small_cluster_one_node_counts),
		T(without_an_answer),
		T(numbers_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
