/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a node, and what it means for the members there. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The status that the previous leader wrote, read before the agent was heard. Its state is kept
 * until the agent is heard, if nothing else is known (node_keeps_last). */
void node_state_inherit(struct node_record *n, const struct compute_node_status *st);
/* Once in a step for each node that changed. */
void node_settle(struct core *c, struct node_record *n);
