/* SPDX-License-Identifier: Apache-2.0 */
/* Backfill: for which jobs nodes are held, and when that changes. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A job does not fit: holds nodes for it if the rules say so. False: the next step goes on asking.
 */
bool reserve_consider(struct core *c, struct queue_item *it);
/* Whether the node is held from anybody. */
bool reserve_holds(const struct core *c, uint32_t node);
/* Whether a cycle is due because of what is held, or is to be held. */
bool reserve_due(const struct core *c);
/* When a cycle is due because a hold begins or ends; INT64_MAX: never. */
int64_t reserve_deadline(const struct core *c);
