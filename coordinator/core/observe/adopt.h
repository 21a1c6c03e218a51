/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator that begins in the middle of a job's life: what the pods that it finds, and the
 * status that its predecessor wrote, count for. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Once for each job, when all lists are complete. */
void job_adopt_attempts(struct core *c, struct job_record *j);
