/* SPDX-License-Identifier: Apache-2.0 */
/* Both ends of how orders are told: what the coordinator's session sends, and what the agent's
 * makes of it. */
#include "sync/server/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "sync/agent/orders.h"

enum { PODS = 40 };

struct world {
	struct server_told told;
	struct agent_orders agent;
	char pods[PODS][8];
	struct order v[PODS]; /* the node's set, n of it */
	uint32_t n;
	uint64_t revision;
	uint32_t changes, wholes;
};

static int setup(void **state)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	agent_orders_init(&w->agent);
	for (uint32_t i = 0; i < PODS; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(8);
		buf_printf(&b, "p%u", i);
		for (size_t k = 0; k < b.len; k++)
			w->pods[i][k] = b.data[k];
	}
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	server_told_reset(&w->told);
	agent_orders_done(&w->agent);
	free(w);
	return 0;
}

static struct order order(const struct world *w, uint32_t pod, uint32_t ticket)
{
	return (struct order){.ns = "ns",
			      .pod = w->pods[pod],
			      .job_uid = "u",
			      .template_hash = "h",
			      .launch = ticket,
			      .ticket = ticket};
}

static void add(struct world *w, uint32_t pod, uint32_t ticket)
{
	w->v[w->n++] = order(w, pod, ticket);
	w->revision++;
}

static void take_out(struct world *w, uint32_t place)
{
	for (uint32_t i = place; i + 1 < w->n; i++)
		w->v[i] = w->v[i + 1];
	w->n--;
	w->revision++;
}

/* A frame as it was sent. */
struct frame {
	struct msg_orders m;
	struct order orders[PODS];
	uint32_t gone[PODS * 2];
};

static void sends(struct world *w, uint64_t named, struct frame *f)
{
	AUTO(told_diff_done) struct told_diff d = {0};
	f->m = (struct msg_orders){.revision = w->revision, .orders = f->orders, .gone = f->gone};
	server_told_has(&w->told, named);
	if (!server_told_compare(&w->told, w->v, w->n, &d)) {
		uint32_t first = server_told_whole(&w->told, w->revision, w->v, w->n);
		for (uint32_t i = 0; i < w->n; i++) {
			f->orders[i] = w->v[i];
			f->orders[i].number = first + i;
		}
		f->m.norders = w->n;
		w->wholes++;
		return;
	}
	for (uint32_t i = 0; i < d.nfresh; i++) {
		f->orders[i] = w->v[d.fresh[i]];
		f->orders[i].number = d.number[d.fresh[i]];
	}
	for (uint32_t i = 0; i < d.ngone; i++)
		f->gone[i] = d.gone[i];
	f->m.norders = d.nfresh;
	f->m.ngone = d.ngone;
	f->m.total = w->n;
	f->m.since = w->told.held.revision;
	server_told_changed(&w->told, w->revision, &d);
	w->changes++;
}

static const struct order *held(const struct world *w, const char *pod)
{
	for (uint32_t i = 0; i < w->agent.held.n; i++) {
		if (str_eq(w->agent.held.v[i].pod, pod))
			return &w->agent.held.v[i];
	}
	return NULL;
}

static void assert_same(const struct world *w)
{
	assert_int_equal(w->agent.held.n, w->n);
	for (uint32_t i = 0; i < w->n; i++) {
		const struct order *o = held(w, w->v[i].pod);
		assert_non_null(o);
		assert_int_equal(o->ticket, w->v[i].ticket);
		assert_int_equal(o->launch, w->v[i].launch);
		assert_string_equal(o->pod_uid, str_or_empty(w->v[i].pod_uid));
	}
}

/* One Watch and its answer, of which nothing is lost. */
static void goes_well(struct world *w)
{
	struct frame f;
	sends(w, w->agent.revision, &f);
	assert_int_equal(agent_orders_take(&w->agent, &f.m), AGENT_ORDERS_COMPLETE);
	assert_same(w);
}

/* ---- cases ---- */

