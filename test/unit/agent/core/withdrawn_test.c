/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator waits for the pod of an order that it has withdrawn, until it is told that there
 * is none. */
#include "test/unit/agent/core/world.h"

#include <stdlib.h>

#include "model/message.h"

static void expect_orders(struct world *w, uint32_t n)
{
	struct agent_core_stats s;
	agent_core_stats(w->c, &s);
	assert_int_equal(s.orders, n);
}

static void withdraw(struct world *w)
{
	buf_reset(&w->did);
	orders(w, 9, NULL, 0);
}

static void never_tried(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 9, &o, 1); /* its template has not come */
	withdraw(w);
	expect(w, "report ");
	expect_snapshot(w, "p/:Gone ");
	expect_snapshot(w, "");
	expect_orders(w, 0);
	template(w);
	orders(w, 9, &o, 1); /* nothing is left of it */
	expect(w, "create:p ");
}

static void told_in_a_report(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 9, &o, 1);
	withdraw(w);
	expect(w, "report ");
	orders(w, 9, NULL, 0);
	expect_orders(w, 1); /* it is to be told yet */
	buf_reset(&w->did);
	expect_told(w, "p/:Gone ");
	expect_told(w, "");
	expect_orders(w, 0);
}

static void ordered_again_after_it_was_told(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 9, &o, 1);
	withdraw(w);
	expect_told(w, "p/:Gone ");
	template(w);
	orders(w, 9, &o, 1);
	expect_told(w, "p/:Gone ");
	expect_orders(w, 1);
}

/* It will be told that there is no such pod, and whoever hears it takes another number. */
static void ordered_again_before_it_is_told(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	orders(w, 9, &o, 1);
	withdraw(w);
	template(w);
	orders(w, 9, &o, 1);
	expect(w, "report ");
	expect_told(w, "p/:Gone ");
	expect_orders(w, 1);
}

static void the_coordinator_was_to_make_it(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	ready(w);
	o.launch = false;
	orders(w, 9, &o, 1);
	withdraw(w);
	expect_told(w, "");
	expect_orders(w, 0);
}

/* The coordinator knows of the pod already: nothing is to be told. */
static void its_pod_was_seen_by_the_coordinator(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	o.pod_uid = "u1";
	orders(w, 9, &o, 1); /* nothing is read before the pods are listed */
	expect_orders(w, 1);
	withdraw(w);
	expect(w, "");
	expect_orders(w, 0);
	ready(w);
	expect_snapshot(w, "");
}

static void how_its_create_ends(void **state)
{
	static const struct {
		const char *name;
		enum rc rc;
		bool pod;
		const char *told;
	} cases[] = {
		{"refused", RC_FORBIDDEN, false, "p/:Denied "},
		{"made", RC_OK, true, "p/u1:Pending "},
		{"made before", RC_EXISTS, true, "p/u1:Pending "},
		{"unknown", RC_TIMEOUT, false, ""},
		{"may be made when tried again", RC_SERVER, false, ""},
		{"there, and gone when read", RC_EXISTS, false, ""},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct world *w = *state;
		struct pod p = member_pod("p", "u1", POD_PENDING);
		print_message("%s\n", cases[i].name);
		launching(w);
		withdraw(w);
		expect_told(w, "");
		expect_snapshot(w, "p/: "); /* a new leader hears of it */
		expect_orders(w, 1);
		buf_reset(&w->did);
		created(w, "p", cases[i].rc, cases[i].pod ? &p : NULL, 0);
		expect_told(w, cases[i].told);
		expect_snapshot(w, cases[i].pod ? cases[i].told : "");
		expect_orders(w, 0);
		buf_reset(&w->did);
		tick(w, w->now + 100000);
		expect(w, ""); /* and no other try */
		teardown(state);
		setup(state);
	}
}

