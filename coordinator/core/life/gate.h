/* SPDX-License-Identifier: Apache-2.0 */
/* The gate: after a change of leader, nodes and old jobs wait for the agents, but not for ever. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Once in a step: opens the gate when the agents of all ready Nodes were heard, or when the time is
 * over. */
void gate_tick(struct core *c);
int64_t gate_deadline(const struct core *c); /* INT64_MAX: the gate is open */
