/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bitset.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void bitset_done(struct bitset *b)
{
	free(b->w);
	*b = (struct bitset){0};
}

static void grow(struct bitset *b, size_t words)
{
	if (words <= b->n)
		return;
	b->w = mem_realloc(b->w, words, sizeof *b->w);
	memset(b->w + b->n, 0, (words - b->n) * sizeof *b->w);
	b->n = words;
}

void bitset_set(struct bitset *b, uint32_t i)
{
	grow(b, (size_t)i / 64 + 1);
	b->w[i / 64] |= UINT64_C(1) << (i % 64);
}

void bitset_clear(struct bitset *b, uint32_t i)
{
	if (i / 64 < b->n)
		b->w[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

bool bitset_has(const struct bitset *b, uint32_t i)
{
	return i / 64 < b->n && (b->w[i / 64] >> (i % 64) & 1);
}

void bitset_zero(struct bitset *b)
{
	if (b->n)
		memset(b->w, 0, b->n * sizeof *b->w);
}

uint32_t bitset_count(const struct bitset *b)
{
	uint32_t n = 0;
	for (size_t i = 0; i < b->n; i++)
		n += (uint32_t)__builtin_popcountll(b->w[i]);
	return n;
}

bool bitset_has_many(const struct bitset *b, uint32_t n)
{
	uint32_t have = 0;
	for (size_t i = 0; i < b->n && have < n; i++) {
		if (b->w[i])
			have += (uint32_t)__builtin_popcountll(b->w[i]);
	}
	return have >= n;
}

void bitset_copy(struct bitset *to, const struct bitset *from)
{
	grow(to, from->n);
	if (from->n)
		memcpy(to->w, from->w, from->n * sizeof *to->w);
	if (to->n > from->n)
		memset(to->w + from->n, 0, (to->n - from->n) * sizeof *to->w);
}

/* Words that both have. */
static size_t common(const struct bitset *a, const struct bitset *b)
{
	return a->n < b->n ? a->n : b->n;
}

/* Four words a turn: placement does little else with clusters of thousands of nodes. */
void bitset_and(struct bitset *b, const struct bitset *o)
{
	size_t n = common(b, o), i = 0;
	uint64_t *w = b->w;
	const uint64_t *v = o->w;
	for (; i + 4 <= n; i += 4) {
		w[i] &= v[i];
		w[i + 1] &= v[i + 1];
		w[i + 2] &= v[i + 2];
		w[i + 3] &= v[i + 3];
	}
	for (; i < n; i++)
		w[i] &= v[i];
	if (b->n > n)
		memset(w + n, 0, (b->n - n) * sizeof *w);
}

void bitset_or(struct bitset *b, const struct bitset *o)
{
	grow(b, o->n);
	for (size_t i = 0; i < o->n; i++)
		b->w[i] |= o->w[i];
}

void bitset_andnot(struct bitset *b, const struct bitset *o)
{
	size_t n = common(b, o), i = 0;
	uint64_t *w = b->w;
	const uint64_t *v = o->w;
	for (; i + 4 <= n; i += 4) {
		w[i] &= ~v[i];
		w[i + 1] &= ~v[i + 1];
		w[i + 2] &= ~v[i + 2];
		w[i + 3] &= ~v[i + 3];
	}
	for (; i < n; i++)
		w[i] &= ~v[i];
}

uint32_t bitset_next(const struct bitset *b, uint32_t from)
{
	size_t i = from / 64;
	if (i >= b->n)
		return UINT32_MAX;
	uint64_t w = b->w[i] & (~UINT64_C(0) << (from % 64));
	while (!w) {
		if (++i >= b->n)
			return UINT32_MAX;
		w = b->w[i];
	}
	return (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(w);
}
