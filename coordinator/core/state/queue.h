/* SPDX-License-Identifier: Apache-2.0 */
/* The queue: priority, then age. It may be long, and most of what waits goes on waiting, so with
 * each job stands what must have become free on one node for the job to be worth a look: a cycle
 * walks over a hundred thousand of these in a fraction of a millisecond. New jobs are looked at
 * alone. */
#pragma once

#include "coordinator/core/state/queue_blocks.h"
#include "coordinator/core/state/tables.h"

/* The job wants so many members (at least 1) from now on. */
void queue_put(struct core *c, struct job_record *j, uint32_t want);
void queue_take(struct core *c, struct job_record *j); /* harmless when it is not in */
/* A new priority, whether the job waits or not. */
void queue_prioritize(struct core *c, struct job_record *j, int32_t priority);
/* The job may fit now: the next cycle looks at it, whatever became free. */
void queue_look(struct core *c, struct job_record *j);
void queue_forget(struct core *c); /* all leave */

/* A cycle. */
/* The work for a cycle begins: what has become free since the last. */
void queue_begin(struct core *c);
/* The next item from *at on that is worth a look in this cycle; NULL: none is left. */
struct queue_item *queue_walk(struct core *c, struct queue_position *at);
/* The cycle stops before at for this step; false: it is at its end. */
bool queue_pause(struct core *c, struct queue_position at);
struct queue_position queue_resume(const struct core *c);
/* A look at the job begins: what was asked for by queue_put or queue_look is answered. True: the
 * job came or changed since the last look. */
bool queue_looked(struct job_record *j);
/* The look ended, and the job does not fit. True: it was not blocked before. */
bool queue_block(struct job_record *j);
/* The look ended, and the job wants no more: it leaves at the cycle's end. */
void queue_satisfied(struct core *c, struct queue_item *it);
/* A new job is looked at again, alone, in the next step. */
void queue_refresh(struct core *c, struct job_record *j);
/* A new job that is in the queue still, and not looked at since: the next in their order; NULL:
 * none is left. */
struct job_record *queue_next_new(struct core *c);
struct queue_item *queue_find(struct core *c, const struct job_record *j); /* it must be in */
void queue_end(struct core *c); /* those that want no more leave */
