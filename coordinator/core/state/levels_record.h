/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes by what they have left, as sets. */
#pragma once

#include "base/bitset.h"

enum { LEVELS = 1025, STEPS_N = 248 };

/* For one resource: sets of nodes with at least so much of it. */
struct stepset {
	struct bitset at_least[STEPS_N];
	uint8_t *at; /* by node: its step */
	uint32_t cap;
};

struct levels {
	struct bitset level[LEVELS], used; /* used: the levels that have nodes */
	uint32_t count[LEVELS];
	uint16_t *of; /* by node: its level + 1, or 0 */
	uint32_t cap;
	struct stepset **free,
		**whole; /* by resource: of the room that is left; of the empty node */
	uint32_t nres;
};
