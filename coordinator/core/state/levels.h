/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes ordered by how full they are, and sets of nodes with at least so much room. Both are
 * updated with each change of a node's room, so that a decision costs what it looks at, not how
 * many nodes there are. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The room of the node changed; whole: what the node can hold when it is empty changed too. */
void levels_update(struct core *c, const struct node_record *n, bool whole);
void levels_remove(struct core *c, const struct node_record *n);
void levels_done(struct core *c);
/* The nodes that may have milli of the resource free; with empty: that may have it when they hold
 * no pod. Each node that has so much is in the set, and each node in the set has at least four
 * fifths of it. NULL: the set is empty. */
const struct bitset *levels_at_least(const struct core *c, uint32_t res, int64_t milli, bool empty);
/* Removes the nodes from ok that have no room for needs, or, with empty, would have none without
 * pods. Some that lack a little may stay. */
void levels_with_room(const struct core *c, const struct needs *needs, bool empty,
		      struct bitset *ok);
