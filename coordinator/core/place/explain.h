/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job waits, in numbers. A job gets its message when it begins to wait, and a new one at most
 * every message_refresh_ms. For all jobs together the number of messages in a time is limited; jobs
 * without a message come first. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Once in a step, when everything else is settled: makes the messages that are due. */
void explain_due(struct core *c);
int64_t explain_deadline(const struct core *c); /* INT64_MAX: no job waits */
