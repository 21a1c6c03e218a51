/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the resources that the scheduler counts for a pod spec. */
#pragma once

#include "kube/js.h"

/* Returns the sum of the containers (a limit stands in for a missing request) and sidecars, at
 * least the largest init container; what is asked for the pod as a whole instead; plus overhead. At
 * most 64 resource names; further ones are left out. Rule: PodRequests of component-helpers,
 * KEP-753 (sidecars), KEP-2837 (pod-level resources). Names point into the tree. */
struct reslist decode_requests(struct arena *a, const json_t *pod_spec);
/* The same for a pod that exists: while it is resized in place, the largest of what it desires,
 * what its kubelet has promised, and what its runtime was told (KEP-1287). */
struct reslist decode_pod_requests(struct arena *a, const json_t *pod_spec, const json_t *status);
