/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/job_finish.h"

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/reasons.h"

int64_t job_pin(const struct core *c, int64_t wall_at, int64_t *of, int64_t *at)
{
	if (*of != wall_at || *at == INT64_MAX) {
		*of = wall_at;
		*at = c->now_ms + (wall_at - c->wall_ms);
	}
	return *at;
}

void job_finish(struct core *c, struct job_record *j, enum job_state to, enum reason reason)
{
	job_set_state(c, j, to);
	job_set_condition(c, j, to == JOB_COMPLETED ? JC_COMPLETE : JC_FAILED, COND_TRUE, reason);
	event_job(c, j, reason, j->told.message);
	log_info(c->log, "job finished", KS("job", j->key), KS("state", job_state_text(to)),
		 KS("reason", reason_name(reason)), KI("succeeded", j->members.ncompleted),
		 KI("failed", j->members.failed));
}

/* The deadline has come. Else the job is woken then. */
static bool has_come(const struct core *c, struct job_record *j, int64_t wall_at, int64_t *of,
		     int64_t *at)
{
	bool come = job_pin(c, wall_at, of, at) <= c->now_ms;
	if (!come)
		job_wake(j, *at);
	return come;
}

/* The job has failed because of a deadline of so many seconds. What kept it from its end may be
 * what it said last. */
static void fail_late(struct core *c, struct job_record *j, enum reason reason, const char *what,
		      int64_t seconds, const char *field, int64_t wall_at)
{
	AUTO(mem_freep) char *last = mem_strdup(j->told.message);
	bool why = reason_warning(j->told.reason) || j->told.reason == R_WaitingForDependencies;
	job_set_message(j, reason, "the job %s %lld s (%s)%s%s", what, (long long)seconds, field,
			why ? "; before that: "
			    : "; create it again with a longer deadline if it needs more time",
			why ? last : "");
	job_finish(c, j, JOB_FAILED, reason);
	/* The two clocks are cut to milliseconds, and the wall clock jumps: no end before it. */
	if (j->life.end_ms < wall_at)
		j->life.end_ms = wall_at;
}

bool job_deadline_over(struct core *c, struct job_record *j)
{
	if (j->spec.deadline_s < 0 || !j->life.start_ms) {
		j->life.deadline_at_ms = INT64_MAX;
		return false;
	}
	if (!has_come(c, j, j->life.start_ms + j->spec.deadline_s * 1000, &j->life.deadline_wall_ms,
		      &j->life.deadline_at_ms))
		return false;
	/* Members may have ended in time while nobody led: their agents are heard first. */
	if (j->object.predates_leader && !c->gate.open)
		return false;
	fail_late(c, j, R_DeadlineExceeded, "was active for longer than", j->spec.deadline_s,
		  "activeDeadlineSeconds", j->life.deadline_wall_ms);
	return true;
}

/* The condition Suspended keeps the time of the last resume, for the next leader too. */
static int64_t waits_since(const struct job_record *j)
{
	const struct cond_state *s = &j->told.conditions[JC_SUSPENDED];
	bool resumed = s->status == COND_FALSE && s->since_ms > j->object.created_ms;
	return resumed ? s->since_ms : j->object.created_ms;
}

bool job_start_deadline_over(struct core *c, struct job_record *j)
{
	if (!j->spec.start_deadline_s || j->life.start_ms || job_attempts_live(j)) {
		j->life.start_by_ms = INT64_MAX;
		return false;
	}
	if (!has_come(c, j, waits_since(j) + j->spec.start_deadline_s * 1000,
		      &j->life.start_by_wall_ms, &j->life.start_by_ms))
		return false;
	/* The leader before may have placed members in time: their agents are heard first. */
	if (j->object.predates_leader && !c->gate.open && j->members.highest_attempt)
		return false;
	fail_late(c, j, R_StartDeadlineExceeded, "did not start within", j->spec.start_deadline_s,
		  "startDeadlineSeconds", j->life.start_by_wall_ms);
	return true;
}
