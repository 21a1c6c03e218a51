/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a job, as parts of its record. */
#pragma once

#include "base/runs.h"
#include "coordinator/core/state/attempt_record.h"

/* One member index. */
struct slot {
	struct attempt *current;
	int64_t retry_ms;      /* until then the index gets no attempt */
	uint32_t last;         /* the highest attempt number that is known of this index; 0: none */
	uint32_t failed_on[2]; /* nodes of its last two charged failures, the newest first: idx + 1;
				* 0: none */
	uint16_t failures;     /* that were charged; UINT16_MAX: so many or more */
	uint8_t ends; /* in a row, since the last long run or change by a user (attempt/again.h) */
};

/* Slots stand in pages, so that they stay where they are: pages of 1, 2, 4 … 32 slots, then pages
 * of SLOTS_PAGE. A page is made when something of one of its indexes is known. */
enum { SLOTS_PAGE_LOG = 6, SLOTS_PAGE = 1 << SLOTS_PAGE_LOG };

/* The members. */
struct job_members {
	struct slot **pages; /* NULL: nothing is known of these indexes */
	uint32_t npages;
	struct attempt *attempts; /* a list through job_next: first those that have not ended … */
	struct attempt *ended;    /* … then, from here on, those that have; NULL: none has */
	uint32_t count[ATTEMPT_STATE_N], nready, nwaiting;
	/* The next attempt has a higher number than this, and than the last of its slot. */
	uint32_t attempt_floor;
	uint32_t highest_attempt, stored_attempts; /* status.attempts; what a stored status has */
	uint32_t nspent; /* attempts that have ended uncharged, without success, and have a pod */
	bool any_failed_on;             /* a slot has nodes on which its index failed */
	uint32_t failed, stored_failed; /* charged attempts; those that a stored status counts */
	struct runs completed;          /* those beyond spec.completions too, which may grow … */
	uint32_t ncompleted;            /* … but are not counted */
	struct runs failed_indexes;     /* for good, so they have not completed; likewise */
	uint32_t nfailed_indexes;
	int64_t starting_ms; /* when the first Pending pod came, or a container last started */
	/* What the status said when this leader came, for pods that are older than the proofs:
	 * state/old_pods.h. */
	char **old_nodes; /* sorted; the strings follow in the same block */
	uint32_t nold_nodes, old_attempts;
	uint32_t nold_pods;   /* how many of them are members */
	uint32_t nold_untold; /* so many more indexes may be on nodes that the status does not name
			       */
	struct bitset old_elsewhere; /* those that were found there */
};

/* A kubelet refused a member of this job: the node gets no member of it until until_ms. n counts
 * the refusals, holds says that the end of the pause was not noticed yet. forbids: at
 * forbids_ms the kubelet refused a member for what its pod is, so the node gets no member before
 * its Node has changed. avoid_ms: a member ended there soon after its start, and until then the job
 * prefers other nodes. */
struct refusal {
	uint32_t node, n;
	int64_t until_ms, avoid_ms, forbids_ms;
	bool holds, forbids;
};

struct job_refusals {
	struct refusal *v;
	uint32_t n, cap;
};

/* Changes that the members have not followed yet. */
struct job_changes {
	bool selection_changed, rolling;
	bool indexes_changed; /* some members may have indexes that want none, or be too many */
	bool resumed;         /* an attempt was resumed: attempt.unchecked */
	/* The selection of the members before the change; NULL: nobody knows. */
	struct selection *selection_was;
};
