/* SPDX-License-Identifier: Apache-2.0 */
/* The objects that the pods of a request need, beside nodes: the RuntimeClass and the claims. */
#pragma once

#include "base/buf.h"
#include "coordinator/core/state/tables.h"

/* Begins and ends a request's interest in the claims of a spec. */
void objects_ask(struct core *c, struct request *r, const struct strs *claims);
void objects_unask(struct core *c, struct request *r);
static inline bool objects_any(const struct request *r)
{
	return r->nclaims || r->set->runtime_class;
}
/* The request names the object, directly or through a claim. */
bool objects_use(const struct request *r, const struct lookup *l);

/* All objects have been read at least once, or it is known why they cannot be. */
bool objects_known(const struct request *r);
enum objects_state {
	OBJECTS_MISSING,   /* some are not read yet, or stand in the way of so many members */
	OBJECTS_TO_CHOOSE, /* claims wait for their first consumer: a node is to be chosen
			      (choice.h) */
	OBJECTS_READY
};
/* Reads what was never read. */
enum objects_state objects_look(struct core *c, const struct request *r, uint32_t members);
/* Appends what stands in the way, in words. False: nothing does, or it is not known yet. */
bool objects_obstacle(const struct request *r, uint32_t members, struct buf *b);

/* Takes the nodes out of *nodes from which a volume cannot be reached. */
void objects_leave_reachable(const struct core *c, const struct request *r, struct bitset *nodes);
/* The name of the i-th claim; i < r->nclaims. */
const char *objects_claim(const struct request *r, uint32_t i);
/* Takes the nodes out of *nodes from which the volume of the i-th claim cannot be reached. */
void objects_claim_reachable(const struct core *c, const struct request *r, uint32_t i,
			     struct bitset *nodes);
