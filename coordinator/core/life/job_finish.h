/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a job, and times that it must keep. */
#pragma once

#include "coordinator/core/state/tables.h"

/* The job, which has not finished, is Completed or Failed now. Its message says why already. */
void job_finish(struct core *c, struct job_record *j, enum job_state to, enum reason reason);
/* The monotonic time of the wall time wall_at, fixed when that wall time is first asked for: *of
 * and *at keep both. A jump of the wall clock moves it no more. */
int64_t job_pin(const struct core *c, int64_t wall_at, int64_t *of, int64_t *at);
/* activeDeadlineSeconds, counted from status.startTime, is over: the job has finished now. Else it
 * is woken at that time. */
bool job_deadline_over(struct core *c, struct job_record *j);
/* The same of startDeadlineSeconds, if the job has not started. It counts from the creation of the
 * job, or from its last resume. Asked for while the job is not suspended. */
bool job_start_deadline_over(struct core *c, struct job_record *j);
