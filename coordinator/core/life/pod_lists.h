/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of a node's pods by the coordinator itself, while no agent reports them. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A Hello of the agent begins: what is known of the node's pods is old. */
void pod_lists_hello(struct node_record *n);
/* The Hello is over: a list that it asks for is due at once; no other is planned. */
void pod_lists_after_hello(const struct core *c, struct node_record *n);
/* The agent fell silent, or its connection was closed: lists are planned again. */
void pod_lists_renew(struct core *c, struct node_record *n);
/* The list that was running has ended. */
void pod_lists_ended(struct node_record *n);
/* Starts a list that is due, or plans the next one. A list comes soon if a pod may have been
 * created that nobody reported: the pod could otherwise be deleted unseen and created again. */
void pod_lists_plan(struct core *c, struct node_record *n);
/* Sets the node's timer: to the next list of its pods, or the next apply of its ComputeNode. */
void pod_lists_set_timer(struct core *c, struct node_record *n);
