/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <endian.h>
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

/* ---- quick ---- */

/* The first n <= 8 bytes as a little-endian number. */
static inline uint64_t word(const unsigned char *p, size_t n)
{
	uint64_t w = 0;
	memcpy(&w, p, n);
	return le64toh(w);
}

uint64_t hash_mix(uint64_t seed, uint64_t v)
{
	uint64_t h = (seed ^ UINT64_C(0xff51afd7ed558ccd)) * UINT64_C(0x9e3779b97f4a7c15) ^ v;
	h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return h ^ h >> 32;
}

uint64_t hash_mix_str(uint64_t seed, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t left = strlen(s);
	uint64_t h = hash_mix(seed, left);
	for (; left >= 8; left -= 8, p += 8)
		h = hash_mix(h, word(p, 8));
	return left ? hash_mix(h, word(p, left)) : h;
}

/* ---- with a key ---- */

static uint64_t process_key[2];

void hash_key_set(uint64_t k0, uint64_t k1)
{
	process_key[0] = k0;
	process_key[1] = k1;
}

struct sip {
	uint64_t a, b, c, d; /* v0 to v3 of the paper */
};

static inline uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_rounds(struct sip *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		s->a += s->b;
		s->c += s->d;
		s->b = rotate(s->b, 13) ^ s->a;
		s->d = rotate(s->d, 16) ^ s->c;
		s->a = rotate(s->a, 32);
		s->c += s->b;
		s->a += s->d;
		s->b = rotate(s->b, 17) ^ s->c;
		s->d = rotate(s->d, 21) ^ s->a;
		s->c = rotate(s->c, 32);
	}
}

static inline void sip_word(struct sip *s, unsigned c, uint64_t w)
{
	s->d ^= w;
	sip_rounds(s, c);
	s->a ^= w;
}

static inline uint64_t sip(const uint64_t key[2], unsigned c, unsigned d, const void *data,
			   size_t len)
{
	const unsigned char *p = data;
	struct sip s = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d),
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	size_t left = len;
	for (; left >= 8; left -= 8, p += 8)
		sip_word(&s, c, word(p, 8));
	sip_word(&s, c, (uint64_t)len << 56 | word(p, left));
	s.c ^= 0xff;
	sip_rounds(&s, d);
	return s.a ^ s.b ^ s.c ^ s.d;
}

uint64_t siphash(const uint64_t key[2], unsigned c, unsigned d, const void *data, size_t len)
{
	return sip(key, c, d, data, len);
}

uint64_t hash_keyed(uint64_t seed, const void *data, size_t len)
{
	const uint64_t key[2] = {process_key[0] ^ seed, process_key[1]};
	return sip(key, 1, 3, data, len);
}

uint64_t hash_keyed_str(uint64_t seed, const char *s)
{
	return hash_keyed(seed, s, strlen(s) + 1);
}

/* ---- as text ---- */

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
