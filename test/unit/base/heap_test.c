/* SPDX-License-Identifier: Apache-2.0 */
#include "base/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"

enum { NODES = 50, STEPS = 20000 };

static void in_order_of_time_then_insertion(void **state)
{
	struct heap h = {0};
	struct heap_node a = {0}, b = {0}, c = {0};
	(void)state;
	assert_int_equal(heap_next(&h), INT64_MAX);
	assert_null(heap_pop_due(&h, 100));
	heap_set(&h, &a, 5);
	heap_set(&h, &b, 5);
	heap_set(&h, &c, 3);
	assert_int_equal(heap_next(&h), 3);
	assert_null(heap_pop_due(&h, 2));
	assert_ptr_equal(heap_pop_due(&h, 9), &c);
	assert_ptr_equal(heap_pop_due(&h, 9), &a);
	heap_set(&h, &b, INT64_MAX); /* takes it out */
	assert_null(heap_pop_due(&h, 9));
	heap_remove(&h, &b);
	heap_done(&h);
}

/* The plain answer: the least time of those that are in. */
static int64_t least(const struct heap_node *v)
{
	int64_t due = INT64_MAX;
	for (int i = 0; i < NODES; i++) {
		if (v[i].pos != 0 && v[i].due_ms < due)
			due = v[i].due_ms;
	}
	return due;
}

static void as_a_plain_search_would(void **state)
{
	struct heap h = {0};
	struct heap_node v[NODES] = {0};
	struct rng rng = {7};
	(void)state;
	for (int step = 0; step < STEPS; step++) {
		struct heap_node *n = &v[rng_below(&rng, NODES)];
		uint64_t what = rng_below(&rng, 10);
		if (what < 6) {
			heap_set(&h, n, (int64_t)rng_below(&rng, 1000));
		} else if (what < 8) {
			heap_remove(&h, n);
			assert_int_equal(n->pos, 0);
		} else {
			int64_t due = least(v);
			struct heap_node *popped = heap_pop_due(&h, 500);
			assert_int_equal(popped != NULL, due <= 500);
			if (popped)
				assert_int_equal(popped->due_ms, due);
		}
		assert_int_equal(heap_next(&h), least(v));
		const struct heap_node *first = heap_first(&h);
		assert_int_equal(first ? first->due_ms : INT64_MAX, least(v));
	}
	heap_done(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order_of_time_then_insertion),
		cmocka_unit_test(as_a_plain_search_would),
	};
	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
