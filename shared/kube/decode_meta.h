/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: metadata and conditions, which all objects have. Strings point into the
 * tree. */
#pragma once

#include "kube/js.h"

void decode_meta(struct arena *a, const json_t *o, struct meta *ret);
/* Returns *ret_n conditions in the arena; NULL and 0 if the arena is full. */
struct cond *decode_conds(struct arena *a, const json_t *array, uint32_t *ret_n);
