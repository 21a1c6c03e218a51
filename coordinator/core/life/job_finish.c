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

/* The two clocks are cut to milliseconds, and the wall clock jumps: no end before its deadline. */
static void not_before(struct job_record *j, int64_t wall_ms)
{
	if (j->life.end_ms < wall_ms)
		j->life.end_ms = wall_ms;
}

/* What kept the job from its end may be what it said last. */
static void say_late(struct job_record *j, enum reason reason, const char *what)
{
	AUTO(mem_freep) char *last = mem_strdup(j->told.message);
	bool why = reason_warning(j->told.reason);
	job_set_message(j, reason, "%s%s%s", what,
			why ? "; before that: "
			    : "; create it again with a longer deadline if it needs more time",
			why ? last : "");
}

bool job_deadline_over(struct core *c, struct job_record *j)
{
	if (j->spec.deadline_s < 0 || !j->life.start_ms) {
		j->life.deadline_at_ms = INT64_MAX;
		return false;
	}
	int64_t at = job_pin(c, j->life.start_ms + j->spec.deadline_s * 1000,
			     &j->life.deadline_wall_ms, &j->life.deadline_at_ms);
	if (at > c->now_ms) {
		job_wake(j, at);
		return false;
	}
	/* Members may have ended in time while nobody led: their agents are heard first. */
	if (j->object.predates_leader && !c->gate.open)
		return false;
	AUTO(buf_done) struct buf what = BUF_INIT(128);
	buf_printf(&what, "the job was active for longer than %lld s (activeDeadlineSeconds)",
		   (long long)j->spec.deadline_s);
	say_late(j, R_DeadlineExceeded, buf_str(&what));
	job_finish(c, j, JOB_FAILED, R_DeadlineExceeded);
	not_before(j, j->life.deadline_wall_ms);
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
	int64_t at = job_pin(c, waits_since(j) + j->spec.start_deadline_s * 1000,
			     &j->life.start_by_wall_ms, &j->life.start_by_ms);
	if (at > c->now_ms) {
		job_wake(j, at);
		return false;
	}
	/* The leader before may have placed members in time: their agents are heard first. */
	if (j->object.predates_leader && !c->gate.open && j->members.highest_attempt)
		return false;
	AUTO(buf_done) struct buf what = BUF_INIT(128);
	buf_printf(&what, "the job did not start within %lld s (startDeadlineSeconds)",
		   (long long)j->spec.start_deadline_s);
	say_late(j, R_StartDeadlineExceeded, buf_str(&what));
	job_finish(c, j, JOB_FAILED, R_StartDeadlineExceeded);
	not_before(j, j->life.start_by_wall_ms);
	return true;
}
