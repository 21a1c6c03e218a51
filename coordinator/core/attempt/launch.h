/* SPDX-License-Identifier: Apache-2.0 */
/* How an attempt begins. Only this room asks for pods and for their deletion. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Makes the next attempt of the index on node n and orders it. Its number is above every number
 * that is known of the index, and after a change of leader also above those that cannot be known.
 * The index must be free, or held by an attempt that may be replaced. */
struct attempt *attempt_place(struct core *c, struct job_record *j, uint32_t index,
			      struct node_record *n);
/* The pod is to be created, as soon as there is a ticket: by the node's agent, or by the
 * coordinator. */
void attempt_launch(struct core *c, struct attempt *a);
/* Its agent is heard again: an order that waits for nothing else is to be carried out. */
void attempt_go_on(struct core *c, struct attempt *a);
/* The attempt has a ticket (tickets_next): its create is tried once. */
void attempt_create(struct core *c, struct attempt *a);
/* Whether the order of the attempt waits for an agent that would make the pod without a proof. */
bool attempt_needs_coordinator(const struct core *c, const struct attempt *a);
/* Like attempt_launch, but from now on the coordinator creates the pod. */
void attempt_launch_by_coordinator(struct core *c, struct attempt *a);
