/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal of a pod, by the API server or by a kubelet, means for its job. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The API server refuses the pod of the attempt with these words. If an agent was refused, the
 * coordinator tries once itself, as admission may treat it differently; its own answer decides. A
 * gang whose members have not all come gives all nodes back. */
void job_denied(struct core *c, struct attempt *a, const char *words);
/* A kubelet refused the pod of a member, whose attempt has left its place, for a reason that may
 * pass. A gang of which fewer than min_parallelism members have run at the same time gives all
 * nodes back. (A gang that is refused for what its pods are keeps its nodes: the other nodes are
 * asked whether any of them takes such pods.) */
void job_refused(struct core *c, struct job_record *j);
