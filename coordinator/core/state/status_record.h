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
	const char *rv; /* the resourceVersion from which the next write is computed */
	/* What was last refused for good, how often since a write was stored, and when it is tried
	 * again although nothing has changed. */
	uint64_t refused, refused_head;
	uint32_t refusals;
	int64_t again_ms;
	int64_t failing_ms; /* when the first write since one was stored failed; 0: none failed */
	bool failure_told;  /* since a write was stored */
};
