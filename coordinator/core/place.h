/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: what the placement's files share. */
#pragma once

#include "coordinator/core/tables.h"

struct cand { /* lower is better */
	int64_t score;
	uint32_t node;
};

/* The best nodes for at most j->want members, best first, in core.cands; fewer than need may be
 * none. *ret_fit: how many fit. */
uint32_t pick(struct core *c, struct mjob *j, uint32_t need, uint32_t *ret_fit);
void pick_begin(struct core *c); /* of a step's part of a cycle */
void pick_used(struct core *c, uint32_t node);
void pick_end(struct core *c);
void pick_forget(struct core *c, struct reqclass *k);
/* Nodes that hold a member of the job already. */
void place_busy(const struct mjob *j, struct bitset *ret);
/* The first job that does not fit gets a reservation, if an end can be computed. */
void reserve_consider(struct core *c, struct mjob *j);
void reserve_clear(struct core *c);
/* Whether j may use the reserved nodes: it is theirs, or ends before. */
bool reserve_allows(const struct core *c, const struct mjob *j);
