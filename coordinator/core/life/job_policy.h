/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a job: what makes the job Running, Completed, Failed or Suspended, and how many
 * members it wants. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Decides about the job; called when it changed. A second call changes nothing more. */
void job_decide(struct core *c, struct job_record *j);
