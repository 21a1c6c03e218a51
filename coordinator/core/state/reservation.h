/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes that are kept for the first job of the queue that does not fit. At most one job has a
 * reservation at a time. place/reserve.c makes it. */
#pragma once

#include "coordinator/core/state/tables.h"

void reservation_clear(struct core *c);
void reservation_leave(struct core *c, const struct job_record *j); /* j leaves the queue */
/* The log says that nodes are no longer kept, if it said that they are. */
void reservation_untold(struct core *c);
void reservation_done(struct core *c);
