/* SPDX-License-Identifier: Apache-2.0 */
/* When the coordinator lists a node's pods itself: while no agent tells of them. */
#pragma once

#include "coordinator/core/state/tables.h"

/* An agent's Hello begins: what was told of the node's pods before is old. */
void pod_lists_hello(struct node_record *n);
/* The Hello is over: a list that it makes necessary is due, any other is not. */
void pod_lists_after_hello(const struct core *c, struct node_record *n);
/* The agent fell silent, or hung up: lists are planned anew. */
void pod_lists_renew(struct core *c, struct node_record *n);
/* The list that was under way is over. */
void pod_lists_ended(struct node_record *n);
/* Starts a list that is due, or plans the next. */
void pod_lists_plan(struct core *c, struct node_record *n);
/* Sets the node's timer: the next list of its pods, or the next apply of its ComputeNode. */
void pod_lists_set_timer(struct core *c, struct node_record *n);
