/* SPDX-License-Identifier: Apache-2.0 */
/* A status and its writes: what is stored, what is on its way, what the watch showed last; the same
 * for jobs and ComputeNodes. A status is known by two fingerprints: of all of it (full), and of the
 * part that is written at once (head). */
#pragma once

#include "coordinator/core/state/node_record.h"

struct status_print {
	uint64_t full, head;
};

/* The watch shows a status of resourceVersion rv. What was written from here is compared as it was
 * meant: what the API server made of it is no news. */
void slot_seen(struct status_slot *s, struct status_print p, const char *rv);
/* Whether a status with this fingerprint needs writing. */
bool slot_differs(const struct status_slot *s, struct status_print p);
/* A write of this status goes out. */
void slot_taken(struct status_slot *s, struct status_print p);
/* There is no object any more: nothing is stored, nothing on its way. */
void slot_forget(struct status_slot *s);
/* Nothing needs writing. */
void slot_settled(struct status_slot *s);

enum slot_end {
	SLOT_STORED,
	SLOT_OVERTAKEN, /* stored, but the watch has shown a later version already, which stands */
	SLOT_REFUSED,   /* for good: not again before something changes */
	SLOT_AGAIN      /* the write queue tries again */
};
/* The write that was taken last ended with rc; rv: the new resourceVersion, with RC_OK. */
enum slot_end slot_written(struct status_slot *s, enum rc rc, const char *rv);
