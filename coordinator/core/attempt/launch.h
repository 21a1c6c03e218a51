/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt begins. This room is the only place that asks for a pod or for its deletion. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The index's next attempt on node n, ordered at once. Its number is above every number that was
 * ever known of the index, and after a restart above those that cannot be known. The index must be
 * free, or held by an attempt that may be replaced. */
struct attempt *attempt_place(struct core *c, struct job_record *j, uint32_t index,
			      struct node_record *n);
/* One try to create the pod: by the node's agent through its order, or by the coordinator. */
void attempt_launch(struct core *c, struct attempt *a);
