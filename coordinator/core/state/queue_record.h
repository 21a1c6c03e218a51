/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the queue. */
#pragma once

#include "coordinator/core/state/job_record.h"

/* A job in the queue, and how much must be free on one node for another look at the job. */
struct queue_item {
	struct job_record *job;
	int64_t cpu, memory; /* -1: the job is looked at in any case */
	int64_t hold_ms;     /* from then on nodes may be held for the job, whoever is ahead */
	bool impossible;     /* the empty cluster could not hold it either */
	bool done;           /* the job is QUEUE_DONE; kept here for walks that touch no job */
};

enum { NEW_JOBS_MAX = 64, QBLOCK = 128 };

/* A block of items; never empty. */
struct queue_block {
	uint32_t n;
	struct queue_item v[QBLOCK];
};

struct queue_position {
	uint32_t block, i;
};

/* The queue, ordered by priority, then by age. */
struct queue {
	struct queue_block **block;
	uint32_t n, nblocks, cap;
	struct job_record *next; /* where a paused cycle goes on */
	bool cycle_due;          /* the jobs that wait are to be looked at */
	bool cycle_paused;       /* a cycle is not at its end; the next step goes on */
	bool moved;              /* a job changed its place, so the cycle begins again */
	struct job_record *new_jobs[NEW_JOBS_MAX];
	uint32_t nnew, ndone;
	/* Since the last cycle: nodes with more room; those that may hold more when empty. */
	struct bitset grown, grown_whole;
	/* Of this cycle: the most that one of these nodes has free; whether grown_whole has any. */
	int64_t free_cpu, free_memory;
	bool any_grown_whole;
	int64_t wake_ms; /* when a cycle is due for the hold_ms of an item; INT64_MAX: never */
};
