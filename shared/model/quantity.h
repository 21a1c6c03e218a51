/* SPDX-License-Identifier: Apache-2.0 */
/* Kubernetes quantities as int64 thousandths. apimachinery's resource.Quantity: decimal and binary
 * suffixes, exponents. Values beyond int64 saturate; fractions of a thousandth round up. */
#pragma once

#include "base/buf.h"
#include "model/object.h"

/* Junk, or a negative value: RC_MALFORMED. */
enum rc quantity_parse(const char *s, int64_t *ret_milli) must_use;
/* Canonical short form: "250m", "3", "1Gi" where exact. */
void quantity_format(struct buf *out, int64_t milli);
/* INT64_MAX instead of an overflow: the amounts of others have no bound. */
static inline int64_t quantity_sum(int64_t a, int64_t b)
{
	int64_t ret;
	return __builtin_add_overflow(a, b, &ret) ? INT64_MAX : ret;
}

static inline int64_t quantity_times(int64_t a, uint32_t n)
{
	int64_t ret;
	return __builtin_mul_overflow(a, (int64_t)n, &ret) ? INT64_MAX : ret;
}

/* The value for name, or 0. */
int64_t reslist_get(const struct reslist *l, const char *name);
/* A copy in one block, which the caller frees: its entries, then their names. No name is NULL. */
struct res *reslist_copy(const struct reslist *l);
bool reslist_eq(const struct reslist *a, const struct reslist *b); /* order does not matter */
