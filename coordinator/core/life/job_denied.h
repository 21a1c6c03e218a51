/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal of a pod by the API server means for its job. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The API server refuses the attempt's pod with these words. An agent's refusal is not the last
 * word (admission may treat the coordinator differently): the coordinator tries once, and its own
 * answer is the truth. A gang that has not come together gives all back. */
void job_denied(struct core *c, struct attempt *a, const char *words);
