/* SPDX-License-Identifier: Apache-2.0 */
#include "pace/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/must.h"

static const struct pace_config small = {.least = 2, .most = 100, .initial = 8};

static struct pace new_pace(void)
{
	struct pace p;
	pace_init(&p, &small);
	return p;
}

static uint32_t fill(struct pace *p, int64_t now_ms)
{
	uint32_t n = 0;
	for (; pace_may(p, now_ms); n++)
		pace_started(p);
	return n;
}

/* A window full of requests begins at now_ms, and each is answered after took_ms. */
static void trip(struct pace *p, int64_t now_ms, int64_t took_ms)
{
	uint32_t n = fill(p, now_ms);
	for (uint32_t i = 0; i < n; i++)
		pace_answered(p, PACE_CREATE, now_ms, now_ms + took_ms);
}

static void test_starts_at_initial(void **state)
{
	struct pace p = new_pace();
	(void)state;
	assert_int_equal(fill(&p, 0), 8);
	assert_int_equal(pace_deadline(&p), INT64_MAX);
	pace_back(&p);
	assert_true(pace_may(&p, 0));
	assert_int_equal(p.window, 8);
}

static void test_doubles_while_nothing_was_refused(void **state)
{
	struct pace p = new_pace();
	(void)state;
	fill(&p, 0);
	pace_answered(&p, PACE_CREATE, 0, 10);
	assert_int_equal(p.window, 9);
	while (p.out)
		pace_answered(&p, PACE_CREATE, 0, 10);
	assert_in_range(p.window, 14, 16);
	for (int i = 0; i < 20; i++)
		trip(&p, 100 * i, 10);
	assert_int_equal(p.window, 100);
}

static void test_grows_only_where_it_is_used(void **state)
{
	struct pace p = new_pace();
	(void)state;
	for (int i = 0; i < 100; i++) {
		pace_started(&p);
		pace_answered(&p, PACE_CREATE, i, i + 1);
	}
	assert_int_equal(p.window, 8);
}

static void test_refusals_of_one_time_halve_once(void **state)
{
	struct pace p = new_pace();
	(void)state;
	fill(&p, 100);
	for (int i = 0; i < 8; i++)
		pace_refused(&p, 100, 105 + i, 1000, 0);
	assert_int_equal(p.window, 4);
	assert_int_equal(p.shrinks, 1);
	assert_int_equal(p.refusals, 8);
	assert_true(pace_may(&p, 113)); /* a smaller window is the answer, not a pause */
	fill(&p, 113);
	pace_refused(&p, 113, 120, 0, 0); /* 503, no Retry-After */
	assert_int_equal(p.window, 2);
}

static void test_pauses_at_its_least(void **state)
{
	struct pace p = new_pace();
	(void)state;
	for (int64_t now = 100; p.window > 2; now += 100) {
		fill(&p, now);
		while (p.out)
			pace_refused(&p, now, now + 1, 0, 0);
	}
	fill(&p, 1000);
	pace_refused(&p, 1000, 1001, 3000, 100);
	assert_int_equal(p.window, 2);
	pace_refused(&p, 1000, 1001, 3000, 100);
	assert_false(pace_may(&p, 4100));
	assert_int_equal(pace_deadline(&p), 1001 + 3000 + 100);
	assert_true(pace_may(&p, 4101));
	/* Without Retry-After the pauses grow, up to ten seconds. */
	int64_t now = 5000, pause = 0;
	for (int i = 0; i < 8; i++) {
		pace_started(&p);
		pace_refused(&p, now, now + 1, 0, 0);
		assert_true(pace_deadline(&p) - now - 1 >= pause);
		pause = pace_deadline(&p) - now - 1;
		now = pace_deadline(&p);
	}
	assert_int_equal(pause, 10000);
	pace_started(&p);
	pace_answered(&p, PACE_CREATE, now, now + 5);
	assert_int_equal(p.pauses, 0);
	/* A shorter time does not end a longer pause. */
	pace_started(&p);
	pace_refused(&p, now + 10, now + 11, 5000, 0);
	pace_started(&p);
	pace_refused(&p, now + 12, now + 13, 1000, 0);
	assert_int_equal(pace_deadline(&p), now + 11 + 5000);
}

static void test_comes_back_after_refusals(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 2, .most = 100, .initial = 64});
	for (int64_t now = 100; p.window > 2; now += 100) {
		fill(&p, now);
		while (p.out)
			pace_refused(&p, now, now + 1, 0, 0);
	}
	for (int i = 0; i < 5; i++)
		trip(&p, 20000 + 100 * i, 10);
	assert_true(p.window >= 16); /* at once up to a quarter of its first size … */
	uint32_t window = p.window;
	trip(&p, 30000, 10);
	assert_in_range(p.window, window, window + 1); /* … then by one a round trip */
}

