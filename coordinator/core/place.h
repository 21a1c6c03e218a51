/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: what the placement's files share. */
#pragma once

#include "coordinator/core/tables.h"

struct cand { /* lower is better */
	int64_t score;
	uint32_t node;
};

/* Nodes that hold a member of the job already. */
void place_busy(const struct mjob *j, struct bitset *ret);
/* The first job that does not fit gets a reservation, if an end can be computed. */
void reserve_consider(struct core *c, struct mjob *j);
void reserve_clear(struct core *c);
/* Whether j may use the reserved nodes: it is theirs, or ends before. */
bool reserve_allows(const struct core *c, const struct mjob *j);
