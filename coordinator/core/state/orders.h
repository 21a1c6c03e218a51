/* SPDX-License-Identifier: Apache-2.0 */
/* The orders of a node: what is to run there, always as the full set. An attempt that is stopping
 * or has ended has no order. The order of an attempt whose pod was seen has the UID of the pod, so
 * that the pod is never created again. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The order of each attempt may have changed: all are counted when the node is settled. */
void orders_recount(struct core *c, struct node_record *n);
/* Once in a step: gives the orders to the node's session if they changed. */
void orders_emit(struct core *c, struct node_record *n);
/* The orders of the node, borrowed until the next step. *ret_revision changes whenever the set
 * does, but for a pod of which the node's agent has told itself; 0: the orders are not decided
 * yet. */
void orders_view(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision);
/* The sum that node_record.orders.sum must have, counted from all attempts; for checks. */
uint64_t orders_sum(const struct node_record *n);
