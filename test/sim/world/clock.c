/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/clock.h"

#include <stdlib.h>

#include "base/mem.h"

static bool before(const struct clock_entry *a, const struct clock_entry *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->seq < b->seq;
}

static void swap(struct clock_entry *a, struct clock_entry *b)
{
	struct clock_entry t = *a;
	*a = *b;
	*b = t;
}

void clock_done(struct clock *c)
{
	free(c->v);
	*c = (struct clock){0};
}

void clock_at(struct clock *c, int64_t at_ms, clock_fn fn, void *self, uint64_t arg)
{
	VEC_GROW(c->v, c->n, c->cap);
	uint32_t i = c->n++;
	c->v[i] = (struct clock_entry){.at_ms = at_ms < c->now_ms ? c->now_ms : at_ms,
				       .seq = c->seq++,
				       .fn = fn,
				       .self = self,
				       .arg = arg};
	for (; i > 0 && before(&c->v[i], &c->v[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&c->v[i], &c->v[(i - 1) / 2]);
}

int64_t clock_next(const struct clock *c)
{
	return c->n ? c->v[0].at_ms : INT64_MAX;
}

static void sift_down(struct clock *c)
{
	for (uint32_t i = 0;;) {
		uint32_t least = i;
		for (uint32_t k = 2 * i + 1; k <= 2 * i + 2; k++) {
			if (k < c->n && before(&c->v[k], &c->v[least]))
				least = k;
		}
		if (least == i)
			return;
		swap(&c->v[i], &c->v[least]);
		i = least;
	}
}

bool clock_step(struct clock *c)
{
	if (!c->n)
		return false;
	struct clock_entry e = c->v[0];
	c->v[0] = c->v[--c->n];
	sift_down(c);
	c->now_ms = e.at_ms;
	c->steps++;
	e.fn(e.self, e.arg);
	return true;
}

int64_t draw(struct rng *r, int64_t lo, int64_t hi)
{
	return lo + (int64_t)rng_below(r, (uint64_t)(hi - lo) + 1);
}

bool draw_percent(struct rng *r, uint32_t percent)
{
	return rng_below(r, 100) < percent;
}
