/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: what the placement's files share. */
#pragma once

#include "coordinator/core/tables.h"

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

struct cand { /* lower is better */
	int64_t score;
	uint32_t node;
};

/* queue.c */
/* Work for a cycle begins: what has become free since the last. */
void queue_begin(struct core *c);
/* The next item from *at on that is worth a look in this cycle; NULL: none is left. */
struct qitem *queue_walk(struct core *c, struct qpos *at);
/* The cycle stops before at for this step; false: it is at its end. */
bool queue_pause(struct core *c, struct qpos at);
struct qpos queue_resume(const struct core *c);
struct qitem *queue_find(struct core *c, const struct mjob *j);
void queue_end(struct core *c); /* those that want no more leave */
bool queue_ahead(const struct mjob *a, const struct mjob *b);

/* The best nodes for at most j->want members, best first, in core.cands; fewer than need may be
 * none. *ret_kept: some of the nodes that it might have are kept for a job ahead. */
uint32_t pick(struct core *c, struct mjob *j, uint32_t need, bool *ret_kept);
/* Leaves the nodes in ok that may have room; empty: the room that they have with no members. */
void pick_room(const struct core *c, const struct needs *needs, bool empty, struct bitset *ok);
/* Nodes that hold a member of the job already. */
void place_busy(const struct mjob *j, struct bitset *ret);
/* The first job that does not fit gets a reservation, if an end can be computed. False: the rest of
 * it is the next step's. */
bool reserve_consider(struct core *c, struct qitem *it);
void reserve_leave(struct core *c, const struct mjob *j); /* it is not in the queue any more */
void reserve_clear(struct core *c);
void reserve_done(struct core *c);
/* Whether j may use the reserved nodes: it is theirs, or ends before. */
bool reserve_allows(const struct core *c, const struct mjob *j);
