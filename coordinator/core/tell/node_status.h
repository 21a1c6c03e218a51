/* SPDX-License-Identifier: Apache-2.0 */
/* A ComputeNode's status: computed anew when it is asked for, compared by fingerprint with what is
 * stored. State and conditions are written at once, numbers at most every cnode_numbers_ms. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asks for a write if the status differs from what is stored. */
void node_status_check(struct core *c, struct node_record *n);
/* A status as the API server has it, of resourceVersion rv. */
void node_status_seen(struct node_record *n, const struct cnode_status *st, const char *rv);
bool node_status_view(struct core *c, const char *name, struct cnode_status *ret,
		      const char **ret_rv);
void node_status_written(struct core *c, const struct core_event *ev);
