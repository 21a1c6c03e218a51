/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode for each Node, kept by server-side apply without force. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Called when the node changed: applies, deletes or does nothing. */
void node_apply_check(struct core *c, struct node_record *n);
/* The ComputeNode was seen, or something else is to be applied: an apply that is needed goes out
 * within a second, however often the last one was repeated. */
void node_apply_soon(const struct core *c, struct node_record *n);
/* The ComputeNode was deleted. If there is a Node, the ComputeNode is made again: at once the first
 * time; later and later, after at most 30 s, if it is deleted within a minute each time. (Then its
 * owner is a deleted Node, and the garbage collector deletes it as fast as it is made.) */
void node_apply_again(const struct core *c, struct node_record *n);
/* Another Node of this name was seen: its ComputeNode is made at once, however often the last one
 * was deleted. */
void node_apply_renew(struct node_record *n);
/* The ComputeNode was seen. A resource that its other owner has removed is applied again. */
void node_apply_leave_in(const struct core *c, struct node_record *n);
void node_applied(struct core *c, const struct core_event *ev); /* CEV_APPLIED */
/* What is to be applied, borrowed until the next step; false: there is no Node of this name. */
bool node_apply_view(const struct core *c, const char *name, struct compute_node_apply *ret);
