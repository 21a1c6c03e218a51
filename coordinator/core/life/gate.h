/* SPDX-License-Identifier: Apache-2.0 */
/* The gate: after a change of leader, nodes and old jobs wait for the agents, but not for ever. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The coordinator does not lead: the gate is open. */
void gate_idle(struct core *c);
void gate_close(struct core *c); /* the coordinator begins to lead */
/* All lists are complete: from now on the agents have their time to be heard. */
void gate_wait(struct core *c);
/* Once in a step: opens the gate when the agents of all ready Nodes that ever had one were heard,
 * or when the time is over. */
void gate_tick(struct core *c);
int64_t gate_deadline(const struct core *c); /* INT64_MAX: the gate is open */
