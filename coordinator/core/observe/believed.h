/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the members that agents and lists show count: those that this leader has ordered to that
 * node, those that carry the proof that a coordinator has, and those from before the proofs that
 * agree with the status of their job. No other counts (docs/design/0010-threat-model.md). */
#pragma once

#include "coordinator/core/state/tables.h"

/* j, a: the job and the attempt that the member names, or NULL. */
bool member_believed(const struct core *c, const struct node_record *n, const struct job_record *j,
		     const struct attempt *a, const struct member *m);
/* A member that is not believed: if it has a pod that has not ended, the pod takes room. If only an
 * agent has told of it (not by_list), the coordinator lists the pods of the node. */
void member_doubted(struct core *c, struct node_record *n, const struct member *m, bool by_list);
/* All objects are known: an Event says how many pods from before the proofs are members. */
void job_tell_old(struct core *c, struct job_record *j);
