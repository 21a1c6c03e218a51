/* SPDX-License-Identifier: Apache-2.0 */
/* A status and its writes, for jobs and ComputeNodes alike: what is stored, what is being written,
 * and what the watch last showed. A status is known by two fingerprints: full is that of
 * everything, head that of the part that is written at once. */
#pragma once

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

enum slot_end {
	SLOT_STORED,
	SLOT_OVERTAKEN, /* stored, but the watch has shown a later version, which stands */
	SLOT_REFUSED,   /* for good: the write is not repeated before something changes */
	SLOT_AGAIN      /* the write queue tries again */
};
/* The last write ended with rc. rv is the new resourceVersion if rc is RC_OK. */
enum slot_end slot_written(struct status_slot *s, enum rc rc, const char *rv);
