/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that wait for a node that kube-scheduler has found. */
#include "coordinator/core/state/nominated.h"

#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "test/unit/coordinator/state/tables.h"

static void waits(struct core *c, const char *uid, const char *node, int64_t cpu_milli)
{
	const struct res asks[] = {{"cpu", cpu_milli}, {"example.com/unknown", 1000}};
	struct pod pod = {.meta = {.uid = uid}, .nominated = node, .requests = {asks, 2}};
	nominated_set(c, &pod);
}

static int64_t room(struct core *c, struct node_record *n, uint32_t res)
{
	nominated_count(c, n);
	res_caps(c, n);
	return res_row(c, n, ROW_CAP)[res];
}

static void their_room_is_theirs(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *a = tables_node(c, "a", 4000, 8000);
	struct node_record *b = tables_node(c, "b", 4000, 8000);
	int64_t pods = room(c, a, RES_PODS);
	a->caps_dirty = b->caps_dirty = false;
	waits(c, "u1", "a", 1000);
	assert_true(a->caps_dirty && !b->caps_dirty);
	assert_int_equal(room(c, a, RES_CPU), 3000);
	assert_int_equal(room(c, a, RES_PODS), pods - 1000);
	assert_int_equal(room(c, b, RES_CPU), 4000);
	waits(c, "u2", "a", 2000);
	waits(c, "u1", "a", 1500); /* it asks for more */
	assert_int_equal(room(c, a, RES_CPU), 500);
	a->caps_dirty = b->caps_dirty = false;
	waits(c, "u1", "b", 1500); /* another node */
	assert_true(a->caps_dirty && b->caps_dirty);
	assert_int_equal(room(c, a, RES_CPU), 2000);
	assert_int_equal(room(c, b, RES_CPU), 2500);
	waits(c, "u3", "a", 0); /* one that asks for no CPU takes none */
	assert_int_equal(room(c, a, RES_CPU), 2000);
	waits(c, "u3", "a", -5000); /* nor does it give any */
	assert_int_equal(room(c, a, RES_CPU), 2000);
	waits(c, "u3", "a", INT64_MAX);
	assert_int_equal(room(c, a, RES_CPU), 0);
	nominated_forget(c);
	assert_int_equal(room(c, a, RES_CPU), 4000);
}

/* Until the agent of its node has told of it. */
static void one_that_left_counts_for_a_while(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "a", 4000, 8000);
	waits(c, "u1", "a", 1000);
	waits(c, "u2", "nowhere", 1000);
	nominated_left(c, "u0");
	nominated_left(c, "u2");
	nominated_left(c, "u1");
	assert_int_equal(HASH_COUNT(c->nominated.all), 1);
	assert_int_equal(heap_next(&c->timers), c->now_ms + NOMINATED_LEFT_MS);
	assert_int_equal(room(c, n, RES_CPU), 3000);
	c->now_ms += NOMINATED_LEFT_MS;
	assert_int_equal(room(c, n, RES_CPU), 4000);
	assert_int_equal(HASH_COUNT(c->nominated.all), 0);
}

/* The room is counted again at the earliest time at which something of it is over. */
static void each_is_over_in_its_time(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "a", 4000, 8000);
	waits(c, "u1", "a", 1000);
	waits(c, "u2", "a", 1000);
	node_set_room_timer(c, n, c->now_ms + 9000); /* a refusal */
	nominated_left(c, "u1");
	assert_int_equal(heap_next(&c->timers), c->now_ms + NOMINATED_LEFT_MS);
	node_set_room_timer(c, n, c->now_ms + 60000); /* another one */
	assert_int_equal(heap_next(&c->timers), c->now_ms + NOMINATED_LEFT_MS);
	c->now_ms += NOMINATED_LEFT_MS - 1;
	nominated_left(c, "u2");
	c->now_ms++;
	assert_ptr_equal(heap_pop_due(&c->timers, c->now_ms), &n->room_timer);
	assert_int_equal(room(c, n, RES_CPU), 3000);
	assert_int_equal(heap_next(&c->timers), c->now_ms + NOMINATED_LEFT_MS - 1);
	nominated_forget(c);
}

/* They are found by the next that comes. */
static void those_of_a_node_that_went(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "a", 4000, 8000);
	waits(c, "u1", "a", 1000);
	waits(c, "u2", "a", 1000);
	nominated_left(c, "u1");
	node_free(c, n);
	waits(c, "u3", "b", 1000);
	assert_int_equal(HASH_COUNT(c->nominated.all), 3);
	c->now_ms += NOMINATED_LEFT_MS;
	waits(c, "u3", "b", 1000);
	assert_int_equal(HASH_COUNT(c->nominated.all), 3);
	waits(c, "u4", "b", 1000);
	assert_int_equal(HASH_COUNT(c->nominated.all), 3); /* u2, u3, u4 */
	nominated_forget(c);
}

/* Nothing of a deleted Node stays; what left another one counts there as before. */
static void those_of_a_deleted_node(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "a", 4000, 8000);
	struct node_record *b = tables_node(c, "b", 4000, 8000);
	waits(c, "u1", "a", 1000);
	waits(c, "u2", "a", 1000);
	waits(c, "u3", "b", 1000);
	waits(c, "u4", "b", 500);
	nominated_left(c, "u1");
	nominated_left(c, "u4");
	n->kube.exists = false;
	nominated_node_deleted(c, "a");
	assert_int_equal(HASH_COUNT(c->nominated.all), 3);
	assert_int_equal(room(c, b, RES_CPU), 2500);
	nominated_left(c, "u2"); /* there is no Node any more whose agent could tell of it */
	assert_int_equal(HASH_COUNT(c->nominated.all), 2);
	nominated_forget(c);
}

static void bounded(void **state)
{
	struct core *c = tables_of(state);
	struct node_record *n = tables_node(c, "a", 4000, 8000);
	for (uint32_t i = 0; i < NOMINATED_MAX; i++) {
		AUTO(buf_done) struct buf uid = BUF_INIT(32);
		buf_printf(&uid, "u%u", i);
		waits(c, buf_str(&uid), "elsewhere", 1);
	}
	waits(c, "one more", "a", 1000);
	assert_int_equal(room(c, n, RES_CPU), 4000);
	waits(c, "u7", "a", 1000); /* known */
	assert_int_equal(room(c, n, RES_CPU), 3000);
	nominated_forget(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, tables_setup, tables_teardown)
		T(their_room_is_theirs),     T(one_that_left_counts_for_a_while),
		T(each_is_over_in_its_time), T(those_of_a_node_that_went),
		T(those_of_a_deleted_node),  T(bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
