/* SPDX-License-Identifier: Apache-2.0 */
/* Backfill: which job gets a reservation, and which jobs may pass it. */
#pragma once

#include "coordinator/core/state/tables.h"

/* A job does not fit. If no job has a reservation, this one gets it if the empty cluster could hold
 * the job. False: the next step goes on asking. */
bool reserve_consider(struct core *c, struct queue_item *it);
/* Whether j may use the reserved nodes: it has the reservation, or its deadline ends before. */
bool reserve_allows(const struct core *c, const struct job_record *j);
/* The same for a job that would start now and end after so many seconds; -1: it has no deadline. */
bool reserve_allows_deadline(const struct core *c, int64_t deadline_s);
