/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: what the scheduler counts for a pod spec. */
#pragma once

#include "kube/js.h"

/* Containers summed (a limit stands in for a missing request), sidecars added, the largest init
 * container, overhead. At most 64 names of resources; more are left out. Rule: resource helpers of
 * component-helpers, KEP-753 (sidecars), KEP-2837 (pod-level resources). Names point into the
 * tree. */
struct reslist decode_requests(struct arena *a, const json_t *pod_spec);
