/* SPDX-License-Identifier: Apache-2.0 */
/* One slot for each object with something to write:
 *
 *	mark --> DUE (at) --> FLYING --> clean
 *		  ^	      |
 *		  `-----------` marked again meanwhile, conflict, or an error that time heals
 *
 * A clean slot is kept while its pace counts, so that the next mark knows what went out lately. The
 * heap holds every slot that waits for a time, clean ones too. */
#include "sync/writeq.h"

#include <stdlib.h>

#include "base/backoff.h"
#include "base/heap.h"
#include "base/table.h"
#include "pace/pace.h"

/* BURST: so many writes of an object may follow one another at once, then one an interval. Without
 * it two leaders that do not know of each other yet would write back and forth as fast as the
 * server answers. */
enum { CONFLICT_WAIT_MS = 1000, BURST = 4, AHEAD_MS = 10000 };

struct slot {
	UT_hash_handle hh;    /* by key */
	UT_hash_handle hh_op; /* by op, while a write is out */
	struct heap_node timer;
	uint64_t key;
	uint64_t op; /* of the write that is out; 0: none is */
	bool dirty;  /* to be written; urgent and ahead as in its marks */
	bool urgent, ahead;
	bool told;       /* the object came: done was called */
	bool seen;       /* a newer version was observed since the write went out */
	bool conflicted; /* waits for a newer version, at most until retry_ms */
	int64_t marked_ms, not_before_ms; /* of the first of its marks, the earliest of them */
	int64_t sent_ms;                  /* the last write */
	int64_t retry_ms;                 /* not before, after an error */
	int64_t paced_ms; /* an interval after the last write, had all been one interval apart */
	struct backoff backoff;
};

/* The window of writes: its least, and its size before anything is known. */
enum { LEAST = 4, INITIAL = 16 };

struct writeq {
	struct writeq_config cfg;
	struct api api;
	const struct log *log;
	struct rng rng;
	int64_t now_ms;
	int64_t pause_until_ms; /* the server asked all of us to wait (429) */
	struct slot *slots, *flying;
	struct heap timers;
	uint32_t ndirty, nflying;
	struct pace pace; /* the window of writes */
};

/* ---- slots ---- */

static struct slot *slot_find(const struct writeq *q, uint64_t key)
{
	struct slot *s = NULL;
	HASH_FIND(hh, q->slots, &key, sizeof key, s);
	return s;
}

static struct slot *slot_new(struct writeq *q, uint64_t key)
{
	struct slot *s = mem_zalloc(1, sizeof *s);
	s->key = key;
	s->sent_ms = INT64_MIN / 2; /* the first write is not held back */
	s->backoff = (struct backoff){.base_ms = q->cfg.backoff_base_ms,
				      .cap_ms = q->cfg.backoff_cap_ms};
	HASH_ADD(hh, q->slots, key, sizeof s->key, s);
	return s;
}

static void set_dirty(struct writeq *q, struct slot *s, bool dirty)
{
	if (s->dirty && !dirty)
		q->ndirty--;
	if (!s->dirty && dirty) {
		q->ndirty++;
		s->marked_ms = q->now_ms;
	}
	s->dirty = dirty;
	if (!dirty) {
		s->urgent = s->ahead = s->conflicted = false;
		s->not_before_ms = 0;
	}
}

static void land(struct writeq *q, struct slot *s)
{
	HASH_DELETE(hh_op, q->flying, s);
	q->nflying--;
	s->op = 0;
}

