/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode's status: computed when it is needed, and compared by fingerprint with what is
 * stored. State and conditions are written at once, numbers at most every compute_node_numbers_ms.
 */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asks for a write if the status differs from what is stored. */
void node_status_check(struct core *c, struct node_record *n);
/* The watch shows this status, of resourceVersion rv. */
void node_status_seen(struct node_record *n, const struct compute_node_status *st, const char *rv);
void node_status_forget(struct node_record *n); /* the ComputeNode was deleted */
/* The newest status, borrowed until the next step, and the resourceVersion that it was computed
 * from. False: nothing has to be written, since there is no ComputeNode or its status is stored.
 * Changes nothing. */
bool node_status_view(const struct core *c, const char *name, struct compute_node_status *ret,
		      const char **ret_rv);
/* The write of the status that node_status_view returned goes out; NULL: it returned none. */
void node_status_taken(struct core *c, const char *name, const struct compute_node_status *sent);
void node_status_written(struct core *c, const struct core_event *ev);
