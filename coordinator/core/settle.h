/* SPDX-License-Identifier: Apache-2.0 */
/* The second half of a step: timers fire; then the nodes and jobs that changed are settled and
 * members are placed, until nothing is left to do. */
#pragma once

#include "coordinator/core/state/tables.h"

/* True: all timers that were due have fired. False: the next step goes on. */
bool timers_fire(struct core *c);
/* Settles jobs before nodes, because the members, orders and numbers of a node follow from what its
 * jobs decide. If more jobs and nodes changed than one step may settle, the next steps go on. Until
 * all are settled, nothing is placed and no node gets new orders. */
void settle(struct core *c);
