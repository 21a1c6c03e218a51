/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/timers.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/mutant.h"

void timers_done(struct timers *t)
{
	free(t->v);
	*t = (struct timers){0};
}

static bool before(const struct timer *a, const struct timer *b)
{
	return a->when_ms != b->when_ms ? a->when_ms < b->when_ms : a->seq < b->seq;
}

static void put(struct timers *t, uint32_t pos, struct timer *tm)
{
	t->v[pos] = tm;
	tm->pos = pos;
}

static void sift_up(struct timers *t, struct timer *tm)
{
	uint32_t i = tm->pos;
	for (; i > 1 && before(tm, t->v[i / 2]); i /= 2)
		put(t, i, t->v[i / 2]);
	put(t, i, tm);
}

static void sift_down(struct timers *t, struct timer *tm)
{
	uint32_t i = tm->pos;
	for (;;) {
		uint32_t child = i * 2;
		if (child > t->n)
			break;
		if (child < t->n && before(t->v[child + 1], t->v[child]))
			child++;
		if (!before(t->v[child], tm))
			break;
		put(t, i, t->v[child]);
		i = child;
	}
	put(t, i, tm);
}

void timer_clear(struct timers *t, struct timer *tm)
{
	if (!tm->pos)
		return;
	uint32_t pos = tm->pos;
	must(pos <= t->n && t->v[pos] == tm);
	struct timer *last = t->v[t->n--];
	tm->pos = 0;
	if (last == tm)
		return;
	put(t, pos, last);
	sift_up(t, last);
	sift_down(t, last);
}

void timer_set(struct timers *t, struct timer *tm, int64_t when_ms)
{
	if (tm->pos && (tm->when_ms == when_ms || MUTANT(timer_not_moved)))
		return;
	timer_clear(t, tm);
	if (when_ms == INT64_MAX)
		return;
	if (t->n + 1 >= t->cap) {
		t->cap = t->cap ? t->cap * 2 : 64;
		t->v = mem_realloc(t->v, t->cap, sizeof *t->v);
	}
	tm->when_ms = when_ms;
	tm->seq = ++t->seq;
	put(t, ++t->n, tm);
	sift_up(t, tm);
}

int64_t timers_next(const struct timers *t)
{
	return t->n ? t->v[1]->when_ms : INT64_MAX;
}

struct timer *timers_pop(struct timers *t, int64_t now_ms)
{
	if (!t->n || t->v[1]->when_ms > now_ms)
		return NULL;
	struct timer *tm = t->v[1];
	timer_clear(t, tm);
	return tm;
}
