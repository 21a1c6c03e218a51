/* SPDX-License-Identifier: Apache-2.0 */
/* A set of small numbers (indexes of members), kept as runs: the first and the last of numbers that
 * follow each other. Memory goes with the runs, not with the numbers. No two runs touch. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct run {
	uint32_t first, last;
};

struct runs {
	struct run *v; /* by number */
	uint32_t n, cap;
};

void runs_done(struct runs *r); /* the set is empty then, and holds no memory */
bool runs_has(const struct runs *r, uint32_t i);
/* i is below UINT32_MAX - 1. */
void runs_add(struct runs *r, uint32_t i);
/* Adds all numbers of o. */
void runs_or(struct runs *r, const struct runs *o);
/* Takes all numbers of o out. */
void runs_andnot(struct runs *r, const struct runs *o);
/* The first number >= from that is in the set, or UINT32_MAX. */
uint32_t runs_next(const struct runs *r, uint32_t from);
/* The first number >= from that is not in the set. */
uint32_t runs_next_out(const struct runs *r, uint32_t from);
/* How many numbers of the set are below end. */
uint32_t runs_count(const struct runs *r, uint32_t end);

/* How many numbers below end both sets have. */
uint32_t runs_common(const struct runs *a, const struct runs *b, uint32_t end);

/* The numbers below end in batch/v1 Job's completedIndexes format: "0,2-5,7"; a hyphen stands for
 * three or more. Appends to out. */
void runs_format(const struct runs *r, uint32_t end, struct buf *out);
/* Parses that format; numbers above max, disorder or junk: RC_MALFORMED, r emptied. */
enum rc runs_parse(struct runs *r, const char *s, uint32_t max) must_use;
