/* SPDX-License-Identifier: Apache-2.0 */
/* The write queue of status writes: one slot for each object; a slot says "dirty since", not what
 * to write: the newest status is asked for when the write goes out. At most one patch per object
 * and interval plus one at once on a state change; each write is fenced by the resourceVersion it
 * was computed from; a 409 waits for a newer version seen (or fetches it) and is computed again, so
 * no update is lost; other errors back off by their retry class. Caps writes in flight. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct writeq;

struct writeq_config {
	uint32_t inflight_max; /* 32 */
	int64_t interval_ms;   /* between patches of one object, 1000 */
	int64_t backoff_base_ms, backoff_cap_ms;
	void *self;
	/* Fills req (verb, kind, ns, name, rv, body) from the newest state; false: nothing to
	 * write. */
	bool (*render)(void *self, uint64_t key, struct api_request *req);
	/* A write ended. obj is what the server stored (rc OK) or NULL. A slot whose write ended
	 * with RC_NOTFOUND is forgotten after this call, one of retry class NEVER waits for its
	 * next mark. */
	void (*done)(void *self, uint64_t key, const struct api_result *res,
		     const struct api_object *obj);
};

struct writeq *writeq_new(const struct writeq_config *cfg, const struct api *api,
			  const struct log *log, uint64_t seed);
struct writeq *writeq_free(struct writeq *q);
/* urgent: a state change, not held back by the interval; ahead: where writes wait for others to
 * land, it goes before those that were marked up to 10 s earlier; not_before_ms: 0 or the earliest
 * time; of several marks the earliest counts. Otherwise they go in the order of their marks. */
void writeq_mark(struct writeq *q, uint64_t key, bool urgent, bool ahead, int64_t not_before_ms,
		 int64_t now_ms);
void writeq_seen(struct writeq *q, uint64_t key, int64_t now_ms); /* a newer version was observed */
void writeq_forget(struct writeq *q, uint64_t key);               /* the object is gone */
void writeq_clear(struct writeq *q); /* leadership lost: nothing more goes out */
void writeq_tick(struct writeq *q, int64_t now_ms);
void writeq_now(struct writeq *q,
		int64_t now_ms); /* the time of completions before the next tick */
int64_t writeq_deadline(const struct writeq *q);
uint32_t writeq_depth(const struct writeq *q);
