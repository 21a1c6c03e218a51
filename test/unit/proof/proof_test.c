/* SPDX-License-Identifier: Apache-2.0 */
#include "proof/proof.h"

#include <string.h>

#include "base/mem.h"
#include "test/lib/check.h"

static const struct proof_claim order = {.ns = "default",
					 .pod = "train-3-abcde",
					 .job_uid = "11111111-2222-3333-4444-555555555555",
					 .node = "n1",
					 .template_hash = "0123456789abcdef",
					 .index = 3,
					 .attempt = 2};

static void fill(void *ret, size_t len)
{
	memset(ret, 'r', len);
}

static struct proof_ring *ring(unsigned char key)
{
	unsigned char secret[PROOF_KEY_BYTES];
	struct proof_ring *r = proof_ring_new();
	memset(secret, key, sizeof secret);
	proof_ring_add(r, secret, 1000);
	return r;
}

static void what_is_signed_is_valid(void **state)
{
	char proof[PROOF_TEXT_BYTES], again[PROOF_TEXT_BYTES];
	struct proof_ring *r = ring(1);
	proof_sign(r, &order, proof);
	proof_sign(r, &order, again);
	assert_string_equal(proof, again);
	assert_int_equal(strlen(proof), PROOF_TEXT_BYTES - 1);
	assert_int_equal(proof_check(r, &order, proof), PROOF_VALID);
	proof_ring_free(r);
	(void)state;
}

/* What is proven is each part of the order. Parts do not run into each other. */
static void each_part_counts(void **state)
{
	static const char uid[] = "11111111-2222-3333-4444-555555555555", h[] = "0123456789abcdef";
	static const struct {
		const char *name;
		struct proof_claim claim;
	} cases[] = {
		{"namespace", {"other", "train-3-abcde", uid, "n1", h, 3, 2}},
		{"pod", {"default", "train-3-abcdf", uid, "n1", h, 3, 2}},
		{"uid", {"default", "train-3-abcde", "1", "n1", h, 3, 2}},
		{"node", {"default", "train-3-abcde", uid, "n2", h, 3, 2}},
		{"no node", {"default", "train-3-abcde", uid, NULL, h, 3, 2}},
		{"template", {"default", "train-3-abcde", uid, "n1", "", 3, 2}},
		{"index", {"default", "train-3-abcde", uid, "n1", h, 4, 2}},
		{"attempt", {"default", "train-3-abcde", uid, "n1", h, 3, 3}},
		{"numbers change places", {"default", "train-3-abcde", uid, "n1", h, 2, 3}},
		{"a letter moves", {"defaul", "ttrain-3-abcde", uid, "n1", h, 3, 2}},
	};
	char proof[PROOF_TEXT_BYTES];
	struct proof_ring *r = ring(1);
	proof_sign(r, &order, proof);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE(cases[i].name, proof_check(r, &cases[i].claim, proof) == PROOF_WRONG);
	proof_ring_free(r);
	(void)state;
}

static void texts_that_are_no_proof(void **state)
{
	char proof[PROOF_TEXT_BYTES], other[PROOF_TEXT_BYTES], bad[PROOF_TEXT_BYTES + 1];
	struct proof_ring *r = ring(1), *o = ring(2);
	proof_sign(r, &order, proof);
	proof_sign(o, &order, other);
	static const struct {
		const char *name;
		size_t at;
		char put;
		enum member_proof is;
	} cases[] = {
		{"too short", PROOF_TEXT_BYTES - 2, 0, PROOF_NONE},
		{"no dot", 8, '-', PROOF_NONE},
		{"no digit", 12, 'G', PROOF_NONE},
		{"a capital digit", 12, 'A', PROOF_NONE},
		{"no digit at the end", PROOF_TEXT_BYTES - 2, ' ', PROOF_NONE},
		{"no name of a key", 0, 'x', PROOF_NONE},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		memcpy(bad, proof, sizeof proof);
		bad[cases[i].at] = cases[i].put;
		CASE(cases[i].name, proof_check(r, &order, bad) == cases[i].is);
	}
	memcpy(bad, proof, sizeof proof);
	bad[PROOF_TEXT_BYTES - 2] = bad[PROOF_TEXT_BYTES - 2] == '0' ? '1' : '0';
	assert_int_equal(proof_check(r, &order, bad), PROOF_WRONG);
	memcpy(bad, proof, sizeof proof);
	memcpy(bad + PROOF_TEXT_BYTES - 1, "0", 2);
	assert_int_equal(proof_check(r, &order, bad), PROOF_NONE);
	assert_int_equal(proof_check(r, &order, ""), PROOF_NONE);
	assert_int_equal(proof_check(r, &order, NULL), PROOF_NONE);
	assert_int_equal(proof_check(r, &order, other), PROOF_NONE);
	proof_ring_free(r);
	proof_ring_free(o);
	(void)state;
}

/* No pod has such a name; an agent may say so. */
static void claims_that_are_too_long(void **state)
{
	char proof[PROOF_TEXT_BYTES], name[1200];
	struct proof_claim c = order;
	struct proof_ring *r = ring(1);
	proof_sign(r, &order, proof);
	for (size_t len = 900; len < sizeof name; len++) {
		memset(name, 'a', len);
		name[len] = 0;
		c.pod = name;
		assert_int_equal(proof_check(r, &c, proof), PROOF_WRONG);
	}
	proof_sign(r, &c, proof);
	assert_string_equal(proof, "");
	proof_ring_free(r);
	(void)state;
}

