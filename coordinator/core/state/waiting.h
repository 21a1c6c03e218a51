/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs that are to say why they wait: first those that have said nothing yet, then those whose
 * message is old. place/explain.c finds the words. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The job waits, or for something else than before: its message is due now. */
void waiting_soon(struct core *c, struct job_record *j);
void waiting_forget(struct job_record *j); /* the job no longer waits */
/* Puts the job at the end of a list (core.explain_first or explain_again), due at at_ms. */
void waiting_enlist(struct job_record *j, struct job_record **in, int64_t at_ms);
