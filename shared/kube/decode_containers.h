/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: what the statuses of a pod's containers say in sum. */
#pragma once

#include "kube/js.h"
#include "model/member.h"

/* o: the pod, whose phase ret has already. Texts are in the arena or in o. */
void decode_containers(struct arena *a, const json_t *o, struct pod *ret);
