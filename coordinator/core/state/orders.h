/* SPDX-License-Identifier: Apache-2.0 */
/* A node's orders: what shall exist there, always the full set. An attempt that stops or has ended
 * is no order any more; a pod that was seen is ordered with its UID and never created again. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Each attempt's order may be another: all are looked at when the node is settled. */
void orders_recount(struct core *c, struct node_record *n);
/* Once a step: tells the node's session if the set is another one. */
void orders_emit(struct core *c, struct node_record *n);
/* The node's set; *ret_revision changes whenever the set does; 0: nothing is decided yet. Borrowed
 * until the next step. */
void orders_view(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision);
/* The node's fingerprint counted anew: what node_record.orders_sum must be. For checks. */
uint64_t orders_sum(const struct node_record *n);
