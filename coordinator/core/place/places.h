/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of explain: for how many members of a job nodes have room, where members may share nodes.
 */
#pragma once

#include "coordinator/core/place/passer.h"

/* of[kind]: what keeps nodes from the job is told by kind; 0: nothing does. */
enum { PLACES_KINDS = 24 };

struct places {
	const struct job_record *job;
	uint32_t per_node;
	uint32_t busy;             /* the kind of nodes that have as many members as may be there */
	uint32_t *there;           /* members of the job by node; NULL: none */
	uint32_t of[PLACES_KINDS]; /* members for whom nodes of this kind may have room; those
				    * that are there count as busy */
	uint32_t fit;              /* members for whom there is room now … */
	uint32_t nodes[PER_NODE_MAX + 1]; /* … and how many nodes have room for so many */
};

void places_begin(const struct core *c, const struct job_record *j, uint32_t busy,
		  struct places *ret);
void places_done(struct places *p);
/* The node has as many members of the job as may be there. */
bool places_full(const struct places *p, uint32_t node);
/* Counts a node that the job could use now. Returns for how many members; at least one. */
uint32_t places_fit(const struct core *c, struct places *p, const struct passer *passer,
		    const struct node_record *n);
/* Counts a node of this kind. passes: nobody has to do anything for that. */
void places_count(const struct core *c, struct places *p, const struct node_record *n,
		  uint32_t kind, bool passes);
/* "needs room for 6 members, at most 4 on a node: 3 fit (2 + 1)" */
void places_put(const struct places *p, uint32_t need, bool more, struct buf *b);
