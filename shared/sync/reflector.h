/* SPDX-License-Identifier: Apache-2.0 */
/* A reflector: lists one kind page by page, then watches from the list's resourceVersion; lists
 * again when the watch cannot go on (410, ERROR frame). Rules: Kubernetes API concepts, "Efficient
 * detection of changes". It hands on every object as it is now, and which objects are gone; events
 * that were missed make no difference.
 * Owner: the caller; one thread; memory: one entry for each object (known.h). Errors are retried
 * with backoff; the first of a series is logged. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct reflector;

struct reflector_config {
	enum api_kind kind;
	const char *field_selector, *label_selector; /* copied; NULL: none */
	uint32_t page;                               /* objects of a page of a list, 1…500 */
	int64_t watch_silence_ms; /* a watch without even a bookmark for so long is cut; 90000 */
	void *self;               /* the owner, first parameter of what follows */
	void (*on_upsert)(void *self, const struct api_object *obj);
	/* meta has ns, name, uid and orphan_finalizer: as it was at the end; true when the end was
	 * missed. Then nobody knows whether the object was orphaned: leave what it owned to the
	 * garbage collector. */
	void (*on_gone)(void *self, const struct meta *meta);
	void (*on_synced)(void *self); /* after each complete list */
};

/* log may be NULL. seed: of the jitter. */
struct reflector *reflector_new(const struct reflector_config *cfg, const struct api *api,
				const struct log *log, uint64_t seed);
/* Cancels what is under way. NULL in, NULL out. */
struct reflector *reflector_free(struct reflector *r);
void reflector_start(struct reflector *r, int64_t now_ms); /* once */
void reflector_tick(struct reflector *r, int64_t now_ms);
/* Sets the time of completions that come before the next tick; backoffs and silence count from it.
 */
void reflector_now(struct reflector *r, int64_t now_ms);
/* When to tick at the latest: monotonic ms; INT64_MAX: no time is awaited. */
int64_t reflector_deadline(const struct reflector *r);
bool reflector_synced(const struct reflector *r);      /* a list was complete */
uint64_t reflector_relists(const struct reflector *r); /* complete lists after the first */
