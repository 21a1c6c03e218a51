/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a job by its indexes: all are over, or too many have failed. */
#pragma once

#include "coordinator/core/state/tables.h"

/* More indexes have failed than maxFailedIndexes allows: the job has failed now. */
bool job_failed_indexes_exceeded(struct core *c, struct job_record *j);
/* The completed indexes meet a rule of successPolicy: the job is Completed now. */
bool job_success_met(struct core *c, struct job_record *j);
/* All indexes are over: the job is Completed now, or Failed if one of them has failed. */
bool job_indexes_done(struct core *c, struct job_record *j);
