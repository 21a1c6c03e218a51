/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/depends.h"

#include "base/mem.h"

bool depends_true(const struct version *job, enum dependency_condition condition)
{
	enum job_state s = job ? job->job.status.state : JOB_NONE;
	bool failed = s == JOB_FAILED, completed = s == JOB_COMPLETED;
	switch (condition) {
	case DEPENDS_COMPLETE: return completed;
	case DEPENDS_FAILED: return failed;
	case DEPENDS_FINISHED: return completed || failed;
	case DEPENDS_STARTED: break;
	}
	return completed || s == JOB_RUNNING || (failed && job->job.status.start_ms);
}

bool depends_never(const struct version *job, enum dependency_condition condition)
{
	enum job_state s = job ? job->job.status.state : JOB_NONE;
	return (s == JOB_FAILED || s == JOB_COMPLETED) && !depends_true(job, condition);
}

bool depends_told(const struct version *job, const struct dependency *d)
{
	const struct job_status *st = &job->job.status;
	for (uint32_t i = 0; i < st->nsatisfied; i++) {
		if (st->satisfied[i].condition == d->condition &&
		    str_eq(st->satisfied[i].name, d->name))
			return true;
	}
	return false;
}
