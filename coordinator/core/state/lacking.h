/* SPDX-License-Identifier: Apache-2.0 */
/* The indexes that are to have a member now and have none: those that have not succeeded and that
 * nobody holds, the lowest first, as many as parallelism leaves. An index that waits for its next
 * try keeps its place, as with a batch/v1 Job (firstPendingIndexes). */
#pragma once

#include "coordinator/core/state/tables.h"

struct lacking {
	uint32_t next, left;
};

/* A walk over the indexes; it is over when an attempt of the job has changed. */
struct lacking lacking_of(const struct job_record *j);
/* False: there are no more. */
bool lacking_next(const struct job_record *j, struct lacking *l, uint32_t *ret_index);
