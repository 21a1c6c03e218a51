/* SPDX-License-Identifier: Apache-2.0 */
/* The order of the queue, in blocks of at most QBLOCK items, so that inserting and removing costs a
 * block, not the queue. Positions are valid until the next insertion or removal. */
#pragma once

#include "coordinator/core/state/queue_record.h"

/* Whether a stands before b: by priority, creation time, namespace and name. */
bool queue_ahead(const struct job_record *a, const struct job_record *b);
struct queue_item *blocks_item(const struct queue *q, struct queue_position p);
/* The position of the job's item, which must be there. */
struct queue_position blocks_find(const struct queue *q, const struct job_record *j);
/* The job at p. The end of a block is the begin of the next; NULL: p is the end of the queue. */
struct job_record *blocks_job(const struct queue *q, struct queue_position p);
void blocks_insert(struct queue *q, struct queue_item it);
/* Removes the item of the job. A cycle that was to go on there goes on at the item after it. */
struct queue_item blocks_remove(struct queue *q, const struct job_record *j);
void blocks_drop(struct queue *q, uint32_t at); /* the block's jobs leave with it */
/* Ends the queue at end: all blocks before it are full, its own block holds end.i items, and what
 * stands behind is dropped. */
void blocks_cut(struct queue *q, struct queue_position end);
