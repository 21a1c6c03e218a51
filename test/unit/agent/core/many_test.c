/* SPDX-License-Identifier: Apache-2.0 */
/* More pods, and more names of resources, than there are places for. */
#include <string.h>

#include "agent/core/foreign.h"
#include "model/quantity.h"
#include "test/unit/agent/core/world.h"

static struct agent_core_stats stats(struct world *w)
{
	struct agent_core_stats s;
	agent_core_stats(w->c, &s);
	return s;
}

/* Foreign pods f<from>…, one after the other. */
static void foreign_pods(struct world *w, uint32_t from, uint32_t n, enum pod_phase phase)
{
	for (uint32_t i = from; i < from + n; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(32);
		buf_printf(&name, "f%u", i);
		struct pod p = foreign_pod(buf_str(&name), NULL, 0);
		p.phase = phase;
		pod(w, &p);
	}
}

/* Members m<from>… that have succeeded. */
static void ended_members(struct world *w, uint32_t from, uint32_t n)
{
	for (uint32_t i = from; i < from + n; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(32);
		buf_printf(&name, "m%u", i);
		struct pod p = member_pod(buf_str(&name), buf_str(&name), POD_SUCCEEDED);
		pod(w, &p);
	}
}

static void tell_all(struct world *w)
{
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	while (changes(w, 64, &cap, &has, &v, &n))
		;
}

static uint32_t snapshot(struct world *w, const struct member **ret)
{
	struct capacity cap;
	uint32_t n;
	agent_core_snapshot(w->c, &cap, ret, &n);
	agent_core_told(w->c);
	return n;
}

/* --terminated-pod-gc-threshold is 12,500 for the whole cluster: they may all be on one node. */
static void foreign_pods_that_have_ended_need_no_record(void **state)
{
	struct world *w = *state;
	ready(w);
	foreign_pods(w, 0, 12500, POD_SUCCEEDED);
	assert_int_equal(stats(w).pods, 0);
	foreign_pods(w, 20000, 2, POD_RUNNING);
	assert_int_equal(stats(w).pods, 2);
	foreign_pods(w, 20000, 1, POD_FAILED);
	assert_int_equal(stats(w).pods, 1);
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	pod(w, &p);
	expect_told(w, "p/u1:Running +cap");
	assert_int_equal(stats(w).pods_left_out, 0);
}

/* An orphan that ends: it is told as gone, and needs its record no longer. */
static void an_orphan_that_has_ended_needs_no_record(void **state)
{
	struct world *w = *state;
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	pod(w, &p);
	expect_told(w, "p/u1:Running ");
	p.meta.owner_uid = p.meta.owner_kind = NULL;
	p.phase = POD_SUCCEEDED;
	pod(w, &p);
	assert_int_equal(stats(w).pods, 1);
	expect_told(w, "p/u1:Gone ");
	expect_told(w, "");
	assert_int_equal(stats(w).pods, 0);
}

/* What runs is never crowded out by members that have ended: those that were told go first, those
 * that an order asks for never. */
static void members_that_have_ended_give_way(void **state)
{
	struct world *w = *state;
	const struct member *v;
	struct order o = order_of("m0", 1);
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	ended_members(w, 0, 2);
	tell_all(w);
	orders(w, 5, &o, 1);
	ended_members(w, 2, NODE_PODS_MAX - 2);
	assert_int_equal(stats(w).pods, NODE_PODS_MAX);
	pod(w, &p); /* m1 goes */
	assert_int_equal(stats(w).pods, NODE_PODS_MAX);
	foreign_pods(w, 0, 1, POD_RUNNING); /* m2 goes, though it was not told */
	assert_int_equal(stats(w).pods, NODE_PODS_MAX);
	assert_int_equal(stats(w).pods_left_out, 0);
	assert_int_equal(snapshot(w, &v), NODE_PODS_MAX - 1);
	assert_string_equal(v[0].pod, "p");
	assert_string_equal(v[1].pod, "m0");
	assert_string_equal(v[2].pod, "m3");
	ended_members(w, 1, 1); /* its pod changes: it is told again, that is all */
	expect_told(w, "m1/m1:Succeeded ");
}

