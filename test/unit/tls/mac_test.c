/* SPDX-License-Identifier: Apache-2.0 */
/* HMAC pads a short key with zeros, so the vectors of RFC 4231 with keys below 32 bytes hold. */
#include "tls/mac.h"

#include <string.h>

#include "base/mem.h"
#include "test/lib/check.h"

static void vectors(void **state)
{
	static const struct {
		const char *name, *key, *data;
		unsigned char mac[MAC_BYTES];
	} cases[] = {
		{"RFC 4231, case 1",
		 "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b",
		 "Hi There",
		 {0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf,
		  0x0b, 0xf1, 0x2b}},
		{"RFC 4231, case 2",
		 "Jefe",
		 "what do ya want for nothing?",
		 {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08,
		  0x95, 0x75, 0xc7}},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned char key[MAC_KEY_BYTES] = {0}, mac[MAC_BYTES];
		memcpy(key, cases[i].key, strlen(cases[i].key));
		struct mac *m = mac_new(key);
		for (int again = 0; again < 2; again++) {
			mac_of(m, cases[i].data, strlen(cases[i].data), mac);
			CASE(cases[i].name, mac_same(mac, cases[i].mac, sizeof mac));
		}
		mac[MAC_BYTES - 1] ^= 1;
		CASE(cases[i].name, !mac_same(mac, cases[i].mac, sizeof mac));
		assert_null(mac_free(m));
	}
	assert_null(mac_free(NULL));
	(void)state;
}

static void random_and_wiped(void **state)
{
	unsigned char a[MAC_KEY_BYTES], b[MAC_KEY_BYTES];
	static const unsigned char zeros[MAC_KEY_BYTES];
	mac_random(a, sizeof a);
	mac_random(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
	mac_wipe(a, sizeof a);
	assert_memory_equal(a, zeros, sizeof a);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(random_and_wiped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
