/* SPDX-License-Identifier: Apache-2.0 */
/* The keyed hash, against published vectors and another implementation, and what it is for: names
 * that were chosen to share a bucket do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"

/* SipHash-2-4 of the bytes 0, 1, 2 … with the key 0, 1 … 15, from the paper's reference. */
static void published_vectors(void **state)
{
	static const struct {
		size_t len;
		uint64_t hash;
	} cases[] = {
		{0, UINT64_C(0x726fdb47dd0e0e31)},
		{1, UINT64_C(0x74f839c593dc67fd)},
		{8, UINT64_C(0x93f5f5799a932462)},
		{15, UINT64_C(0xa129ca6149be45e5)},
	};
	const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
	unsigned char data[16];
	(void)state;
	for (unsigned i = 0; i < sizeof data; i++)
		data[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_true(siphash(key, 2, 4, data, cases[i].len) == cases[i].hash);
}

/* SipHash-1-3 with the key 0, as CPython hashes bytes: PYTHONHASHSEED=0 python3 -c 'hash(b"a")' */
static void as_elsewhere(void **state)
{
	static const struct {
		const char *text;
		uint64_t hash;
	} cases[] = {
		{"a", UINT64_C(0x407448d2b89b1813)},
		{"muster", UINT64_C(0xa26695f8798e3932)},
		{"12345678", UINT64_C(0x3489982430560a87)},
		{"default/job-17-long-name", UINT64_C(0xba54f30888b8c8fb)},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_true(hash_keyed(0, cases[i].text, strlen(cases[i].text)) == cases[i].hash);
}

static void seed_and_key_count(void **state)
{
	uint64_t plain = hash_keyed_str(0, "job");
	(void)state;
	assert_true(hash_keyed_str(1, "job") != plain);
	hash_key_set(1, 2);
	assert_true(hash_keyed_str(0, "job") != plain);
	hash_key_set(0, 0);
	assert_true(hash_keyed_str(0, "job") == plain);
}

/* 300 names of which the hash without a key has the same last 10 bits: one bucket of 1,024. */
static void chosen_names_spread(void **state)
{
	enum { BUCKETS = 1024, NAMES = 300 };
	static unsigned in[BUCKETS];
	unsigned chosen = 0, most = 0;
	(void)state;
	for (unsigned i = 0; chosen < NAMES; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(32);
		buf_printf(&name, "job-%u", i);
		if (hash_str(0, buf_str(&name)) % BUCKETS)
			continue;
		chosen++;
		unsigned n = ++in[hash_keyed_str(0, buf_str(&name)) % BUCKETS];
		most = n > most ? n : most;
	}
	assert_in_range(most, 1, 6); /* the outcome is always the same: the key is 0 */
}

/* Numbers that differ little, and texts of all lengths that differ in one letter or in length. */
static void quick_ones_differ(void **state)
{
	enum { LENGTHS = 40, NUMBERS = 200, ALL = LENGTHS * 3 + NUMBERS };
	static uint64_t seen[ALL];
	char text[LENGTHS + 1];
	unsigned n = 0;
	(void)state;
	for (unsigned i = 0; i < NUMBERS; i++)
		seen[n++] = hash_mix(i % 2, i / 2);
	memset(text, 'a', sizeof text);
	for (unsigned len = 0; len < LENGTHS; len++) {
		text[len] = 0;
		seen[n++] = hash_mix_str(7, text);
		seen[n++] = hash_mix_str(8, text);
		text[len] = 'b';
		text[len + 1] = 0;
		seen[n++] = hash_mix_str(7, text);
		text[len] = text[len + 1 < LENGTHS ? len + 1 : len] = 'a';
	}
	for (unsigned i = 0; i < n; i++) {
		assert_true(seen[i]);
		for (unsigned k = 0; k < i; k++)
			assert_true(seen[i] != seen[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),  cmocka_unit_test(as_elsewhere),
		cmocka_unit_test(seed_and_key_count), cmocka_unit_test(chosen_names_spread),
		cmocka_unit_test(quick_ones_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
