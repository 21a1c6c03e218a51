/* SPDX-License-Identifier: Apache-2.0 */
/* The queue's tables. */
#pragma once

#include "coordinator/core/state/job_record.h"

struct queue_item { /* a job in the queue, and what must have become free for it to be looked at
		       again */
	struct job_record *job;
	int64_t cpu, memory; /* -1: it is looked at in any case */
	bool impossible;     /* the empty cluster could not hold it either */
	bool done;           /* the job is QUEUE_DONE; here for walks that touch no job */
};

enum { NEW_JOBS_MAX = 64, QBLOCK = 128 };

struct queue_block { /* never empty */
	uint32_t n;
	struct queue_item v[QBLOCK];
};

struct queue_position {
	uint32_t block, i;
};

struct queue { /* priority, then age: within a block, and from block to block */
	struct queue_block **block;
	uint32_t n, nblocks, cap;
	struct job_record *next; /* where a cycle that is not at its end goes on */
	bool cycle_due;          /* what waits is to be gone through */
	bool cycle_paused;       /* a cycle is not at its end: it goes on at next */
	bool moved;              /* one changed its place: the cycle begins anew */
	struct job_record *new_jobs[NEW_JOBS_MAX];
	uint32_t nnew, ndone;
	/* since the last cycle: nodes with more room, those that can hold more at most */
	struct bitset grown, grown_whole;
	/* of this cycle: the most that one of them has free; whether any can hold more at most */
	int64_t free_cpu, free_memory;
	bool any_grown_whole;
};
