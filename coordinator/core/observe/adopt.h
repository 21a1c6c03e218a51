/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator that begins in the middle of a job's life: what counts of the pods that it finds
 * and of the status that the previous leader wrote. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Once for each job, when the lists of all objects are complete. */
void job_adopt_attempts(struct core *c, struct job_record *j);
