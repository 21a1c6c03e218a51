/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's core under the bench's load. Time is the CPU time of this process, so that a
 * busy machine does not change the figures much. */
#pragma once

#include "coordinator/core/core.h"
#include "load.h"

struct drive {
	struct load *l;
	struct core *core;
	int64_t now_ms, worst_us, busy_us; /* of the steps since they were set to 0 */
	int64_t grace_ms;                  /* of silent agents; 0: for ever */
	uint32_t window;                   /* creates at once; 0: any number */
	uint32_t told_at_once;             /* pods in a report of an agent; 0: many */
	int64_t answer_us;                 /* the time of drive_answer, which busy_us has not */
	uint32_t *ordered, nordered, ordered_cap; /* nodes whose orders changed since then */
};

int64_t cpu_us(void);
void drive_lead(struct drive *d); /* a core with all nodes told */
void drive_sync(struct drive *d); /* and their agents */
void drive_hellos(struct drive *d);
/* The agent of node number i begins a session, in which it has these members. */
void drive_hello(struct drive *d, int64_t i, const struct member *v, uint32_t n);
void drive_job(struct drive *d, const struct load_job *j, int64_t created_ms, int32_t priority);
void drive_job_gone(struct drive *d, const struct load_job *j);
/* A page of the list of pods of all nodes. */
void drive_pods(struct drive *d, const struct member *v, uint32_t n, bool last);
void drive_tick(struct drive *d, int64_t ms);
void drive_settle(struct drive *d); /* ticks until the core wants none at once */
void drive_report(struct drive *d, const struct member *m, uint64_t session);
/* The agents whose orders changed since the last call have obeyed: each reports pods that it made.
 */
void drive_answer(struct drive *d);
/* Frees what d holds; it may be used anew. */
void drive_done(struct drive *d);
uint64_t drive_placed(const struct drive *d);
/* Every assignment: the node matches, its taints are tolerated, it has room, and holds one member
 * of a job. *ret_members: how many there are. Jobs that are not of the load count for room only. */
bool drive_check(struct drive *d, const struct load_job *more, uint32_t nmore,
		 uint64_t *ret_members);
