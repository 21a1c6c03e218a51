/* SPDX-License-Identifier: Apache-2.0 */
/* The queue's order, in blocks of at most QBLOCK items: to come and to leave costs a block, not the
 * queue. Positions are valid until the next insertion or removal. */
#pragma once

#include "coordinator/core/state/queue_record.h"

/* Whether a stands before b: priority, creation time, namespace and name. */
bool queue_ahead(const struct job_record *a, const struct job_record *b);
struct queue_item *blocks_item(const struct queue *q, struct queue_position p);
/* Where the job's item stands; it must be there. */
struct queue_position blocks_find(const struct queue *q, const struct job_record *j);
/* The job at p; the end of a block stands for the next block's begin; NULL: p is the queue's end.
 */
struct job_record *blocks_job(const struct queue *q, struct queue_position p);
void blocks_insert(struct queue *q, struct queue_item it);
/* Takes the job's item out. A cycle that was to go on there goes on at the next. */
struct queue_item blocks_remove(struct queue *q, const struct job_record *j);
void blocks_drop(struct queue *q, uint32_t at); /* the block's jobs leave with it */
/* All blocks before end are full, end's holds end.i items, what stands behind is dropped. */
void blocks_cut(struct queue *q, struct queue_position end);
