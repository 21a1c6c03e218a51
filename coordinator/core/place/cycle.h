/* SPDX-License-Identifier: Apache-2.0 */
/* Placement. A cycle goes through the whole queue, by priority, then by age, over one table that
 * each placement changes. A job gets all that it needs at once, or nothing (job_needs_at_once). A
 * job that does not fit says why (explain.c). A job that comes while no room has become free is
 * looked at alone, since all others still wait for what they waited for. The work of a step is
 * bounded: the next step goes on with the cycle.
 * Placement decides, and does nothing itself. It returns a plan for each job that can be placed,
 * and the core carries out the plan before it asks for the next. */
#pragma once

#include "coordinator/core/place/placing.h"

struct placement {
	uint32_t index, node; /* the index of the member; core.nodes.at[node] */
};

struct plan {
	/* No member is placed: the job's claims get a node first (state/choice.h). */
	bool chooses;
	uint32_t chosen;
	struct job_record *job;
	struct queue_item *item;
	bool whole; /* after this plan the job wants no more */
	bool kept;  /* nodes that the job could have used are kept for a job ahead */
	uint32_t n;
	const struct placement *v; /* borrowed until the next call */
};

/* Begins this step's part of a cycle. A cycle through the queue waits for a step without news. So
 * of many events that come together each costs what it changes, and one cycle sees all the room
 * that they freed. */
void place_begin(struct core *c);
/* Returns the next job that can be placed. Between two calls *plan must be carried out and left as
 * it is; *plan starts out zeroed. False: this step's part is over. */
bool place_next(struct core *c, struct plan *plan);
