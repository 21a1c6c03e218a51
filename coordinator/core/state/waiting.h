/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs that are to say why they wait: first those that have no message yet, then those whose
 * message is to be renewed. place/explain.c makes the messages. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The job waits, or waits for something else than before: its message is due now. */
void waiting_soon(struct core *c, struct job_record *j);
void waiting_forget(struct job_record *j); /* the job does not wait any more */
/* Puts the job at the end of a list (core.waiting.first or .again); its message is due at at_ms. */
void waiting_enlist(struct job_record *j, struct job_record **in, int64_t at_ms);
