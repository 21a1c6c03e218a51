/* SPDX-License-Identifier: Apache-2.0 */
/* A status and its writes, for jobs and ComputeNodes alike: what is stored, what is being written,
 * and what the watch last showed. A status is known by two fingerprints: full is that of
 * everything, head that of the part that is written at once. */
#pragma once

#include "base/arena.h"
#include "coordinator/core/state/node_record.h"

struct status_print {
	uint64_t full, head;
};

/* The watch shows a status of resourceVersion rv. If it shows what the coordinator wrote, as the
 * API server changed it (defaults, rounded times), that is no news. */
void slot_seen(struct status_slot *s, struct status_print p, const char *rv);
/* Whether a status with this fingerprint needs writing. */
bool slot_differs(const struct status_slot *s, struct status_print p);
/* The write of this status goes out. */
void slot_taken(struct status_slot *s, struct status_print p);
/* The object is deleted: nothing is stored, and nothing is being written. */
void slot_forget(struct status_slot *s);
/* Nothing has to be written. */
void slot_settled(struct status_slot *s);

/* A status with this fingerprint was refused for good. It is tried again at s->again_ms. */
bool slot_held(const struct status_slot *s, struct status_print p, int64_t now_ms);
/* Whether an Event should say now that writes of this status fail: at once if one is refused, after
 * some seconds if the cause may pass. True once, until a write is stored. */
bool slot_tell(struct status_slot *s, enum rc rc, int64_t now_ms);
/* The status is refused: nobody should wait for it any more. */
bool slot_hopeless(const struct status_slot *s, enum rc rc);
/* What the Event says, in the memory of a. words: those of the API server. */
const char *slot_failure(struct arena *a, const char *words);

enum slot_end {
	SLOT_STORED,
	SLOT_OVERTAKEN, /* stored, but the watch has shown a later version, which stands */
	SLOT_REFUSED,   /* for good: the write is repeated at again_ms, or when something changes */
	SLOT_NOT_THERE, /* the object was deleted: nothing is left to write */
	SLOT_AGAIN      /* the write queue tries again */
};
/* The last write ended with rc. rv is the new resourceVersion if rc is RC_OK. */
enum slot_end slot_written(struct status_slot *s, enum rc rc, const char *rv, int64_t now_ms);
