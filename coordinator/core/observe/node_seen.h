/* SPDX-License-Identifier: Apache-2.0 */
/* What the watches of Nodes and ComputeNodes show. */
#pragma once

#include "coordinator/core/state/tables.h"

void node_seen(struct core *c, const struct node *node);
void node_deleted(struct core *c, const struct meta *gone);
void compute_node_seen(struct core *c, const struct compute_node *cn);
void compute_node_deleted(struct core *c, const struct meta *gone);
