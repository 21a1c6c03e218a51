/* SPDX-License-Identifier: Apache-2.0 */
/* Pods of a job that was deleted with orphaning. Nothing is done to them, but they take room. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The agent of n, or a list, shows the member m of the orphaned job j. a: its attempt; NULL: none
 * is known any more. */
void orphan_seen(struct core *c, struct job_record *j, struct node_record *n, struct attempt *a,
		 const struct member *m);
