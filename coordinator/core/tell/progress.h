/* SPDX-License-Identifier: Apache-2.0 */
/* What a job says about itself while it goes on: status.reason, status.message and Events. How a
 * job ended is said by life/job_policy.c, why it waits for nodes by place/explain.c. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Sets the message of the job to the first of these: why creates of pods fail; why pods are
 * refused; which lost node a member waits for; why containers wait; how a member failed; what is
 * odd about the spec. While the job waits in the queue, the message about that stays. */
void tell_progress(struct core *c, struct job_record *j);
/* What is odd about the job's spec becomes an Event, once for each spec. */
void tell_doubt(struct core *c, struct job_record *j);
/* An attempt failed; an Event says so at most once a minute for each job. */
void tell_failure(struct core *c, const struct attempt *a, const struct member *m);
/* An attempt ended, not by its own fault, and its index waits for its next try. m says how, or is
 * NULL: the pod is gone. Of such ends and of failures an Event tells at most once a minute for each
 * job. */
void tell_pause(struct core *c, const struct attempt *a, const struct member *m);
/* The status that the previous leader stored tells of an end: its words stand while the index
 * waits.
 */
void tell_adopt(struct job_record *j);
/* A kubelet refused a member. The words are kept for the message of a waiting job. */
void tell_refusal(struct job_record *j, const struct member *m);
/* A kubelet refused a member for what its pod is. The words are kept, and an Event quotes them, at
 * most one a minute. */
void tell_forbidden(struct core *c, const struct attempt *a, const struct member *m);
/* The API server refused a pod of the job with these words. They are kept for the job's message,
 * and an Event quotes them unless they are the same as before. */
void tell_denial(struct core *c, struct job_record *j, const char *words);
