/* SPDX-License-Identifier: Apache-2.0 */
/* Where volumes of a StorageClass can be made, as its driver says with CSIStorageCapacities, and
 * how large they can be: a record of kind NEEDED_CAPACITY, whose name is that of the class. A list
 * gives these objects one by one; what it has gathered takes effect at its end. */
#pragma once

#include "base/bitset.h"
#include "coordinator/core/state/tables.h"

/* One of the list. Left out if it is of another class or beyond CAPACITIES_MAX. */
void capacity_add(struct lookup *l, const struct needed *capacity);
void capacity_end(struct lookup *l, bool complete); /* the list ended */
void capacity_done(struct lookup *l);
/* Takes the nodes out of *nodes on which no volume for the claim can be made; none if no list has
 * come to its end, or if the claim asks for no size. */
void capacity_match(const struct core *c, const struct lookup *l, const struct lookup *claim,
		    struct bitset *nodes);
