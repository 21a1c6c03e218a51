/* SPDX-License-Identifier: Apache-2.0 */
/* What is told about a job: the conditions, status.reason and status.message. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The time of a condition is the wall time, in whole seconds, when its status last changed. */
void job_set_condition(struct core *c, struct job_record *j, enum job_condition which,
		       enum cond_status st, enum reason reason);
/* Sets status.reason and status.message. A message longer than MESSAGE_MAX bytes is cut,
 * between characters. */
void job_set_message(struct job_record *j, enum reason reason, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* words: why the API server refuses pods of the job, or "". */
void job_set_create_error(struct job_record *j, const char *words);
/* words: what is odd about the job's spec, or "". told: an Event of a leader before has said it. */
void job_set_doubt(struct job_record *j, const char *words, bool told);
/* Sets conditions, reason and message to those of a stored status, whoever wrote the status. */
void job_told_adopt(struct job_record *j, const struct job_status *st);
/* The end of the job was taken back: neither Complete nor Failed is true. */
void job_told_end_over(struct job_record *j);
/* Whether an Event has told that the job waits for nodes. */
void job_told_waiting(struct job_record *j, bool told);
