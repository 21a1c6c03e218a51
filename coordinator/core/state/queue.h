/* SPDX-License-Identifier: Apache-2.0 */
/* The queue of jobs that wait for nodes, ordered by priority, then by age. The queue may be long,
 * and most of its jobs go on waiting. So each item says how much must be free on one node for its
 * job to be worth a look, and a cycle walks over a hundred thousand items in a fraction of a
 * millisecond. New jobs are looked at alone. */
#pragma once

#include "coordinator/core/state/queue_blocks.h"
#include "coordinator/core/state/tables.h"

/* From now on the job wants this many members, at least 1. */
void queue_put(struct core *c, struct job_record *j, uint32_t want);
void queue_take(struct core *c, struct job_record *j); /* nothing if the job is not in */
/* Gives the job another priority, whether it is in the queue or not. */
void queue_prioritize(struct core *c, struct job_record *j, int32_t priority);
/* The job may fit now: the next cycle looks at it, whatever room became free. */
void queue_look(struct core *c, struct job_record *j);
void queue_forget(struct core *c); /* all jobs leave */
void queue_idle(struct core *c);   /* the queue is empty: no cycle is due */

/* Begins the work for a cycle, with the room that became free since the last cycle. */
void queue_begin(struct core *c);
/* Returns the next item from *at on that is worth a look in this cycle; NULL: there is none. */
struct queue_item *queue_walk(struct core *c, struct queue_position *at);
/* Pauses the cycle before at, until the next step. False: the cycle is at its end. */
bool queue_pause(struct core *c, struct queue_position at);
struct queue_position queue_resume(const struct core *c);
/* Begins the look at the job that queue_put or queue_look asked for. True: the job came or changed
 * since the last look. */
bool queue_looked(struct job_record *j);
/* Ends the look: the job does not fit. True: the job was not blocked before. */
bool queue_block(struct job_record *j);
/* Members of the job are placed: the job wants so many fewer. */
void queue_placed(const struct core *c, struct job_record *j, uint32_t members);
/* The job is looked at again when a node has so much free (thousandths); -1: in any case. */
void queue_until(struct queue_item *it, int64_t cpu, int64_t memory);
/* From at_ms on the cycles look at the job, so that nodes may be held for it. */
void queue_hold_from(struct core *c, struct queue_item *it, int64_t at_ms);
/* The lowest priority in the queue; INT32_MIN: the queue is empty. */
int32_t queue_floor(const struct core *c);
/* Whether the cluster could hold the job if there were no other pods. */
void queue_possible(struct queue_item *it, bool possible);
/* Ends the look: the job wants no more, and leaves at the end of the cycle. */
void queue_satisfied(struct core *c, struct queue_item *it);
/* A new job is looked at again, alone, in the next step. */
void queue_refresh(struct core *c, struct job_record *j);
/* The next of the new jobs that were not looked at yet, in the order of the queue; NULL: none. */
struct job_record *queue_next_new(struct core *c);
/* The item of the job, which must be in the queue. */
struct queue_item *queue_find(struct core *c, const struct job_record *j);
void queue_end(struct core *c); /* jobs that want no more leave */
