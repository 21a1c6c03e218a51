/* SPDX-License-Identifier: Apache-2.0 */
/* What placement needs for itself: memory that is kept between questions, and how far a cycle has
 * come. It holds no fact about jobs or nodes. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Work is counted, so that a step is short whatever it meets: in eighths of a placement. */
enum {
	WORK_PLACE = 8,
	WORK_LOOK = 2, /* at a job of the queue */
	WORK_END = 1,  /* of a node, when it will have room */
	ENDS = 4,      /* so many members that end there are one */
	FITS = 32,     /* so many looks at a node's room are one */
	WORK_STEP = STEP_PLACEMENTS * WORK_PLACE
};

/* What a step may do. */
static inline uint32_t work_most(const struct core *c)
{
	return c->cfg.step_jobs ? c->cfg.step_jobs * WORK_LOOK : WORK_STEP;
}

enum cycle { CYCLE_NONE, CYCLE_NEW, CYCLE_WHOLE };

struct placing {
	uint32_t work; /* done in this step */
	/* The cycle: its kind, where a whole one is, the job under consideration. */
	enum cycle cycle;
	struct queue_position at;
	/* of pick.c */
	struct bitset ok, tier;
	struct candidate *candidates;
	uint32_t candidates_cap;
	struct selection scratch; /* a selection that is evaluated for a question only */
	/* The plan that was returned last. */
	struct placement *plan;
	uint32_t plan_cap;
};

struct placing *placing_new(void);
struct placing *placing_free(struct placing *p);
