/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the resources that the scheduler counts for a pod spec. */
#pragma once

#include "kube/js.h"

/* Returns the sum of the containers (a limit stands in for a missing request) and sidecars, at
 * least the largest init container, plus overhead. At most 64 resource names; further ones are
 * left out. Rule: resource helpers of component-helpers, KEP-753 (sidecars), KEP-2837 (pod-level
 * resources). Names point into the tree. */
struct reslist decode_requests(struct arena *a, const json_t *pod_spec);
