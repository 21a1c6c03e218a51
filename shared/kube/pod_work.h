/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: which containers of a pod are the work. The user wrote them; admission may
 * add others. The template names them in an annotation of the pod, so that whoever reads the pod
 * knows, whichever version made it. */
#pragma once

#include "kube/js.h"

/* Sets the annotation of a pod that has only what the user wrote. */
void pod_work_mark(json_t *pod);
/* Whether this container is one of them. A pod without the annotation was made by an older version:
 * then the container main alone, or all if there is none. */
bool pod_work_has(const json_t *pod, const char *name);
