/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a live job's spec: fewer members (the highest index leaves first), another template
 * (members are replaced by the update strategy), another selection (those that no longer match
 * move). */
#pragma once

#include "coordinator/core/state/tables.h"

void update_shrink(struct core *c, struct job_record *j);
/* Asked only when the spec changed: a relabelled node moves nothing (IgnoredDuringExecution). */
void update_selector(struct core *c, struct job_record *j);
/* True: members of the old template must go first, and nothing is placed meanwhile. */
bool update_template(struct core *c, struct job_record *j);
