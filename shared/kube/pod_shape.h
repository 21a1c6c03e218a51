/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of a pod: what admission and requests depend on. */
#pragma once

#include "base/arena.h"
#include "kube/js.h"

/* Takes the values of command, args and env out of the pod: a copy would be made at each event of a
 * job. Returns a hash of what is left, 16 hex digits. Pods of one shape in one namespace are
 * admitted with the same requests, as far as anybody can know: a webhook may look at anything.
 * NULL: no memory. */
const char *pod_shape(struct arena *a, json_t *pod);
