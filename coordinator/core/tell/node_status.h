/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode's status: computed anew when it is asked for, compared by fingerprint with what is
 * stored. State and conditions are written at once, numbers at most every cnode_numbers_ms. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asks for a write if the status differs from what is stored. */
void node_status_check(struct core *c, struct node_record *n);
/* A status as the API server has it, of resourceVersion rv. */
void node_status_seen(struct node_record *n, const struct cnode_status *st, const char *rv);
void node_status_forget(struct node_record *n); /* the ComputeNode was deleted */
/* The newest status, borrowed until the next step, and the resourceVersion that it was computed
 * from; false: nothing needs writing (there is no ComputeNode, or it is stored as it is). Changes
 * nothing. */
bool node_status_view(const struct core *c, const char *name, struct cnode_status *ret,
		      const char **ret_rv);
/* The write of a status that node_status_view gave goes out; NULL: it gave none. */
void node_status_taken(struct core *c, const char *name, const struct cnode_status *sent);
void node_status_written(struct core *c, const struct core_event *ev);