static void older_keys_check(void **state)
{
	char first[PROOF_TEXT_BYTES], second[PROOF_TEXT_BYTES];
	struct proof_ring *r = ring(1);
	proof_sign(r, &order, first);
	proof_ring_make(r, fill, 2000);
	assert_int_equal(proof_ring_count(r), 2);
	assert_int_equal(proof_ring_newest_s(r), 2000);
	proof_sign(r, &order, second);
	assert_string_not_equal(first, second);
	assert_int_equal(proof_check(r, &order, first), PROOF_VALID);
	assert_int_equal(proof_check(r, &order, second), PROOF_VALID);
	for (unsigned char i = 10; i < 10 + PROOF_KEYS_MAX - 1; i++) {
		unsigned char secret[PROOF_KEY_BYTES];
		memset(secret, i, sizeof secret);
		proof_ring_add(r, secret, 3000 + i);
	}
	assert_int_equal(proof_ring_count(r), PROOF_KEYS_MAX);
	assert_int_equal(proof_check(r, &order, first), PROOF_NONE); /* the oldest went */
	assert_int_equal(proof_check(r, &order, second), PROOF_VALID);
	proof_ring_free(r);
	(void)state;
}

static void rings_are_written_and_read(void **state)
{
	char proof[PROOF_TEXT_BYTES];
	struct err e;
	AUTO(buf_done) struct buf text = BUF_INIT(PROOF_RING_TEXT_MAX);
	AUTO(buf_done) struct buf again = BUF_INIT(PROOF_RING_TEXT_MAX);
	struct proof_ring *r = ring(1), *o = proof_ring_new();
	for (unsigned char i = 0; i < PROOF_KEYS_MAX; i++) {
		unsigned char secret[PROOF_KEY_BYTES];
		memset(secret, 0xf0 + i, sizeof secret);
		proof_ring_add(r, secret, INT64_C(999999999999));
	}
	proof_sign(r, &order, proof);
	proof_ring_format(r, &text);
	assert_int_equal(buf_rc(&text), RC_OK);
	assert_int_equal(proof_ring_newest_s(o), 0);
	assert_int_equal(proof_ring_parse(o, buf_str(&text), &e), RC_OK);
	assert_int_equal(proof_check(o, &order, proof), PROOF_VALID);
	proof_ring_format(o, &again);
	assert_string_equal(buf_str(&text), buf_str(&again));
	assert_int_equal(proof_ring_parse(o, buf_str(&text), &e), RC_OK); /* it replaces */
	assert_int_equal(proof_ring_count(o), PROOF_KEYS_MAX);
	proof_ring_free(r);
	proof_ring_free(o);
	(void)state;
}

#define KEY64 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define LINE "01234567 1000 " KEY64 "\n"

/* Such a ring would sign with the newest key what it checks with the first. */
static void a_name_twice(void **state)
{
	static const char *const bad[] = {
		LINE "01234567 2000 " KEY64 "\n",
		LINE "01234568 2000 " KEY64 "\n01234567 3000 " KEY64 "\n",
	};
	char proof[PROOF_TEXT_BYTES];
	struct err e;
	struct proof_ring *r = ring(1);
	proof_sign(r, &order, proof);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CASE(bad[i], proof_ring_parse(r, bad[i], &e) == RC_MALFORMED);
		CASE_STR(bad[i], e.msg, "it has the key 01234567 twice");
		CASE(bad[i], proof_check(r, &order, proof) == PROOF_VALID);
	}
	proof_ring_free(r);
	(void)state;
}

static void texts_that_are_no_ring(void **state)
{
	static const char *const bad[] = {
		"",
		"x",
		"01234567",
		"0123456G 1000 " KEY64 "\n",
		"01234567-1000 " KEY64 "\n",
		"01234567 " KEY64 "\n",
		"01234567  " KEY64 "\n",
		"01234567 -1 " KEY64 "\n",
		"01234567 1234567890123 " KEY64 "\n",
		"01234567 1000 " KEY64,
		"01234567 1000 " KEY64 "0\n",
		"01234567 1000 0011\n",
		LINE "\n",
		LINE "rest",
		LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE LINE
			LINE,
	};
	char proof[PROOF_TEXT_BYTES];
	struct err e;
	struct proof_ring *r = ring(1);
	proof_sign(r, &order, proof);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CASE(bad[i], proof_ring_parse(r, bad[i], &e) == RC_MALFORMED);
	assert_int_equal(proof_ring_parse(r, NULL, &e), RC_MALFORMED);
	assert_int_equal(proof_check(r, &order, proof), PROOF_VALID); /* it is as it was */
	assert_int_equal(proof_ring_parse(r, LINE, &e), RC_OK);
	assert_int_equal(proof_ring_newest_s(r), 1000);
	assert_null(proof_ring_free(r));
	assert_null(proof_ring_free(NULL));
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_signed_is_valid),
		cmocka_unit_test(each_part_counts),
		cmocka_unit_test(texts_that_are_no_proof),
		cmocka_unit_test(claims_that_are_too_long),
		cmocka_unit_test(older_keys_check),
		cmocka_unit_test(a_name_twice),
		cmocka_unit_test(rings_are_written_and_read),
		cmocka_unit_test(texts_that_are_no_ring),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
