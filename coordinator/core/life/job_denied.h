/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal of a pod by the API server means for its job. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The API server refuses the pod of the attempt with these words. If an agent was refused, the
 * coordinator tries once itself, as admission may treat it differently; its own answer decides. A
 * gang whose members have not all come gives all nodes back. */
void job_denied(struct core *c, struct attempt *a, const char *words);
