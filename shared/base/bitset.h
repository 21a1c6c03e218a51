/* SPDX-License-Identifier: Apache-2.0 */
/* Growable bitsets over small indexes (nodes, members). A bit past the end reads as 0. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct bitset {
	uint64_t *w;
	size_t n; /* words */
};

void bitset_done(struct bitset *b);
void bitset_set(struct bitset *b, uint32_t i);
void bitset_clear(struct bitset *b, uint32_t i);
bool bitset_has(const struct bitset *b, uint32_t i);
void bitset_zero(struct bitset *b); /* keeps the memory */
uint32_t bitset_count(const struct bitset *b);
bool bitset_has_many(const struct bitset *b, uint32_t n); /* at least n bits are set */
void bitset_copy(struct bitset *to, const struct bitset *from);
void bitset_and(struct bitset *b, const struct bitset *o);    /* b &= o */
void bitset_or(struct bitset *b, const struct bitset *o);     /* b |= o */
void bitset_andnot(struct bitset *b, const struct bitset *o); /* b &= ~o */
/* The first set bit >= from, or UINT32_MAX. */
uint32_t bitset_next(const struct bitset *b, uint32_t from);
