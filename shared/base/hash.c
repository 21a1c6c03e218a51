/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <string.h>

#include "base/must.h"

uint64_t hash_bytes(uint64_t seed, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);
	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

uint64_t hash_str(uint64_t seed, const char *s)
{
	return hash_bytes(seed, s, strlen(s) + 1);
}

uint64_t hash_u64(uint64_t seed, uint64_t v)
{
	unsigned char le[8];
	for (unsigned i = 0; i < 8; i++)
		le[i] = (unsigned char)(v >> (8 * i));
	return hash_bytes(seed, le, sizeof le);
}

void hash_name(uint64_t h, char *ret, size_t n)
{
	static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
	must(n <= 12);
	for (size_t i = 0; i < n; i++) {
		ret[i] = alphabet[h % (sizeof alphabet - 1)];
		h /= sizeof alphabet - 1;
	}
	ret[n] = 0;
}

void hash_hex(uint64_t h, char ret[17])
{
	for (unsigned i = 0; i < 16; i++)
		ret[i] = "0123456789abcdef"[h >> (60 - 4 * i) & 15];
	ret[16] = 0;
}
