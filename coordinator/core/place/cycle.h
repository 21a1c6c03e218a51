/* SPDX-License-Identifier: Apache-2.0 */
/* Placement. A cycle goes through the whole queue, priority then age, against one table that each
 * placement updates. A job gets all that it needs at once or nothing (job_needs_at_once); a job
 * that cannot be placed says why (explain.c). A job that comes while nothing has become free is
 * looked at alone: all others wait for what they waited for. Work per step is bounded; a cycle goes
 * on where it stopped.
 *
 * Placement decides and does nothing: each job that can be placed comes out as a plan, which the
 * core carries out before it asks for the next. */
#pragma once

#include "coordinator/core/place/placing.h"

struct placement {
	uint32_t index, node; /* the member's index; core.node_at[node] */
};

struct plan {
	struct job_record *job;
	struct queue_item *item;
	bool whole; /* after this the job wants no more */
	bool kept;  /* nodes that the job might have had are kept for a job ahead */
	uint32_t n;
	const struct placement *v; /* borrowed until the next call */
};

/* This step's part of a cycle begins. A cycle through the queue waits for a step without news: of
 * many events that come together each costs what it changes, and one cycle sees all that they have
 * freed. */
void place_begin(struct core *c);
/* The next job that can be placed. Between two calls *plan must be carried out and left as it is;
 * it starts out zeroed. False: this step's part is over. */
bool place_next(struct core *c, struct plan *plan);
