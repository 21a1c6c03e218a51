/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "coordinator/core/timers.h"

enum { N = 500 };

/* Whatever was set, moved and cleared: what is due comes by time, ties by who was set first. */
static void come_in_order(void **state)
{
	struct timers t = {0};
	struct timer v[N] = {0};
	struct rng r = {7};
	(void)state;
	for (uint32_t i = 0; i < 4 * N; i++) {
		struct timer *x = &v[rng_below(&r, N)];
		if (rng_below(&r, 4) == 0)
			timer_clear(&t, x);
		else
			timer_set(&t, x, (int64_t)rng_below(&r, 100));
	}
	uint32_t set = 0, popped = 0;
	for (uint32_t i = 0; i < N; i++)
		set += v[i].pos != 0;
	const struct timer *last = NULL, *x;
	assert_null(timers_pop(&t, -1));
	for (; (x = timers_pop(&t, 60)); last = x, popped++) {
		assert_true(x->when_ms <= 60 && x->pos == 0);
		assert_true(!last || last->when_ms < x->when_ms ||
			    (last->when_ms == x->when_ms && last->seq < x->seq));
	}
	assert_true(timers_next(&t) > 60);
	while (timers_pop(&t, 100))
		popped++;
	assert_int_equal(popped, set);
	assert_true(timers_next(&t) == INT64_MAX);
	timers_done(&t);
}

static void for_ever_is_never(void **state)
{
	struct timers t = {0};
	struct timer x = {0};
	(void)state;
	timer_set(&t, &x, 5);
	timer_set(&t, &x, INT64_MAX);
	assert_true(timers_next(&t) == INT64_MAX && !x.pos);
	timers_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(come_in_order),
					   cmocka_unit_test(for_ever_is_never)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
