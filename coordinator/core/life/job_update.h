/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a live job's spec. With fewer members, the highest indexes leave first. With another
 * template, members are replaced as the update strategy says. With another selection, members move
 * whose nodes do not match any more. */
#pragma once

#include "coordinator/core/state/tables.h"

void update_shrink(struct core *c, struct job_record *j);
/* Acts only after a change of the spec: labels of nodes that change move no members
 * (IgnoredDuringExecution). */
void update_selector(struct core *c, struct job_record *j);
/* True: old members must be gone first, and nothing is placed until then. */
bool update_template(struct core *c, struct job_record *j);
