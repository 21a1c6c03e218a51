/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of status writes: a slot for each object says that its status is to be written, not
 * what: the newest status is asked for when the write goes out. One patch for each object and
 * interval; state changes do not wait for the interval, in bursts of four. Each write is fenced by
 * the resourceVersion that it was computed from. A 409 waits for a newer version to be observed,
 * then the write is computed again, so no update is lost; other errors back off by their retry
 * class. Owner: the caller; one thread; limits: inflight_max writes in flight, fewer while the API
 * server is slow or refuses; one slot for each object. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct writeq;

struct writeq_config {
	uint32_t inflight_max;                   /* 32 */
	int64_t interval_ms;                     /* between patches of one object; 1000 */
	int64_t backoff_base_ms, backoff_cap_ms; /* after errors */
	void *self;                              /* the owner, first parameter of what follows */
	/* Fills req (verb, kind, ns, name, rv, body) from the newest state; borrowed until the next
	 * call into the owner. False: there is nothing to write. */
	bool (*render)(void *self, uint64_t key, struct api_request *req);
	/* A write ended. obj: what the server stored (rc OK), else NULL. After NOTFOUND the slot is
	 * forgotten; after an error of retry class NEVER it waits for its next mark. */
	void (*done)(void *self, uint64_t key, const struct api_result *res,
		     const struct api_object *obj);
};

/* log may be NULL. seed: of the jitter. */
struct writeq *writeq_new(const struct writeq_config *cfg, const struct api *api,
			  const struct log *log, uint64_t seed);
struct writeq *writeq_free(struct writeq *q); /* cancels all; NULL in, NULL out */
/* The object's status is to be written. urgent: a state change, the interval does not hold it back.
 * ahead: where writes wait for others to land, it goes before those that were marked up to 10 s
 * earlier; otherwise writes go in the order of their marks. not_before_ms: 0, or the earliest time;
 * of several marks the earliest counts. */
void writeq_mark(struct writeq *q, uint64_t key, bool urgent, bool ahead, int64_t not_before_ms,
		 int64_t now_ms);
/* A newer version of the object was observed. */
void writeq_seen(struct writeq *q, uint64_t key, int64_t now_ms);
void writeq_forget(struct writeq *q, uint64_t key); /* the object is gone */
void writeq_clear(struct writeq *q);                /* leadership is lost: nothing more goes out */
void writeq_tick(struct writeq *q, int64_t now_ms);
/* Sets the time of completions that come before the next tick. */
void writeq_now(struct writeq *q, int64_t now_ms);
/* When to tick at the latest: monotonic ms; INT64_MAX: no time is awaited. */
int64_t writeq_deadline(const struct writeq *q);
uint32_t writeq_depth(const struct writeq *q); /* writes that wait or are in flight */