/* A Hello has NODE_PODS_MAX members: what runs, and what it leaves out is reported afterwards. */
static void what_a_hello_has_no_place_for_is_reported(void **state)
{
	struct world *w = *state;
	const struct member *v;
	struct order o[] = {order_of("x", 1), order_of("y", 1)};
	struct pod p = member_pod("p", "u1", POD_RUNNING), other = foreign_pod("x", NULL, 0);
	ready(w);
	template(w);
	orders(w, 5, o, 2);
	other.meta.ns = "ns";
	created(w, "x", RC_EXISTS, &other, 0);
	other.meta.name = "y";
	created(w, "y", RC_EXISTS, &other, 0);
	ended_members(w, 0, NODE_PODS_MAX - 1);
	pod(w, &p);
	tell_all(w);
	assert_int_equal(snapshot(w, &v), NODE_PODS_MAX);
	assert_string_equal(v[0].pod, "p");
	assert_int_equal(v[1].phase, MEMBER_HELD);
	assert_int_equal(v[2].phase, MEMBER_HELD);
	expect_told(w, "m4093/m4093:Succeeded m4094/m4094:Succeeded ");
	expect_told(w, "");
}

/* It would count as gone, and run a second time elsewhere. */
static void a_member_always_has_a_record(void **state)
{
	struct world *w = *state;
	struct order o = order_of("p", 1);
	struct pod p = member_pod("p", "u1", POD_RUNNING);
	ready(w);
	foreign_pods(w, 0, NODE_PODS_MAX + 2, POD_RUNNING);
	assert_int_equal(stats(w).pods_left_out, 2);
	tell_all(w);
	template(w);
	orders(w, 5, &o, 1);
	created(w, "p", RC_OK, &p, 0);
	expect_told(w, "p/u1:Running ");
	pod(w, &p);
	synced(w);
	expect_told(w, "");
	assert_int_equal(stats(w).members, 1);
}

/* ---- names of resources ---- */

static struct reslist foreign(struct world *w)
{
	struct capacity cap;
	const struct member *v;
	uint32_t n;
	bool has;
	assert_true(changes(w, 64, &cap, &has, &v, &n));
	return cap.foreign;
}

static void the_node(struct world *w, const struct res *v, uint32_t n)
{
	const struct reslist l = {v, n};
	step(w, (struct agent_event){.type = AEV_NODE, .allocatable = &l});
}

/* A kubelet takes no notice of what the node does not have. */
static void what_the_node_does_not_have_does_not_count(void **state)
{
	static const struct res asks[] = {{"a.example/x", 1000}, {"b.example/y", 2000}, {"cpu", 3}};
	static const struct res has[] = {{"cpu", 4000}, {"b.example/y", 8000}, {"a.a/a", 1000}};
	struct world *w = *state;
	struct pod p = foreign_pod("f", asks, ARRAY_LEN(asks));
	ready(w);
	pod(w, &p);
	assert_int_equal(foreign(w).n, 3); /* the node is not known yet */
	the_node(w, has, ARRAY_LEN(has));
	struct reslist l = foreign(w);
	assert_int_equal(l.n, 2);
	assert_int_equal(reslist_get(&l, "b.example/y"), 2000);
	assert_int_equal(reslist_get(&l, "cpu"), 3);
	the_node(w, has, 1);
	assert_int_equal(foreign(w).n, 1);
}

/* cpu, memory and ephemeral-storage have their places, however many names come before them. */
static void there_are_so_many_names(void **state)
{
	struct world *w = *state;
	static char names[70][24];
	static struct res asks[73];
	for (uint32_t i = 0; i < 70; i++) {
		AUTO(buf_done) struct buf b = BUF_INIT(24);
		buf_printf(&b, "a.example/%u", i);
		memcpy(names[i], buf_str(&b), b.len + 1);
		asks[i] = (struct res){names[i], 1000};
	}
	asks[70] = (struct res){"cpu", 1};
	asks[71] = (struct res){"ephemeral-storage", 2};
	asks[72] = (struct res){"memory", 3};
	struct pod p = foreign_pod("f", asks, 73);
	ready(w);
	pod(w, &p);
	struct reslist l = foreign(w);
	assert_int_equal(l.n, FOREIGN_NAMES_MAX);
	assert_int_equal(reslist_get(&l, "cpu"), 1);
	assert_int_equal(reslist_get(&l, "ephemeral-storage"), 2);
	assert_int_equal(reslist_get(&l, "memory"), 3);
	assert_int_equal(reslist_get(&l, "a.example/60"), 1000);
	pod(w, &p); /* the same again is no news */
	expect_told(w, "");
	p.phase = POD_FAILED;
	pod(w, &p);
	assert_int_equal(foreign(w).n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(foreign_pods_that_have_ended_need_no_record),
		T(an_orphan_that_has_ended_needs_no_record),
		T(members_that_have_ended_give_way),
		T(what_a_hello_has_no_place_for_is_reported),
		T(a_member_always_has_a_record),
		T(what_the_node_does_not_have_does_not_count),
		T(there_are_so_many_names),
	};
	return cmocka_run_group_tests_name("agent_many", tests, NULL, NULL);
}
