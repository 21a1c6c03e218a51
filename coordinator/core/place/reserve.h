/* SPDX-License-Identifier: Apache-2.0 */
/* Backfill: who gets a reservation, and who may pass it. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The first job that does not fit gets a reservation, if an end can be computed. False: the rest of
 * the question is the next step's. */
bool reserve_consider(struct core *c, struct queue_item *it);
/* Whether j may use the reserved nodes: they are its own, or its deadline ends before. */
bool reserve_allows(const struct core *c, const struct job_record *j);
/* The same for a job that would start now, and end after so many seconds; -1: nobody knows when. */
bool reserve_allows_deadline(const struct core *c, int64_t deadline_s);
