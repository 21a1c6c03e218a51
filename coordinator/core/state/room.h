/* SPDX-License-Identifier: Apache-2.0 */
/* Room that became free, for the next cycle of the queue. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The node has more room than before, or other labels or taints. whole: what the node can hold when
 * it is empty may have grown. */
void room_grown(struct core *c, const struct node_record *n, bool whole);
/* Waiting jobs may fit now, or others are ahead of them: a cycle of the queue is due. */
void queue_due(struct core *c);
