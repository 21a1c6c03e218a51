/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: a pod as Kubernetes decodes it. Two pods that the API server would store
 * alike have the same canonical form, however their users wrote them: "0.5" and 500m, a default
 * that is written out, null. pod_fields.def has the fields. */
#pragma once

#include "kube/js.h"

/* Changes only what Kubernetes would not read or not read exactly: a field of null is left out, and
 * an amount that is a number with a fraction becomes text (jansson would write 0.1 as
 * 0.10000000000000001, which is 101m for Kubernetes). */
void pod_clean(json_t *pod);
/* The canonical form, owned by the caller: without what is a default. */
json_t *pod_form(const json_t *pod);