static void test_slow_answers_shrink(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 2, .most = 64, .initial = 32});
	trip(&p, 1000, 10);
	uint32_t window = p.window;
	trip(&p, 2000, 100);
	assert_int_equal(p.window, window - (window + 7) / 8);
	for (int i = 0; i < 40; i++)
		trip(&p, 3000 + 200 * i, 100);
	assert_in_range(p.window, 2, 8);
}

static void test_the_median_decides(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 2, .most = 64, .initial = 64});
	for (int i = 0; i < 20; i++) {
		fill(&p, 1000 * i);
		for (uint32_t n = 0; p.out; n++) /* each fourth is late */
			pace_answered(&p, PACE_CREATE, 1000 * i, 1000 * i + (n % 4 ? 10 : 900));
	}
	assert_int_equal(p.window, 64);
	assert_int_equal(p.shrinks, 0);
}

static void test_each_kind_is_compared_with_itself(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 2, .most = 64, .initial = 64});
	for (int i = 0; i < 20; i++) {
		fill(&p, 1000 * i);
		for (uint32_t n = 0; p.out; n++)
			pace_answered(&p, n % 2 ? PACE_CREATE : PACE_LIST, 1000 * i,
				      1000 * i + (n % 2 ? 10 : 800));
	}
	assert_int_equal(p.window, 64);
	assert_int_equal(p.shrinks, 0);
}

static void test_gets_used_to_a_slower_server(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 4, .most = 64, .initial = 32});
	trip(&p, 0, 10);
	for (int i = 1; i <= 600; i++)
		trip(&p, 1000 * i, 100);
	assert_in_range(p.times[PACE_CREATE].best_ms, 30, 100);
	assert_true(p.window > 16);
}

static void test_between_quick_and_slow_nothing_changes(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 4, .most = 64, .initial = 32});
	trip(&p, 0, 10);
	uint32_t window = p.window;
	for (int i = 1; i < 5; i++)
		trip(&p, 1000 * i, 32);
	assert_int_equal(p.window, window);
}

static void test_slow_but_unused(void **state)
{
	struct pace p;
	(void)state;
	pace_init(&p, &(struct pace_config){.least = 4, .most = 64, .initial = 32});
	for (int i = 0; i < 40; i++) {
		pace_started(&p);
		pace_answered(&p, PACE_CREATE, 1000 * i, 1000 * i + (i ? 500 : 5));
	}
	assert_int_equal(p.window, 32); /* no window of ours makes this server slow */
}

static void test_out_above_the_window(void **state)
{
	struct pace p = new_pace();
	(void)state;
	for (int i = 0; i < 20; i++)
		pace_started(&p); /* found by a new leader */
	assert_false(pace_may(&p, 0));
	for (int i = 0; i < 12; i++)
		pace_back(&p);
	assert_false(pace_may(&p, 0));
	pace_back(&p);
	assert_true(pace_may(&p, 0));
}

static void test_a_clock_that_stands(void **state)
{
	struct pace p = new_pace();
	(void)state;
	pace_started(&p);
	pace_answered(&p, PACE_CREATE, 10, 5);
	assert_int_equal(p.times[PACE_CREATE].best_ms, 0);
}

static void test_jitter(void **state)
{
	(void)state;
	assert_int_equal(pace_jitter(1000, 0), 1000);
	assert_int_equal(pace_jitter(1000, 250), 1250);
	assert_int_equal(pace_jitter(1000, 251), 1000);
	assert_int_equal(pace_jitter(0, 77), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_starts_at_initial),
		cmocka_unit_test(test_doubles_while_nothing_was_refused),
		cmocka_unit_test(test_grows_only_where_it_is_used),
		cmocka_unit_test(test_refusals_of_one_time_halve_once),
		cmocka_unit_test(test_pauses_at_its_least),
		cmocka_unit_test(test_comes_back_after_refusals),
		cmocka_unit_test(test_slow_answers_shrink),
		cmocka_unit_test(test_the_median_decides),
		cmocka_unit_test(test_each_kind_is_compared_with_itself),
		cmocka_unit_test(test_gets_used_to_a_slower_server),
		cmocka_unit_test(test_between_quick_and_slow_nothing_changes),
		cmocka_unit_test(test_slow_but_unused),
		cmocka_unit_test(test_out_above_the_window),
		cmocka_unit_test(test_a_clock_that_stands),
		cmocka_unit_test(test_jitter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
