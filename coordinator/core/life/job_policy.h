/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a job's life: what decides that it is Running, Completed, Failed or Suspended,
 * and how many members it wants. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Asked at every change of the job; doing it twice changes nothing more. */
void job_decide(struct core *c, struct job_record *j);
