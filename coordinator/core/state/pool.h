/* SPDX-License-Identifier: Apache-2.0 */
/* The volumes of a StorageClass that no claim has: a record of kind NEEDED_POOL. A list gives them
 * one by one; what it has gathered takes effect at its end. */
#pragma once

#include "base/bitset.h"
#include "coordinator/core/state/tables.h"

/* The volume that is to be bound to the claim, as the list had it; NULL: none. */
const char *pool_given(const struct lookup *pool, const struct lookup *claim);
/* A volume of the list. Left out if it is of another class, taken, or beyond POOL_MAX. */
void pool_add(struct lookup *pool, const struct needed *volume);
void pool_end(struct lookup *pool, bool complete); /* the list ended */
void pool_done(struct lookup *pool);
/* Takes the nodes out of *nodes from which no volume that could meet the claim can be reached. */
void pool_match(const struct core *c, const struct lookup *pool, const struct lookup *claim,
		struct bitset *nodes);
/* Volumes that other claims of the same pod take. */
struct picked {
	const struct pooled *v[CLAIMS_MAX];
	uint32_t n;
};
/* The smallest volume that could meet the claim on the node, and is not among but; NULL: none. */
const struct pooled *pool_pick(const struct core *c, const struct lookup *pool,
			       const struct lookup *claim, uint32_t node, const struct picked *but);
/* The volume of this name was given to a claim. */
void pool_take(struct lookup *pool, const char *name);
