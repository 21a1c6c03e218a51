/* SPDX-License-Identifier: Apache-2.0 */
/* When the coordinator lists a node's pods itself: while no agent tells of them. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Starts a list that is due, or plans the next. */
void pod_lists_plan(struct core *c, struct node_record *n);
/* Sets the node's timer: the next list of its pods, or the next apply of its ComputeNode. */
void pod_lists_set_timer(struct core *c, struct node_record *n);
