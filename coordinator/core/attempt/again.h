/* SPDX-License-Identifier: Apache-2.0 */
/* When an index whose attempt has ended, by whatever cause, has its next one. The first end after a
 * long run (of a minute or more), or since the index was made or its job changed by a user, is
 * followed at once; each further one by a pause: 1 s, 2 s, 4 s … 60 s. What is stopped for the
 * job's sake is no end. */
#pragma once

#include "coordinator/core/state/tables.h"

enum { AGAIN_LONG_RUN_MS = 60000, AGAIN_BASE_MS = 1000, AGAIN_CAP_MS = 60000 };

/* The pause after so many ends in a row, in ms; 0 for none or one. */
int64_t again_pause(uint32_t ends);
/* The pause after the last failure of the index that was charged, as for a batch/v1 Job: by all
 * such failures of the job, or by those of the index where backoffLimitPerIndex is set. */
int64_t again_charged(const struct core *c, const struct job_record *j, uint32_t index);
/* Whether a container of the attempt has run for long. m: how it ended, or NULL. By the kubelet's
 * clock where it tells both times, else by ours. */
bool again_ran_long(const struct core *c, const struct attempt *a, const struct member *m);
/* The current attempt of its index has ended, or another takes its slot. Returns the pause; none if
 * the template has changed since, so that the next attempt is not of what has ended. */
int64_t again_count(const struct core *c, struct attempt *a, const struct member *m);
