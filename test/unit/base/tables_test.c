/* SPDX-License-Identifier: Apache-2.0 */
/* Bitsets, interned strings, hashes, return codes, backoff. */
#include <string.h>

#include "base/backoff.h"
#include "base/bitset.h"
#include "base/hash.h"
#include "base/intern.h"
#include "base/mem.h"
#include "test/lib/check.h"

static void test_bitset_against_bools(void **state)
{
	enum { N = 300 };
	bool model[N] = {0};
	struct rng rng = {42};
	AUTO(bitset_done) struct bitset b = {0};
	(void)state;
	for (int step = 0; step < 5000; step++) {
		uint32_t i = (uint32_t)rng_below(&rng, N);
		model[i] = rng_next(&rng) & 1;
		if (model[i])
			bitset_set(&b, i);
		else
			bitset_clear(&b, i);
	}
	uint32_t count = 0, next = bitset_next(&b, 0);
	for (uint32_t i = 0; i < N; i++) {
		assert_int_equal(bitset_has(&b, i), model[i]);
		count += model[i];
		if (model[i]) {
			assert_int_equal(next, i);
			next = bitset_next(&b, i + 1);
		}
	}
	assert_int_equal(next, UINT32_MAX);
	assert_int_equal(bitset_count(&b), count);
	for (uint32_t n = 0; n < N; n++)
		assert_int_equal(bitset_has_many(&b, n), n <= count);
	assert_false(bitset_has(&b, 1000000));
}

static void test_bitset_algebra(void **state)
{
	(void)state;
	AUTO(bitset_done) struct bitset a = {0}, b = {0}, c = {0};
	bitset_set(&a, 1);
	bitset_set(&a, 200);
	bitset_set(&b, 1);
	bitset_copy(&c, &a);
	bitset_and(&c, &b);
	assert_int_equal(bitset_count(&c), 1);
	bitset_or(&b, &a);
	assert_true(bitset_has(&b, 200));
	bitset_andnot(&b, &c);
	assert_false(bitset_has(&b, 1));
	bitset_copy(&a, &c);
	assert_false(bitset_has(&a, 200));
	bitset_zero(&a);
	assert_int_equal(bitset_count(&a), 0);
}

/* Sets of any two lengths. */
static void test_bitset_algebra_of_lengths(void **state)
{
	enum { WORDS = 11 };
	struct rng rng = {43};
	(void)state;
	for (uint32_t n = 0; n < WORDS; n++) {
		for (uint32_t m = 0; m < WORDS; m++) {
			AUTO(bitset_done) struct bitset a = {0}, b = {0}, with = {0}, without = {0};
			for (uint32_t i = 0; i < n * 64; i++)
				if (i == n * 64 - 1 || rng_next(&rng) & 1)
					bitset_set(&a, i);
			for (uint32_t i = 0; i < m * 64; i++)
				if (i == m * 64 - 1 || rng_next(&rng) & 1)
					bitset_set(&b, i);
			bitset_copy(&with, &a);
			bitset_and(&with, &b);
			bitset_copy(&without, &a);
			bitset_andnot(&without, &b);
			for (uint32_t i = 0; i < WORDS * 64; i++) {
				bool in = bitset_has(&a, i), other = bitset_has(&b, i);
				assert_int_equal(bitset_has(&with, i), in && other);
				assert_int_equal(bitset_has(&without, i), in && !other);
			}
		}
	}
}

static void test_intern(void **state)
{
	(void)state;
	struct intern *t = intern_new();
	uint32_t a = intern_get(t, "a");
	assert_int_equal(intern_get(t, "a"), a);
	uint32_t b = intern_get(t, "b");
	assert_int_not_equal(a, b);
	assert_string_equal(intern_str(t, b), "b");
	assert_int_equal(intern_find(t, "c"), 0);
	intern_put(t, a);
	assert_int_equal(intern_find(t, "a"), a);
	intern_put(t, a);
	assert_int_equal(intern_find(t, "a"), 0);
	assert_int_equal(intern_get(t, "c"), a);
	assert_int_equal(intern_count(t), 2);
	assert_null(intern_free(t));
}

/* Pod names are made from these: they must never change. */
static void test_hashes_are_stable(void **state)
{
	char name[13], hex[17];
	(void)state;
	hash_name(hash_u64(hash_str(0, "uid"), 7), name, 5);
	hash_hex(hash_str(0, "template"), hex);
	assert_string_equal(name, "kmkk9");
	assert_string_equal(hex, "041915bad5ef7038");
	assert_true(hash_str(hash_str(0, "a"), "bc") != hash_str(hash_str(0, "ab"), "c"));
}

static void test_backoff(void **state)
{
	struct rng rng = {1};
	struct backoff b = {.base_ms = 100, .cap_ms = 1000};
	(void)state;
	for (int i = 0; i < 50; i++) {
		int64_t plain = backoff_plain(100, 1000, b.n + 1);
		int64_t ms = backoff_next(&b, &rng);
		assert_true(ms >= plain / 2 && ms <= plain);
	}
	assert_int_equal(backoff_plain(100, 1000, 4), 800);
	assert_int_equal(backoff_plain(100, 1000, 5), 1000);
	assert_int_equal(backoff_plain(10000, 360000, UINT32_MAX), 360000);
}

static void test_rc_texts(void **state)
{
	(void)state;
	assert_string_equal(rc_name(RC_TOOBIG), "TOOBIG");
	assert_string_equal(rc_text(RC_GONE), "resource version is too old");
	assert_int_equal(rc_retry(RC_GONE), RETRY_RELIST);
	assert_int_equal(rc_retry(RC_UNAUTHORIZED), RETRY_REAUTH);
	assert_int_equal(rc_retry(RC_OK), RETRY_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bitset_against_bools),
		cmocka_unit_test(test_bitset_algebra),
		cmocka_unit_test(test_bitset_algebra_of_lengths),
		cmocka_unit_test(test_intern),
		cmocka_unit_test(test_hashes_are_stable),
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_rc_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