static void slot_drop(struct writeq *q, struct slot *s)
{
	if (s->op) {
		q->api.cancel(q->api.self, s->op);
		land(q, s);
		pace_back(&q->pace);
	}
	set_dirty(q, s, false);
	heap_remove(&q->timers, &s->timer);
	HASH_DEL(q->slots, s);
	free(s);
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Sets when the slot is looked at next: to be written, or (a clean one) to be dropped when its pace
 * does not count any more. Never while its write is out. */
static void schedule(struct writeq *q, struct slot *s)
{
	int64_t due = s->sent_ms + q->cfg.interval_ms;
	if (s->op)
		due = INT64_MAX;
	else if (s->dirty && s->urgent)
		due = max64(max64(s->not_before_ms, s->retry_ms),
			    s->paced_ms - BURST * q->cfg.interval_ms);
	else if (s->dirty)
		due = max64(max64(due, s->not_before_ms), s->retry_ms);
	else
		due = max64(due, s->paced_ms);
	if (s->dirty && !s->op) /* in the past: orders the slots that wait for others to land */
		due = max64(due, s->marked_ms - (s->ahead ? AHEAD_MS : 0));
	heap_set(&q->timers, &s->timer, due);
}

/* ---- completions ---- */

static void retry_later(struct writeq *q, struct slot *s, const struct api_result *res)
{
	int64_t ms = max64(backoff_next(&s->backoff, &q->rng), res->retry_after_ms);
	s->retry_ms = q->now_ms + ms;
	if (res->rc == RC_THROTTLED)
		q->pause_until_ms = max64(q->pause_until_ms, q->now_ms + res->retry_after_ms);
	s->urgent = true; /* the backoff says when, not the interval */
	set_dirty(q, s, true);
	log_debug(q->log, "status write failed, trying again", KI("key", s->key),
		  KS("rc", rc_name(res->rc)), KS("error", res->message), KI("after_ms", ms));
}

/* The version that the write was computed from is out of date. The reflector will show a newer one
 * soon. If it does not, the write is tried again anyway, ever more rarely. */
static void retry_conflict(struct writeq *q, struct slot *s)
{
	s->conflicted = !s->seen;
	s->retry_ms =
		s->seen ? q->now_ms
			: q->now_ms + max64(CONFLICT_WAIT_MS, backoff_next(&s->backoff, &q->rng));
	s->seen = false;
	s->urgent = true;
	set_dirty(q, s, true);
}

static void settle(struct writeq *q, struct slot *s, const struct api_result *res)
{
	if (res->rc == RC_OK) {
		backoff_reset(&s->backoff);
		return;
	}
	switch (rc_retry(res->rc)) {
	case RETRY_NOW: retry_conflict(q, s); break;
	case RETRY_BACKOFF:
	case RETRY_REAUTH:
	case RETRY_RELIST: retry_later(q, s, res); break;
	case RETRY_NEVER:
		if (res->rc == RC_NOTFOUND)
			break;
		log_warn(q->log, "status write refused", KI("key", s->key),
			 KS("rc", rc_name(res->rc)), KS("error", res->message));
		break;
	}
}

static struct slot *by_op(const struct writeq *q, uint64_t op)
{
	struct slot *s = NULL;
	HASH_FIND(hh_op, q->flying, &op, sizeof op, s);
	return s;
}

/* The stored object comes before the end of its request and is borrowed, so the owner is told now.
 */
static void on_object(void *self, uint64_t id, enum watch_event ev, const struct api_object *obj)
{
	struct writeq *q = self;
	struct slot *s = by_op(q, id);
	(void)ev;
	if (!s || s->told)
		return;
	s->told = true;
	struct api_result ok = {.rc = RC_OK,
				.http = 200,
				.reason = "",
				.message = "",
				.rv = str_or_empty(obj->meta->rv),
				.cont = ""};
	q->cfg.done(q->cfg.self, s->key, &ok, obj);
}

static void answered(struct writeq *q, const struct slot *s, const struct api_result *res)
{
	if (api_busy(res))
		pace_refused(&q->pace, s->sent_ms, q->now_ms, res->retry_after_ms, s->key);
	else if (api_answered(res))
		pace_answered(&q->pace, PACE_STATUS, s->sent_ms, q->now_ms);
	else
		pace_back(&q->pace);
}

static void on_done(void *self, uint64_t id, const struct api_result *res)
{
	struct writeq *q = self;
	struct slot *s = by_op(q, id);
	if (!s)
		return;
	uint64_t key = s->key;
	bool told = s->told;
	land(q, s);
	answered(q, s, res);
	if (told)
		backoff_reset(&s->backoff);
	else
		settle(q, s, res);
	schedule(q, s);
	if (!told)
		q->cfg.done(q->cfg.self, key, res, NULL);
	if (!told && res->rc == RC_NOTFOUND)
		writeq_forget(q, key);
}

/* ---- sending ---- */

static void send(struct writeq *q, struct slot *s)
{
	struct api_request req = {0};
	set_dirty(q, s, false);
	if (!q->cfg.render(q->cfg.self, s->key, &req)) {
		schedule(q, s);
		return;
	}
	struct api_sink sink = {q, on_object, on_done};
	s->told = s->seen = false;
	s->sent_ms = q->now_ms;
	s->paced_ms = max64(s->paced_ms, q->now_ms) + q->cfg.interval_ms;
	s->op = q->api.submit(q->api.self, &req, &sink);
	HASH_ADD(hh_op, q->flying, op, sizeof s->op, s);
	q->nflying++;
	pace_started(&q->pace);
	schedule(q, s);
}

/* ---- public ---- */

struct writeq *writeq_new(const struct writeq_config *cfg, const struct api *api,
			  const struct log *log, uint64_t seed)
{
	must(cfg->inflight_max > 0 && cfg->interval_ms >= 0 && cfg->backoff_base_ms > 0);
	struct writeq *q = mem_zalloc(1, sizeof *q);
	q->cfg = *cfg;
	q->api = *api;
	q->log = log;
	q->rng.s = seed;
	uint32_t most = cfg->inflight_max;
	pace_init(&q->pace, &(struct pace_config){.least = most < LEAST ? most : LEAST,
						  .most = most,
						  .initial = most < INITIAL ? most : INITIAL});
	return q;
}

struct writeq *writeq_free(struct writeq *q)
{
	if (!q)
		return NULL;
	writeq_clear(q);
	heap_done(&q->timers);
	free(q);
	return NULL;
}

void writeq_mark(struct writeq *q, uint64_t key, bool urgent, bool ahead, int64_t not_before_ms,
		 int64_t now_ms)
{
	q->now_ms = now_ms;
	struct slot *s = slot_find(q, key);
	if (!s)
		s = slot_new(q, key);
	if (!s->dirty || not_before_ms < s->not_before_ms)
		s->not_before_ms = not_before_ms;
	set_dirty(q, s, true);
	s->urgent = s->urgent || urgent;
	s->ahead = s->ahead || ahead;
	schedule(q, s);
}

void writeq_seen(struct writeq *q, uint64_t key, int64_t now_ms)
{
	q->now_ms = now_ms;
	struct slot *s = slot_find(q, key);
	if (!s)
		return;
	s->seen = true;
	if (!s->conflicted)
		return;
	s->conflicted = false;
	s->retry_ms = now_ms;
	schedule(q, s);
}

void writeq_forget(struct writeq *q, uint64_t key)
{
	struct slot *s = slot_find(q, key);
	if (s)
		slot_drop(q, s);
}

void writeq_clear(struct writeq *q)
{
	struct slot *s, *next;
	HASH_ITER (hh, q->slots, s, next)
		slot_drop(q, s);
	q->pause_until_ms = 0;
}

void writeq_now(struct writeq *q, int64_t now_ms)
{
	q->now_ms = now_ms;
}

void writeq_tick(struct writeq *q, int64_t now_ms)
{
	struct heap_node *due;
	q->now_ms = now_ms;
	while (pace_may(&q->pace, now_ms) && now_ms >= q->pause_until_ms &&
	       (due = heap_pop_due(&q->timers, now_ms))) {
		struct slot *s = OWNER_OF(due, struct slot, timer);
		if (s->dirty)
			send(q, s);
		else
			slot_drop(q, s);
	}
}

int64_t writeq_deadline(const struct writeq *q)
{
	int64_t next = heap_next(&q->timers), may = pace_deadline(&q->pace);
	if (next == INT64_MAX || may == INT64_MAX)
		return INT64_MAX;
	return max64(max64(next, may), q->pause_until_ms);
}

uint32_t writeq_depth(const struct writeq *q)
{
	return q->ndirty + q->nflying;
}
