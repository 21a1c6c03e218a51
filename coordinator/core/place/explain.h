/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job waits, in numbers. Told once the job waits, and again at most once in
 * message_refresh_ms; for all jobs together so many in a time, and first those that have said
 * nothing yet. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Once a step, when all else is settled: the messages that are due. */
void explain_due(struct core *c);
int64_t explain_deadline(const struct core *c); /* INT64_MAX: no job waits */