static void only_what_changed_is_sent(void **state)
{
	struct world *w = *state;
	struct frame f;
	for (uint32_t i = 0; i < 20; i++)
		add(w, i, i + 1);
	sends(w, 0, &f);
	assert_int_equal(f.m.since, 0);
	assert_int_equal(f.m.norders, 20);
	assert_int_equal(agent_orders_take(&w->agent, &f.m), AGENT_ORDERS_COMPLETE);
	uint64_t base = w->revision;
	w->v[3].pod_uid = "uid";
	w->v[3].launch = false;
	w->v[3].ticket = 0;
	take_out(w, 7);
	add(w, 30, 77);
	sends(w, w->agent.revision, &f);
	assert_int_equal(f.m.since, base);
	assert_int_equal(f.m.norders, 2);
	assert_int_equal(f.m.ngone, 1);
	assert_int_equal(f.m.total, 20);
	assert_int_equal(agent_orders_take(&w->agent, &f.m), AGENT_ORDERS_COMPLETE);
	assert_int_equal(w->agent.revision, w->revision);
	assert_same(w);
}

/* Each thing that an agent is told of an order makes it another one. */
static void every_field_counts(void **state)
{
	struct world *w = *state;
	add(w, 0, 1);
	add(w, 1, 1);
	goes_well(w);
	for (uint32_t i = 0; i < 9; i++) {
		struct order *o = &w->v[0];
		AUTO(told_diff_done) struct told_diff d = {0};
		*o = order(w, 0, 1);
		if (i == 0)
			o->job_name = "j";
		if (i == 1)
			o->job_uid = "v";
		if (i == 2)
			o->pod_uid = "uid";
		if (i == 3)
			o->template_hash = "g";
		o->index += i == 4;
		o->attempt += i == 5;
		o->parallelism += i == 6;
		o->ticket += i == 7;
		o->launch = o->launch && i != 8;
		server_told_has(&w->told, w->agent.revision);
		assert_true(server_told_compare(&w->told, w->v, w->n, &d));
		assert_int_equal(d.nfresh, 1);
		assert_int_equal(d.fresh[0], 0);
	}
}

static void the_same_set_is_an_empty_change(void **state)
{
	struct world *w = *state;
	struct frame f;
	add(w, 0, 1);
	goes_well(w);
	w->revision++;
	sends(w, w->agent.revision, &f);
	assert_int_equal(f.m.norders + f.m.ngone, 0);
	assert_int_equal(agent_orders_take(&w->agent, &f.m), AGENT_ORDERS_COMPLETE);
	assert_int_equal(w->agent.revision, w->revision);
}

static void whole_sets_where_they_are_smaller(void **state)
{
	struct world *w = *state;
	for (uint32_t i = 0; i < 20; i++)
		add(w, i, 1);
	goes_well(w);
	w->n = 0;
	w->revision++;
	goes_well(w); /* all went */
	add(w, 5, 1);
	goes_well(w); /* the one is new */
	w->v[0].ticket = 9;
	w->revision++;
	goes_well(w); /* the one changed */
	assert_int_equal(w->wholes, 4);
}

/* An answer that got lost: the agent names the set of before. */
static void lost_answers(void **state)
{
	struct world *w = *state;
	struct frame lost;
	for (uint32_t i = 0; i < 8; i++)
		add(w, i, 1);
	goes_well(w);
	w->v[2].ticket = 5;
	w->revision++;
	sends(w, w->agent.revision, &lost);
	take_out(w, 4);
	goes_well(w);
	assert_int_equal(w->changes, 2);
	assert_int_equal(agent_orders_take(&w->agent, &lost.m), AGENT_ORDERS_STRAY); /* late */
	assert_same(w);
	take_out(w, 1);
	goes_well(w);
	assert_int_equal(w->wholes, 1);
}

static void sets_that_nobody_knows(void **state)
{
	struct world *w = *state;
	struct frame f;
	for (uint32_t i = 0; i < 8; i++)
		add(w, i, 1);
	goes_well(w);
	take_out(w, 4);
	sends(w, 4711, &f);
	assert_int_equal(f.m.since, 0);
	sends(w, 0, &f);
	assert_int_equal(f.m.since, 0);
}

