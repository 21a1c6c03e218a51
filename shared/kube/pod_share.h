/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: spec.membersPerNode, and the variable of that number. It is a part of the
 * template where it is above 1, so agents of all versions make pods with it, and orders do not name
 * it; else it is added to each pod (kube/pod.c). A job's number cannot change. */
#pragma once

#include "kube/js.h"

#define VAR_PER_NODE "MUSTER_MEMBERS_PER_NODE"

/* 1…PER_NODE_MAX, whatever the spec says. */
uint32_t pod_per_node(const json_t *job_spec);
/* Puts the variable at the front of those of each container if the number is above 1. Returns how
 * many bytes that adds to the text, or a little more. */
size_t pod_share_add(json_t *pod, const json_t *job_spec);
