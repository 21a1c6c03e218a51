/* SPDX-License-Identifier: Apache-2.0 */
/* What counts of what is told of members: what this leader has ordered to that node, what carries
 * the proof that a coordinator has, and pods from before the proofs that agree with the status of
 * their job. Everything else counts nothing (docs/design/0010-threat-model.md). */
#pragma once

#include "coordinator/core/state/tables.h"

/* j, a: the job and the attempt that the member names, or NULL. */
bool member_believed(const struct core *c, const struct node_record *n, const struct job_record *j,
		     const struct attempt *a, const struct member *m);
/* A member that is not believed: if it has a pod that has not ended, the pod takes room. What only
 * an agent has told is looked at. */
void member_doubted(struct core *c, struct node_record *n, const struct member *m, bool by_list);
/* All objects are known: an Event says how many pods from before the proofs are members. */
void job_tell_old(struct core *c, struct job_record *j);
