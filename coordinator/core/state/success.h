/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of spec.successPolicy, as in batch/v1: the job has succeeded once the completed indexes
 * meet one of them. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Takes the rules of the spec, which are within their bounds (model/job_bounds.h). */
void success_set(struct job_record *j, const struct job_spec *spec);
void success_free(struct job_record *j);
/* True: a rule is met, the first of which is *ret_rule. Looked at again only when the number of
 * completed indexes, or spec.completions, has changed. */
bool success_met(struct job_record *j, uint32_t *ret_rule);
