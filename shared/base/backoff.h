/* SPDX-License-Identifier: Apache-2.0 */
/* Capped exponential backoff with jitter: the n-th delay is drawn from the upper half of
 * min(base * 2^n, cap), so that peers that failed together do not come back together. */
#pragma once

#include <stdint.h>

#include "base/rng.h"

struct backoff {
	int64_t base_ms, cap_ms;
	uint32_t n; /* failures so far */
};

/* The delay before the next try; counts one more failure. */
int64_t backoff_next(struct backoff *b, struct rng *rng);
void backoff_reset(struct backoff *b);
/* The delay without jitter after n failures (n >= 1): min(base * 2^(n-1), cap). */
int64_t backoff_plain(int64_t base_ms, int64_t cap_ms, uint32_t n);
