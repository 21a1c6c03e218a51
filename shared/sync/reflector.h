/* SPDX-License-Identifier: Apache-2.0 */
/* A reflector: lists one kind page by page, then watches from the list's resourceVersion, and
 * relists when told to (410, ERROR frame, too old). Rules: Kubernetes API concepts, "Efficient
 * detection of changes". What it hands on is edge-free: every object as it is now, and which ones
 * are gone since the list before (a sweep by generation of the names seen).
 * Owner: the caller; one thread; memory: one entry (key, rv) for each object. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct reflector;

struct reflector_config {
	enum api_kind kind;
	const char *field_selector, *label_selector; /* copied */
	uint32_t page;                               /* ≤500 */
	int64_t watch_silence_ms; /* a watch without even a bookmark for so long is cut; 90 s */
	void *self;
	void (*on_upsert)(void *self, const struct api_object *obj);
	/* ns, name, uid; orphan_finalizer as it was at the end, and true when the end was missed
	 * (whether it was orphaned is not known then: leave what it owned to the garbage
	 * collector). */
	void (*on_gone)(void *self, const struct meta *meta);
	void (*on_synced)(void *self); /* after each complete list */
};

struct reflector *reflector_new(const struct reflector_config *cfg, const struct api *api,
				const struct log *log, uint64_t seed);
struct reflector *reflector_free(struct reflector *r); /* cancels what is under way */
void reflector_start(struct reflector *r, int64_t now_ms);
void reflector_tick(struct reflector *r, int64_t now_ms); /* when reflector_deadline has come */
int64_t reflector_deadline(const struct reflector *r);    /* monotonic ms; INT64_MAX: none */
bool reflector_synced(const struct reflector *r);
uint64_t reflector_relists(const struct reflector *r);
/* The time of completions that come before the next tick (backoffs and silence count from it). */
void reflector_now(struct reflector *r, int64_t now_ms);
