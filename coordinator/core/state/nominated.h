/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that kube-scheduler has found a node for, but not bound yet: mostly preemptors that wait
 * until the pods which make room for them have ended (status.nominatedNodeName). The room is
 * theirs, as kube-scheduler itself keeps it from pods of lower priority. */
#pragma once

#include "coordinator/core/state/tables.h"

enum { NOMINATED_MAX = 4096, NOMINATED_LEFT_MS = 5000 };

/* The pod waits for the node. More than NOMINATED_MAX pods are left out. */
void nominated_set(struct core *c, const struct pod *pod);
/* The pod does not wait any more. It still counts for NOMINATED_LEFT_MS: if it was bound, its
 * node's agent has told of it by then. Does nothing if the pod is not known. */
void nominated_left(struct core *c, const char *uid);
/* The Node is deleted: nothing counts there any more but pods that still wait for it, which their
 * watch tells of. */
void nominated_node_deleted(struct core *c, const char *node);
/* Sets ROW_NOMINATED of the node, before its caps are computed. */
void nominated_count(struct core *c, struct node_record *n);
void nominated_forget(struct core *c);
