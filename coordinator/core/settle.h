/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of a step: timers fire, and what was touched is settled: nodes, jobs, placements,
 * until nothing is left to do. */
#pragma once

#include "coordinator/core/state/tables.h"

/* True: all timers that are due have fired; else the next step goes on. */
bool timers_fire(struct core *c);
/* Jobs before nodes: a node's members, orders and numbers follow from what jobs decide. When more
 * of them changed than one step may settle, the next steps go on: until all are settled nothing is
 * placed, and no node is told anything new. */
void settle(struct core *c);
