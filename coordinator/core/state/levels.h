/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes in the order that placement asks for, kept up to date with each change of a node's
 * room, so that a decision costs what it looks at and not what there is. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The node's room may be another; whole: what it can hold at most, too. */
void levels_update(struct core *c, const struct node_record *n, bool whole);
void levels_remove(struct core *c, const struct node_record *n);
void levels_done(struct core *c);
/* The nodes of which free (or, empty: the node without members) may hold milli of the resource;
 * NULL: none does. No node that holds it is missing; those that are there hold at least four
 * fifths. */
const struct bitset *levels_at_least(const struct core *c, uint32_t res, int64_t milli, bool empty);
/* Leaves in ok the nodes that may have room for needs; empty: without any member. */
void levels_with_room(const struct core *c, const struct needs *needs, bool empty,
		      struct bitset *ok);
