/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode for every Node, kept by server-side apply without force. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asked at each change of the node: applies, deletes, or does nothing. */
void node_apply_check(struct core *c, struct node_record *n);
/* The ComputeNode was seen, or other things are to be applied: an apply that is still needed is
 * sent within a second, however often the one before was repeated. */
void node_apply_soon(const struct core *c, struct node_record *n);
/* The ComputeNode was deleted and, if there is a Node, is to be made again: at once the first time,
 * later and later (at most half a minute) where it goes within a minute each time. */
void node_apply_again(const struct core *c, struct node_record *n);
/* Another Node of this name was seen: its ComputeNode is made at once, however often the one before
 * was deleted. */
void node_apply_renew(struct node_record *n);
/* The ComputeNode was seen: a resource that another owner kept, and has taken out, is nobody's, and
 * is applied again. */
void node_apply_leave_in(const struct core *c, struct node_record *n);
void node_applied(struct core *c, const struct core_event *ev); /* CEV_APPLIED */
/* What is to be applied; false: there is no such Node. Borrowed until the next step. */
bool node_apply_view(const struct core *c, const char *name, struct cnode_apply *ret);
