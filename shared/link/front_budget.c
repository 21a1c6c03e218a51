/* SPDX-License-Identifier: Apache-2.0 */
/* A bucket of bytes for each connection. An agent of 4,096 pods fits its whole Hello (1.5 MiB) into
 * the bucket, and 3,000 changed members a second into what flows in. */
#include "link/front_budget.h"

#include <utlist.h>

enum {
	STRANGER_BYTES = 160 * 1024, /* two frames of the largest size */
	STRANGER_BYTES_S = 64 * 1024,
	AGENT_BYTES = 4 * 1024 * 1024,
	AGENT_BYTES_S = 1024 * 1024,
	FRAME_COST = 1024,
};

static bool is_stranger(const struct conn *c)
{
	return c->place.address != NULL;
}

static void fill(struct conn *c)
{
	int64_t now_ms = c->front->now_ms;
	int64_t most = is_stranger(c) ? STRANGER_BYTES : AGENT_BYTES;
	int64_t rate = is_stranger(c) ? STRANGER_BYTES_S : AGENT_BYTES_S;
	int64_t gone_ms = now_ms - c->budget.filled_ms;
	if (gone_ms <= 0)
		return;
	c->budget.filled_ms = now_ms;
	c->budget.bytes += gone_ms < 60000 ? rate * gone_ms / 1000 : most;
	if (c->budget.bytes > most)
		c->budget.bytes = most;
}

void budget_start(struct conn *c)
{
	c->budget.bytes = STRANGER_BYTES;
	c->budget.filled_ms = c->front->now_ms;
}

void budget_vouched(struct conn *c)
{
	c->budget.bytes = AGENT_BYTES;
	c->budget.filled_ms = c->front->now_ms;
}

bool budget_left(struct conn *c)
{
	struct front *f = c->front;
	fill(c);
	if (c->budget.bytes > 0)
		return true;
	if (c->budget.waits)
		return false;
	c->budget.waits = true;
	DL_APPEND2(f->slowed, c, budget.prev, budget.next);
	atomic_fetch_add(&f->nslowed, 1);
	return false;
}

void budget_pay(struct conn *c, size_t bytes)
{
	c->budget.bytes -= (int64_t)bytes;
}

void budget_frame(struct conn *c, uint64_t frame_bytes)
{
	if (frame_bytes < FRAME_COST)
		c->budget.bytes -= FRAME_COST - (int64_t)frame_bytes;
}

void budget_drop(struct conn *c)
{
	if (!c->budget.waits)
		return;
	c->budget.waits = false;
	DL_DELETE2(c->front->slowed, c, budget.prev, budget.next);
}

struct conn *budget_next(struct front *f)
{
	struct conn *c, *next;
	DL_FOREACH_SAFE2(f->slowed, c, next, budget.next)
	{
		fill(c);
		if (c->budget.bytes <= 0)
			continue;
		budget_drop(c);
		return c;
	}
	return NULL;
}
