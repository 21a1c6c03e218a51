/* SPDX-License-Identifier: Apache-2.0 */
/* A node's state, and what it means for the members there. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asked once a step for each node that changed. */
void node_settle(struct core *c, struct node_record *n);
