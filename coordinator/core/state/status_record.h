/* SPDX-License-Identifier: Apache-2.0 */
/* What the statuses of jobs and ComputeNodes are made of: conditions, and how far a write is. */
#pragma once

#include "coordinator/core/state/reasons.h"
#include "model/object.h"

struct cond_state {
	enum cond_status status;
	enum reason reason;
	int64_t since_ms;
};

enum mark { MARK_NONE, MARK_LATER, MARK_URGENT };

/* A status and its writes, for a job or a ComputeNode: fingerprints of the status as it is stored,
 * as it is being written, and as the watch last showed it. A head is the fingerprint of the part
 * that is written at once. */
struct status_slot {
	enum mark mark; /* whether a write was asked for, and how soon */
	uint64_t stored, inflight, seen;
	uint64_t stored_head, inflight_head;
	char *rv; /* the resourceVersion from which the next write is computed */
};
