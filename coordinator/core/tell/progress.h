/* SPDX-License-Identifier: Apache-2.0 */
/* What a job says of itself in status.reason, status.message and Events while it goes on. How it
 * ended the policies say (life/job_policy.c); why it waits for nodes, place/explain.c. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The first of: why pods are refused, which lost node is waited for, why containers wait, how a
 * member failed. What the queue says stands while the job is in it. */
void tell_progress(struct core *c, struct job_record *j);
/* An attempt failed; an Event says so at most once a minute for each job. */
void tell_failure(struct core *c, const struct attempt *a, const struct member *m);
/* A kubelet refused a member: its words are kept for the message of a waiting job. */
void tell_refusal(struct job_record *j, const struct member *m);
/* The API server refused a pod of the job with these words: they are kept for the job's message. An
 * Event has them unless they are the same as before. */
void tell_denial(struct core *c, struct job_record *j, const char *words);
