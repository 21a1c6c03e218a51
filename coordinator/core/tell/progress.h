/* SPDX-License-Identifier: Apache-2.0 */
/* What a job says about itself while it goes on: status.reason, status.message and Events. How a
 * job ended is said by life/job_policy.c, why it waits for nodes by place/explain.c. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Sets the message of the job to the first of these: why pods are refused; which lost node a member
 * waits for; why containers wait; how a member failed. While the job waits in the queue, the
 * message about that stays. */
void tell_progress(struct core *c, struct job_record *j);
/* An attempt failed; an Event says so at most once a minute for each job. */
void tell_failure(struct core *c, const struct attempt *a, const struct member *m);
/* A kubelet refused a member. The words are kept for the message of a waiting job. */
void tell_refusal(struct job_record *j, const struct member *m);
/* The API server refused a pod of the job with these words. They are kept for the job's message,
 * and an Event quotes them unless they are the same as before. */
void tell_denial(struct core *c, struct job_record *j, const char *words);
