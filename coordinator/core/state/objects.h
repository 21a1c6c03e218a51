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
/* How many members there are to be, and how many of them at once; whether they may share nodes. */
struct objects_for {
	uint32_t members, at_once;
	bool share;
};
/* Reads what was never read. */
enum objects_state objects_look(struct core *c, const struct request *r, struct objects_for who);
/* Appends what stands in the way, in words. False: nothing does, or it is not known yet. */
bool objects_obstacle(const struct request *r, struct objects_for who, struct buf *b);
/* How many members of a job with the request may be placed until one of them ends: 1 if one node
 * at a time may have a volume, else UINT32_MAX. */
uint32_t objects_most(const struct request *r);

/* Takes the nodes out of *nodes from which a volume cannot be reached. */
void objects_leave_reachable(const struct core *c, const struct request *r, struct bitset *nodes);
/* Takes the nodes out of *nodes that cannot have a volume now, since another one has it, or since
 * they have as many as they can attach. */
void objects_leave_attachable(const struct core *c, const struct request *r, struct bitset *nodes);
/* The name of the i-th claim; i < r->nclaims. */
const char *objects_claim(const struct request *r, uint32_t i);
/* Takes the nodes out of *nodes from which the volume of the i-th claim cannot be reached. */
void objects_claim_reachable(const struct core *c, const struct request *r, uint32_t i,
			     struct bitset *nodes);
/* Takes the nodes out of *nodes that cannot have the volume of the i-th claim since another one
 * has it. */
void objects_claim_attachable(const struct core *c, const struct request *r, uint32_t i,
			      struct bitset *nodes);
/* The name of a node that has it, of a claim for which that took nodes out. */
const char *objects_claim_user(const struct core *c, const struct request *r, uint32_t i);
