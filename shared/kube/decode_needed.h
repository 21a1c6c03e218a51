/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: objects that pods need. */
#pragma once

#include "kube/js.h"
#include "model/needed.h"

/* Terms and expressions beyond the bounds of model/object.h are left out in a way that admits fewer
 * nodes, never more. */
void decode_needed(struct arena *a, enum needed_kind kind, const json_t *o, struct needed *ret);
