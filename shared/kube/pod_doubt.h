/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: amounts that Kubernetes takes with a warning. The warning would go to the
 * program that creates the pod, which is Muster, so the job says it. */
#pragma once

#include "kube/js.h"

/* The first amount of memory or storage that is a fraction of a byte, in words with the next step;
 * or NULL. As pkg/api/pod/warnings.go, and sizeLimit of an emptyDir too. */
const char *pod_doubt(struct arena *a, const json_t *pod_spec);