static void its_pod_is_seen_first(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_PENDING);
	launching(w);
	withdraw(w);
	pod(w, &p);
	expect_orders(w, 0);
	created(w, "p", RC_OK, &p, 0);
	buf_reset(&w->did);
	expect_told(w, "p/u1:Pending ");
}

/* Its create is out; whatever that answers, there will be no pod. */
static void another_pod_takes_its_name(void **state)
{
	struct world *w = *state;
	struct pod p = foreign_pod("p", NULL, 0);
	p.meta.ns = "ns";
	launching(w);
	withdraw(w);
	pod(w, &p);
	expect_orders(w, 1);
	expect_told(w, "p/:Held +cap");
	expect_told(w, "");
	expect_orders(w, 0);
	created(w, "p", RC_EXISTS, &p, 0);
	expect_told(w, "");
}

/* Pods are listed anew while its create is out: that the pod is not among them says nothing. */
static void its_pod_is_not_listed_yet(void **state)
{
	struct world *w = *state;
	launching(w);
	withdraw(w);
	synced(w);
	expect_told(w, "");
	expect_orders(w, 1);
	created(w, "p", RC_FORBIDDEN, NULL, 0);
	expect_told(w, "p/:Denied ");
	expect_told(w, "");
	expect_orders(w, 0);
}

/* Whether a create without an answer was carried out, nobody knows: nothing is told. */
static void tried_and_waiting_for_the_next_try(void **state)
{
	struct world *w = *state;
	launching(w);
	created(w, "p", RC_TIMEOUT, NULL, 0);
	withdraw(w);
	expect_told(w, "");
	expect_orders(w, 0);
}

static void refused_before(void **state)
{
	for (int told = 0; told < 2; told++) {
		struct world *w = *state;
		launching(w);
		created(w, "p", RC_FORBIDDEN, NULL, 0);
		if (told)
			expect_told(w, "p/:Denied ");
		withdraw(w);
		expect_told(w, told ? "" : "p/:Denied ");
		expect_told(w, "");
		expect_orders(w, 0);
		teardown(state);
		setup(state);
	}
}

static void named_again_while_its_create_is_out(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	launching(w);
	withdraw(w);
	orders(w, 9, &o, 1);
	template(w);
	created(w, "p", RC_SERVER, NULL, 0);
	buf_reset(&w->did);
	tick(w, w->now + 1000);
	expect(w, "create:p ");
	expect_orders(w, 1);
}

/* Sets of orders that come and go faster than they are told. */
static void very_many(void **state)
{
	struct world *w = *state;
	struct order *v = mem_zalloc(NODE_PODS_MAX, sizeof *v);
	char(*names)[16] = mem_zalloc(NODE_PODS_MAX, sizeof *names);
	ready(w);
	for (uint32_t set = 0; set < 4; set++) {
		for (uint32_t i = 0; i < NODE_PODS_MAX; i++) {
			AUTO(buf_done) struct buf b = BUF_INIT(15);
			buf_printf(&b, "p%u-%u", set, i);
			for (size_t k = 0; k <= b.len; k++)
				names[i][k] = buf_str(&b)[k];
			v[i] = order_of(names[i], 1);
		}
		orders(w, 9, v, NODE_PODS_MAX);
	}
	expect_orders(w, 2 * NODE_PODS_MAX);
	free(names);
	free(v);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(never_tried),
		T(told_in_a_report),
		T(ordered_again_before_it_is_told),
		T(ordered_again_after_it_was_told),
		T(the_coordinator_was_to_make_it),
		T(its_pod_was_seen_by_the_coordinator),
		T(how_its_create_ends),
		T(its_pod_is_seen_first),
		T(another_pod_takes_its_name),
		T(its_pod_is_not_listed_yet),
		T(tried_and_waiting_for_the_next_try),
		T(refused_before),
		T(named_again_while_its_create_is_out),
		T(very_many),
	};
	return cmocka_run_group_tests_name("agent_withdrawn", tests, NULL, NULL);
}
