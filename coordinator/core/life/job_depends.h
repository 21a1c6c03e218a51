/* SPDX-License-Identifier: Apache-2.0 */
/* spec.dependsOn: what a job waits for of other jobs. A condition counts when the status that says
 * so is stored, and then for good. Who has started is not asked any more. Slurm's --dependency has
 * the same four: afterok, afternotok, afterany and after. */
#pragma once

#include "coordinator/core/state/tables.h"

/* Called when the job is decided about, whatever becomes of it: those that wait for its name are
 * decided about if its state is news to them. */
void job_dependents_tell(struct core *c, struct job_record *j);
/* The same: what has come true of its own dependencies is noted. */
void job_dependencies_note(struct core *c, struct job_record *j);
/* A dependency can never be satisfied: the job has finished now. */
bool job_dependency_never(struct core *c, struct job_record *j);
/* The job, which has not started, has to wait, and says for whom. Asked while it is not suspended.
 */
bool job_dependencies_wait(struct core *c, struct job_record *j);
/* When a finished job whose ttl ends at at_ms may be deleted: later, for a while, if others wait
 * for its end or have not stored that they saw it. */
int64_t job_dependents_hold(const struct core *c, const struct job_record *j, int64_t at_ms);
