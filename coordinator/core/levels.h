/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: the nodes in the order that placement asks for, kept up to date with each
 * change of a node's room, so that a decision costs what it looks at and not what there is. Two
 * kinds of sets over nodes: those of one level (how full, in thousandths and a bit), and for each
 * resource those with at least so much free, in steps of a quarter of an octave. */
#pragma once

#include "base/bitset.h"

enum { LEVELS = 1025, STEPS_N = 248 };

struct stepset { /* for one resource */
	struct bitset at_least[STEPS_N];
	uint8_t *at; /* by node */
	uint32_t cap;
};

struct levels {
	struct bitset level[LEVELS], used; /* used: the levels that have nodes */
	uint32_t count[LEVELS];
	uint16_t *of; /* by node: its level + 1 */
	uint32_t cap;
	struct stepset **free, **whole; /* by resource: room that is left; of the empty node */
	uint32_t nres;
};

struct core;
struct mnode;

/* The node's room may be another; whole: what it can hold at most, too. */
void levels_update(struct core *c, const struct mnode *n, bool whole);
void levels_remove(struct core *c, const struct mnode *n);
void levels_done(struct core *c);
/* The nodes of which free (or the empty node) may hold milli of the resource; NULL: none does. No
 * node that holds it is missing; those that are there hold four fifths of it. */
const struct bitset *levels_at_least(const struct core *c, uint32_t res, int64_t milli, bool empty);
