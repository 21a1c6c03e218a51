/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs that are to say why they wait: first those that have no message yet, then those whose
 * message is to be renewed. place/explain.c makes the messages. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The job waits, or waits for something else than before: its message is due now. */
void waiting_soon(struct core *c, struct job_record *j);
void waiting_forget(struct job_record *j); /* the job does not wait any more */
/* The job has told why it waits, and tells it again at at_ms (monotonic) or later, in its turn. */
void waiting_again(struct core *c, struct job_record *j, int64_t at_ms);
