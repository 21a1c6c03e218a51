/* SPDX-License-Identifier: Apache-2.0 */
/* The reservation: nodes that are kept for the first job of the queue that does not fit. There is
 * at most one. place/reserve.c makes it. */
#pragma once

#include "coordinator/core/state/tables.h"

void reservation_clear(struct core *c);
void reservation_leave(struct core *c, const struct job_record *j); /* the job leaves the queue */
/* Logs that nodes are not kept any more, if the log said that they are. */
void reservation_untold(struct core *c);
void reservation_done(struct core *c);
