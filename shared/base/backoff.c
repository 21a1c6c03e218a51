/* SPDX-License-Identifier: Apache-2.0 */
#include "base/backoff.h"

#include "base/must.h"

int64_t backoff_plain(int64_t base_ms, int64_t cap_ms, uint32_t n)
{
	must(base_ms > 0 && cap_ms >= base_ms);
	int64_t ms = base_ms;
	for (uint32_t i = 1; i < n && ms < cap_ms; i++)
		ms = ms > cap_ms / 2 ? cap_ms : ms * 2;
	return ms;
}

int64_t backoff_next(struct backoff *b, struct rng *rng)
{
	if (b->n < UINT32_MAX)
		b->n++;
	int64_t ms = backoff_plain(b->base_ms, b->cap_ms, b->n);
	return ms - (int64_t)rng_below(rng, (uint64_t)ms / 2 + 1);
}

void backoff_reset(struct backoff *b)
{
	b->n = 0;
}
