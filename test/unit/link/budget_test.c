/* SPDX-License-Identifier: Apache-2.0 */
/* How much a connection may send before it is read more slowly. */
#include "link/front_budget.h"

#include "test/lib/check.h"

enum { KIB = 1024, FRAME = 64 * KIB };

static struct address someone;

static struct conn stranger(struct front *f)
{
	struct conn c = {.front = f, .place.address = &someone};
	budget_start(&c);
	return c;
}

static struct conn agent(struct front *f)
{
	struct conn c = stranger(f);
	c.place.address = NULL;
	budget_vouched(&c);
	return c;
}

/* Bytes that are read at once, in pieces of so many. */
static int64_t taken(struct conn *c, size_t piece)
{
	int64_t n = 0;
	while (budget_left(c) && n < (1 << 30)) {
		budget_pay(c, piece);
		n += (int64_t)piece;
	}
	return n;
}

static void a_stranger_has_little(void **state)
{
	struct front f = {.now_ms = 1000};
	struct conn c = stranger(&f);
	(void)state;
	assert_int_equal(taken(&c, KIB), 160 * KIB);
	assert_true(c.budget.waits);
	assert_int_equal(f.nslowed, 1);
	assert_false(budget_left(&c)); /* asked again, it waits once */
	assert_int_equal(f.nslowed, 1);
	assert_null(budget_next(&f));
	f.now_ms += 1000;
	assert_ptr_equal(budget_next(&f), &c);
	assert_null(budget_next(&f));
	assert_int_equal(taken(&c, KIB), 64 * KIB);
	budget_drop(&c);
	assert_null(f.slowed);
	/* However long it was silent, it has no more than at its start. */
	static const int64_t silent_ms[] = {50000, 3600000};
	for (size_t i = 0; i < ARRAY_LEN(silent_ms); i++) {
		f.now_ms += silent_ms[i];
		assert_int_equal(taken(&c, KIB), 160 * KIB);
		budget_drop(&c);
	}
}

static void an_agent_has_more(void **state)
{
	struct front f = {.now_ms = 1000};
	struct conn c = agent(&f);
	(void)state;
	assert_int_equal(taken(&c, FRAME), 4096 * KIB);
	f.now_ms += 1000;
	assert_ptr_equal(budget_next(&f), &c);
	assert_int_equal(taken(&c, FRAME), 1024 * KIB);
	budget_drop(&c);
}

/* A frame of a few bytes is work, too: 160 of them are read at once, then 64 a second. */
static void a_frame_costs_a_kilobyte(void **state)
{
	struct front f = {.now_ms = 1000};
	struct conn c = stranger(&f);
	uint32_t n = 0;
	(void)state;
	for (; budget_left(&c) && n < 100000; n++) {
		budget_pay(&c, 12);
		budget_frame(&c, 12);
	}
	assert_int_equal(n, 160);
	budget_drop(&c);
	/* A large one costs what it has. */
	struct conn other = stranger(&f);
	budget_frame(&other, FRAME);
	assert_int_equal(taken(&other, KIB), 160 * KIB);
	budget_drop(&other);
}

/* Nobody is served twice before the others that wait. */
static void those_that_wait_take_turns(void **state)
{
	struct front f = {.now_ms = 1000};
	struct conn a = stranger(&f), b = stranger(&f);
	(void)state;
	taken(&a, KIB);
	taken(&b, KIB);
	f.now_ms += 100;
	assert_ptr_equal(budget_next(&f), &a);
	taken(&a, KIB);
	f.now_ms += 100;
	assert_ptr_equal(budget_next(&f), &b);
	assert_ptr_equal(budget_next(&f), &a);
	assert_null(f.slowed);
}

/* A clock that stands still or goes back gives nothing. */
static void time_gives_nothing_twice(void **state)
{
	struct front f = {.now_ms = 1000};
	struct conn c = stranger(&f);
	(void)state;
	taken(&c, KIB);
	f.now_ms -= 500;
	assert_null(budget_next(&f));
	f.now_ms += 500;
	assert_null(budget_next(&f));
	budget_drop(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stranger_has_little),
		cmocka_unit_test(an_agent_has_more),
		cmocka_unit_test(a_frame_costs_a_kilobyte),
		cmocka_unit_test(those_that_wait_take_turns),
		cmocka_unit_test(time_gives_nothing_twice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
