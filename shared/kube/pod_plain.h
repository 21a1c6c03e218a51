/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: which pods an agent may create itself. */
#pragma once

#include "kube/js.h"

/* True if the pod carries credentials or rights of anybody. */
bool pod_carries_credentials(const json_t *pod);
