/* SPDX-License-Identifier: Apache-2.0 */
/* A node's state, and what it means for the members there. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The status that the leader before wrote, seen before the node's agent was heard: where nothing is
 * known yet, what it says holds until the agent is heard (node_keeps_last). */
void node_state_inherit(struct node_record *n, const struct cnode_status *st);
/* Asked once a step for each node that changed. */
void node_settle(struct core *c, struct node_record *n);