/* The same Watch came twice, so the same change was sent with other numbers. */
static void numbers_of_a_change_that_was_sent_twice(void **state)
{
	struct world *w = *state;
	struct frame first, second;
	for (uint32_t i = 0; i < 8; i++)
		add(w, i, 1);
	goes_well(w);
	uint64_t named = w->agent.revision;
	add(w, 20, 1);
	sends(w, named, &first);
	sends(w, named, &second);
	assert_int_not_equal(first.orders[0].number, second.orders[0].number);
	assert_int_equal(agent_orders_take(&w->agent, &first.m), AGENT_ORDERS_COMPLETE);
	assert_same(w);
	take_out(w, 8); /* the agent knows it by its first number */
	sends(w, w->agent.revision, &second);
	assert_int_not_equal(second.m.since, 0);
	assert_int_equal(agent_orders_take(&w->agent, &second.m), AGENT_ORDERS_STRAY);
	assert_int_equal(w->agent.held.n, 9); /* what it had, until the whole set comes */
	assert_int_equal(w->agent.revision, 0);
	goes_well(w);
}

static void changes_that_do_not_fit(void **state)
{
	struct world *w = *state;
	uint32_t unknown[] = {99};
	struct order o = order(w, 20, 1);
	add(w, 0, 1);
	add(w, 1, 1);
	goes_well(w);
	o.number = 50;
	const struct msg_orders base = {.revision = 9, .since = w->agent.revision, .total = 2};
	struct msg_orders bad[4] = {base, base, base, base};
	bad[0].gone = unknown; /* a number that is not there */
	bad[0].ngone = 1;
	bad[1].total = 3; /* another number of orders */
	bad[2].orders = &o;
	bad[2].norders = 1;
	bad[3].since++; /* another set */
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		w->agent.revision = base.since;
		assert_int_equal(agent_orders_take(&w->agent, &bad[i]), AGENT_ORDERS_STRAY);
		assert_int_equal(w->agent.revision, i < 3 ? 0 : base.since);
		assert_int_equal(w->agent.held.n, 2);
	}
	struct msg_orders paged = base;
	paged.more = true;
	assert_int_equal(agent_orders_take(&w->agent, &paged), AGENT_ORDERS_STRAY);
}

static void numbers_end(void **state)
{
	struct world *w = *state;
	add(w, 0, 1);
	add(w, 1, 1);
	w->told.numbers = UINT32_MAX - 3;
	goes_well(w);
	assert_int_equal(w->told.numbers, UINT32_MAX - 1);
	w->v[0].ticket = 2;
	w->revision++;
	goes_well(w); /* no number is left: the whole set, with numbers from the first on */
	assert_int_equal(w->told.numbers, 2);
	assert_int_equal(w->changes, 0);
}

/* Whatever is lost, doubled or late: when the agent has the coordinator's revision, it has its
 * set. */
static void any_way(void **state)
{
	struct world *w = *state;
	struct rng rng = {.s = 4711};
	struct frame old[4] = {0};
	uint32_t nold = 0, complete = 0;
	for (uint32_t round = 0; round < 20000; round++) {
		uint32_t pod = (uint32_t)rng_below(&rng, PODS), place = 0;
		while (place < w->n && !str_eq(w->v[place].pod, w->pods[pod]))
			place++;
		if (place == w->n)
			add(w, pod, 1);
		else if (rng_below(&rng, 2))
			take_out(w, place);
		else
			w->v[place].ticket++, w->revision++;
		uint64_t named = rng_below(&rng, 10) ? w->agent.revision : w->revision / 2;
		struct frame *f = &old[nold++ % 4];
		sends(w, named, f);
		if (rng_below(&rng, 3) == 0) /* one of the last comes, or comes again */
			f = &old[rng_below(&rng, 4)];
		if (rng_below(&rng, 8) && f->m.revision)
			agent_orders_take(&w->agent, &f->m);
		if (w->agent.revision == w->revision) {
			assert_same(w);
			complete++;
		}
	}
	assert_true(complete > 5000 && w->changes > 5000 && w->wholes > 500);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {T(only_what_changed_is_sent),
					   T(every_field_counts),
					   T(the_same_set_is_an_empty_change),
					   T(whole_sets_where_they_are_smaller),
					   T(lost_answers),
					   T(sets_that_nobody_knows),
					   T(numbers_of_a_change_that_was_sent_twice),
					   T(changes_that_do_not_fit),
					   T(numbers_end),
					   T(any_way)};
#undef T
	return cmocka_run_group_tests(tests, NULL, NULL);
}
