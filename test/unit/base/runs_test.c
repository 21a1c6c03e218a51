/* SPDX-License-Identifier: Apache-2.0 */
/* Sets as runs: the same as bits, and their text. */
#include "base/runs.h"

#include <string.h>

#include "base/bitset.h"
#include "base/mem.h"
#include "base/rng.h"
#include "test/lib/check.h"

enum { MOST = 70 };

static bool same(const struct runs *r, const struct bitset *b)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < MOST + 2; i++) {
		uint32_t next = i, out = i;
		while (next < MOST && !bitset_has(b, next))
			next++;
		while (bitset_has(b, out))
			out++;
		if (runs_has(r, i) != bitset_has(b, i) || runs_count(r, i) != n ||
		    runs_next(r, i) != (next < MOST ? next : UINT32_MAX) ||
		    runs_next_out(r, i) != out)
			return false;
		n += bitset_has(b, i);
	}
	for (uint32_t i = 0; i < r->n; i++) {
		if (r->v[i].first > r->v[i].last || (i && r->v[i - 1].last + 1 >= r->v[i].first))
			return false;
	}
	return true;
}

static void draw(struct rng *rng, struct runs *r, struct bitset *b)
{
	uint32_t n = (uint32_t)rng_below(rng, 60);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t k = (uint32_t)rng_below(rng, MOST);
		runs_add(r, k);
		bitset_set(b, k);
	}
}

static void as_a_bitset(void **state)
{
	struct rng rng = {3};
	(void)state;
	for (int i = 0; i < 3000; i++) {
		AUTO(runs_done) struct runs r = {0}, o = {0}, again = {0};
		AUTO(bitset_done) struct bitset b = {0}, p = {0};
		AUTO(buf_done) struct buf text = BUF_INIT(1000);
		draw(&rng, &r, &b);
		draw(&rng, &o, &p);
		assert_true(same(&r, &b));
		runs_format(&r, MOST, &text);
		assert_int_equal(runs_parse(&again, buf_str(&text), MOST - 1), RC_OK);
		assert_true(same(&again, &b));
		uint32_t common = 0;
		for (uint32_t k = 0; k < MOST - 5; k++)
			common += bitset_has(&b, k) && bitset_has(&p, k);
		assert_int_equal(runs_common(&r, &o, MOST - 5), common);
		runs_or(&r, &o);
		bitset_or(&b, &p);
		assert_true(same(&r, &b));
		runs_or(&r, &o);
		assert_true(same(&r, &b));
		runs_andnot(&r, &o);
		bitset_andnot(&b, &p);
		assert_true(same(&r, &b));
	}
}

static void numbers_below_an_end(void **state)
{
	static const struct {
		uint32_t end;
		const char *text;
	} cases[] = {{0, ""},      {1, "0"},       {3, "0-2"},      {4, "0-3"},
		     {6, "0-3,5"}, {7, "0-3,5,6"}, {100, "0-3,5-8"}};
	AUTO(runs_done) struct runs r = {0};
	(void)state;
	assert_int_equal(runs_parse(&r, "0-3,5-8", 99), RC_OK);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(buf_done) struct buf text = BUF_INIT(100);
		runs_format(&r, cases[i].end, &text);
		CASE_STR(cases[i].text, buf_str(&text), cases[i].text);
	}
}

static void test_ranges(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} cases[] = {
		{"", true},        {"0", true},
		{"0,2-5,7", true}, {"0-99", true},
		{"1,", false},     {",1", false},
		{"3,2", false},    {"2-1", false},
		{"1-", false},     {"-1", false},
		{"100", false},    {"x", false},
		{"1 2", false},    {"0-4294967296", false},
		{"0,1", true},     {"0,1,3-5,7,8", true},
	};
	(void)state;
	AUTO(runs_done) struct runs pair = {0};
	AUTO(buf_done) struct buf text = BUF_INIT(1000);
	assert_int_equal(runs_parse(&pair, "3-4", 99), RC_OK);
	runs_format(&pair, 100, &text);
	assert_string_equal(buf_str(&text), "3,4"); /* as the Job controller writes it */
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(runs_done) struct runs b = {0};
		AUTO(buf_done) struct buf out = BUF_INIT(1000);
		enum rc rc = runs_parse(&b, cases[i].text, 99);
		CASE(cases[i].text, (rc == RC_OK) == cases[i].ok);
		runs_format(&b, 100, &out);
		CASE_STR(cases[i].text, buf_str(&out), cases[i].ok ? cases[i].text : "");
	}
}

/* Memory goes with the runs: a text of one run costs one, whatever its numbers. */
static void one_run_of_many_numbers(void **state)
{
	AUTO(runs_done) struct runs r = {0};
	(void)state;
	assert_int_equal(runs_parse(&r, "0-99999", 99999), RC_OK);
	assert_int_equal(r.n, 1);
	assert_int_equal(runs_count(&r, UINT32_MAX), 100000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_a_bitset),
		cmocka_unit_test(numbers_below_an_end),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(one_run_of_many_numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
