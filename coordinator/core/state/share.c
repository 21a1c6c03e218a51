/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/share.h"

#include <string.h>

/* Where the namespace stands; nshares: nowhere. */
static uint32_t share_at(const struct reservation_table *t, const char *ns)
{
	uint32_t i = 0;
	while (i < t->nshares && strncmp(t->share[i].ns, ns, NAMESPACE_BYTES - 1) != 0)
		i++;
	return i;
}

/* NULL: the table is full. */
static struct hold_share *share_get(struct core *c, const char *ns)
{
	struct reservation_table *t = &c->reservations;
	uint32_t at = share_at(t, ns);
	if (at == HOLD_SHARES_MAX)
		return NULL;
	struct hold_share *s = &t->share[at];
	if (at < t->nshares)
		return s;
	t->nshares++;
	*s = (struct hold_share){.seen_ms = c->now_ms};
	memcpy(s->ns, ns, strnlen(ns, NAMESPACE_BYTES - 1));
	return s;
}

/* Counts the time since the last count. */
static void count(const struct core *c, struct hold_share *s)
{
	int64_t elapsed = c->now_ms - s->seen_ms, most = c->cfg.max_hold_ms;
	s->seen_ms = c->now_ms;
	if (s->pause_ms > c->now_ms)
		return;
	s->spent_ms += s->spends ? elapsed : -elapsed;
	s->spent_ms = s->spent_ms < 0 ? 0 : s->spent_ms;
	if (!s->spends || s->spent_ms < most)
		return;
	s->pause_ms = c->now_ms + most;
	s->spent_ms = 0;
}

static bool idle(const struct core *c, const struct hold_share *s)
{
	return !s->spent_ms && !s->spends && s->pause_ms <= c->now_ms;
}

void shares_begin(struct core *c)
{
	struct reservation_table *t = &c->reservations;
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->nshares; i++) {
		struct hold_share *s = &t->share[i];
		count(c, s);
		s->looks = s->held = 0;
		s->binds = false;
		if (!idle(c, s))
			t->share[n++] = *s;
	}
	t->nshares = n;
}

void shares_end(struct core *c)
{
	struct reservation_table *t = &c->reservations;
	for (uint32_t i = 0; i < t->nshares; i++) {
		count(c, &t->share[i]);
		t->share[i].spends = t->share[i].binds;
	}
}

bool share_left(const struct core *c, const char *ns)
{
	const struct reservation_table *t = &c->reservations;
	if (t->n == RESERVATIONS_MAX || t->looks >= RESERVATION_LOOKS)
		return false;
	if (t->n < RESERVATIONS_OF_ONE && t->looks < LOOKS_OF_ONE)
		return true;
	uint32_t at = share_at(t, ns);
	const struct hold_share *s = &t->share[at];
	if (at == t->nshares)
		return at < HOLD_SHARES_MAX;
	return s->held < RESERVATIONS_OF_ONE && s->looks < LOOKS_OF_ONE;
}

void share_looked(struct core *c, const char *ns)
{
	struct hold_share *s = share_get(c, ns);
	if (s)
		s->looks++;
	c->reservations.looks++;
}

void share_held(struct core *c, const char *ns, int32_t sign)
{
	struct hold_share *s = share_get(c, ns);
	if (s && (sign > 0 || s->held))
		s->held += sign > 0 ? 1 : -1U;
}

int64_t share_spend(struct core *c, const char *ns)
{
	struct hold_share *s = share_get(c, ns);
	if (!s)
		return INT64_MAX;
	count(c, s);
	s->spends = s->binds = true;
	return c->now_ms + c->cfg.max_hold_ms - s->spent_ms;
}

void share_count(struct core *c, const char *ns)
{
	struct reservation_table *t = &c->reservations;
	uint32_t at = share_at(t, ns);
	if (at < t->nshares)
		count(c, &t->share[at]);
}

int64_t share_pause(const struct core *c, const char *ns)
{
	const struct reservation_table *t = &c->reservations;
	uint32_t at = share_at(t, ns);
	return at < t->nshares && t->share[at].pause_ms > c->now_ms ? t->share[at].pause_ms : 0;
}
