/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: why a pod's containers do not run yet, in words that stay the same as long as
 * the cause does: each change of them may become a write of a status. */
#pragma once

#include "kube/js.h"
#include "model/member.h"

/* Sets waiting_reason and waiting_message; both stay NULL if no container waits. */
void decode_waits(struct arena *a, const json_t *o, struct pod *ret);
