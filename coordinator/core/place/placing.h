/* SPDX-License-Identifier: Apache-2.0 */
/* The state of placement: memory that is kept between calls, and how far a cycle has come. It holds
 * no fact about jobs or nodes. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The work of a step is counted, in eighths of a placement, so that every step is short. */
enum {
	WORK_PLACE = 8,
	WORK_LOOK = 2, /* a look at a job of the queue */
	WORK_END = 1,  /* the question when a node will have room */
	ENDS = 4,      /* so many members that end on a node count as 1 */
	FITS = 32,     /* so many looks at the room of a node count as 1 */
	LOOKED = 16,   /* so many looks at the nodes that are equally full count as 1 */
	WORK_STEP = STEP_PLACEMENTS * WORK_PLACE
};

/* The most work that a step may do. */
static inline uint32_t work_most(const struct core *c)
{
	return c->cfg.step_jobs ? c->cfg.step_jobs * WORK_LOOK : WORK_STEP;
}

/* A node that members of one job may share: how many are there, and for how many more it has room.
 */
struct shared_node {
	uint32_t level, node, there, more;
};

enum cycle { CYCLE_NONE, CYCLE_NEW, CYCLE_WHOLE };

struct placing {
	uint32_t work; /* in this step so far */
	/* The kind of the cycle, and the position of one through the whole queue. */
	enum cycle cycle;
	struct queue_position at;
	/* Memory of pick.c. */
	struct bitset ok, tier, last; /* last: the nodes to be taken last */
	struct bitset
		part[PREFER_BITS + 1]; /* those that are left, by how much they are preferred */
	struct bitset held, some; /* nodes that are held from the job; those that it may ask for
				   */
	bool asks;                /* held and some are set */
	struct candidate *candidates;
	uint32_t candidates_cap;
	struct shared_node *shared; /* of one tier */
	uint32_t nshared, shared_cap;
	struct selection scratch; /* the selection of a question */
	/* The plan that was returned last. */
	struct placement *plan;
	uint32_t plan_cap;
};

struct placing *placing_new(void);
struct placing *placing_free(struct placing *p);
