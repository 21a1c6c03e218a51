/* SPDX-License-Identifier: Apache-2.0 */
/* Two buckets, each as the time until which it is paid for. Of one address the oldest begins first,
 * until that has waited for half of the time after which it gives way to a newcomer
 * (front_places.c): it may lose its place before its handshake ends, and an agent gives up after 3
 * s. Then each handshake of a long line would come too late, so half of them are for the newest:
 * these are in time, are vouched for, and pay for the next. The other half are for the oldest, whom
 * a flood from its address would keep waiting for ever. No turn begins more than it can do in a
 * moment, however slow the machine is: who has come by the next turn is newer. */
#include "link/front_shakes.h"

#include <stdlib.h>
#include <utlist.h>

enum {
	ADDRESS_BURST = 128,
	ADDRESS_EVERY_MS = 62,
	ALL_BURST = 2000,
	ALL_EVERY_MS = 1,
	TURN_US = 50000,
	LATE_MS = 500,
	KEPT_MAX = 4096, /* addresses without a connection */
};

static bool has_one(int64_t paid_ms, int64_t now_ms, int64_t burst, int64_t every_ms)
{
	return paid_ms - now_ms <= (burst - 1) * every_ms;
}

static void pay(int64_t *paid_ms, int64_t now_ms, int64_t every_ms)
{
	*paid_ms = (*paid_ms > now_ms ? *paid_ms : now_ms) + every_ms;
}

static bool address_may(const struct front *f, const struct address *a)
{
	return f->cfg.address_max == 0 ||
	       has_one(a->shakes_paid_ms, f->now_ms, ADDRESS_BURST, ADDRESS_EVERY_MS);
}

static bool all_may(const struct front *f)
{
	return has_one(f->shakes_paid_ms, f->now_ms, ALL_BURST, ALL_EVERY_MS);
}

static bool turn_over(const struct front *f)
{
	return f->shakes_us >= TURN_US;
}

/* It waits for a bucket. Whom only the end of a turn keeps waiting is not delayed: that says
 * something about this machine, not about how many connections come. */
static void delayed(struct conn *c)
{
	if (!c->shake.delayed)
		atomic_fetch_add(&c->front->shakes_delayed, 1);
	c->shake.delayed = true;
}

static void begin(struct conn *c)
{
	struct front *f = c->front;
	pay(&f->shakes_paid_ms, f->now_ms, ALL_EVERY_MS);
	pay(&c->place.address->shakes_paid_ms, f->now_ms, ADDRESS_EVERY_MS);
}

static void wait(struct conn *c)
{
	struct address *a = c->place.address;
	if (!a->shakers)
		DL_APPEND2(c->front->shakers, a, shakers_prev, shakers_next);
	DL_APPEND2(a->shakers, c, shake.prev, shake.next);
	c->shake.waits = true;
}

bool shakes_take(struct conn *c)
{
	struct front *f = c->front;
	struct address *a = c->place.address;
	/* Who comes later does not pass those who wait, except where these wait for their address.
	 */
	bool may = address_may(f, a) && all_may(f);
	if (may && !a->shakers && !turn_over(f)) {
		begin(c);
		return true;
	}
	wait(c);
	if (!may)
		delayed(c);
	return false;
}

void shakes_vouched(struct conn *c)
{
	if (c->place.address)
		c->place.address->shakes_paid_ms -= ADDRESS_EVERY_MS;
}

void shakes_leave(struct conn *c)
{
	struct address *a = c->place.address;
	if (!c->shake.waits)
		return;
	c->shake.waits = false;
	DL_DELETE2(a->shakers, c, shake.prev, shake.next);
	if (!a->shakers)
		DL_DELETE2(c->front->shakers, a, shakers_prev, shakers_next);
}

/* The oldest; if that comes late, the newest, every other time. */
static struct conn *pick(const struct front *f, struct address *a)
{
	struct conn *oldest = a->shakers, *newest = oldest->shake.prev;
	a->newest_next = f->now_ms - oldest->since_ms > LATE_MS && !a->newest_next;
	return a->newest_next ? newest : oldest;
}

struct conn *shakes_next(struct front *f)
{
	struct address *a, *next;
	if (!f->shakers || turn_over(f))
		return NULL;
	if (!all_may(f)) {
		delayed(f->shakers->shakers);
		return NULL;
	}
	DL_FOREACH_SAFE2(f->shakers, a, next, shakers_next)
	{
		if (!address_may(f, a)) {
			delayed(a->shakers);
			continue;
		}
		struct conn *c = pick(f, a);
		/* The address goes to the end of the line. */
		shakes_leave(c);
		if (a->shakers) {
			DL_DELETE2(f->shakers, a, shakers_prev, shakers_next);
			DL_APPEND2(f->shakers, a, shakers_prev, shakers_next);
		}
		begin(c);
		return c;
	}
	return NULL;
}

static void forget(struct front *f, struct address *own)
{
	DL_DELETE2(f->kept, own, kept_prev, kept_next);
	f->nkept--;
	HASH_DELETE(hh, f->addresses, own);
	free(own);
}

void shakes_keep(struct front *f, struct address *own)
{
	own->kept_ms = f->now_ms;
	DL_APPEND2(f->kept, own, kept_prev, kept_next);
	f->nkept++;
	if (own->shakes_paid_ms <= f->now_ms)
		forget(f, own);
	else if (f->nkept > KEPT_MAX)
		forget(f, f->kept);
}

void shakes_back(struct front *f, struct address *a)
{
	if (!a->kept_ms)
		return;
	a->kept_ms = 0;
	DL_DELETE2(f->kept, a, kept_prev, kept_next);
	f->nkept--;
}

void shakes_forget(struct front *f)
{
	const int64_t most_ms = (int64_t)ADDRESS_BURST * ADDRESS_EVERY_MS;
	while (f->kept && f->now_ms - f->kept->kept_ms > most_ms)
		forget(f, f->kept);
}
