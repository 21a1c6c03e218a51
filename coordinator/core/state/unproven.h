/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of a node that look like members and that nobody ordered, as far as is known: they take room
 * as pods of others do, and the coordinator looks at what agents tell of them. At most UNPROVEN_MAX
 * of a node are followed; the room of others is not counted. */
#pragma once

#include "coordinator/core/state/tables.h"

enum { UNPROVEN_MAX = 256, UNPROVEN_LOOK_MS = 5000 };

/* The pod was reported or listed. True: it was not followed before, and is now. */
bool unproven_seen(struct core *c, struct node_record *n, const struct member *m);
/* The pod is gone, has ended, or has turned out to be a member. */
void unproven_forget(struct core *c, struct node_record *n, const char *pod_uid);
/* Forgets the pods that the Hello or list of this generation did not have. */
void unproven_sweep(struct core *c, struct node_record *n);
/* Adds the requests of these pods to ROW_NOMINATED. */
void unproven_count(const struct core *c, struct node_record *n);
/* The agent told of something that nobody ordered: the coordinator looks, at most every
 * UNPROVEN_LOOK_MS. */
void unproven_claimed(struct core *c, struct node_record *n);
/* Whether the coordinator is to look now; if so, the next look is UNPROVEN_LOOK_MS away. */
bool unproven_look(const struct core *c, struct node_record *n);
