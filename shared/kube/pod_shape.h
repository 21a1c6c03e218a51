/* SPDX-License-Identifier: Apache-2.0 */
/* The shape of a pod: what admission and requests depend on. */
#pragma once

#include "base/arena.h"
#include "kube/js.h"

/* A hash of the pod without the values of command, args and env, 16 hex digits. Pods of one shape
 * in one namespace are admitted with the same requests, as far as anybody can know: a webhook may
 * look at anything. NULL: no memory. */
const char *pod_shape(struct arena *a, const json_t *pod);
