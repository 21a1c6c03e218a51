/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: admission policies and their bindings. */
#pragma once

#include "kube/js.h"
#include "sync/api.h"

void decode_admission(struct arena *a, enum api_kind kind, const json_t *o, struct admission *ret);
