/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: the fields of a Pod that its ComputeJob needs. */
#pragma once

#include "kube/js.h"
#include "model/member.h"

void decode_pod(struct arena *a, const json_t *o, struct pod *ret);
