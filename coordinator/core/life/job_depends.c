/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/job_depends.h"

#include "base/buf.h"
#include "coordinator/core/life/circle.h"
#include "coordinator/core/life/job_finish.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/tell/job_status.h"

enum {
	POLL_MS = 30000, /* where nobody tells */
	HOLD_MS = 30000, /* for so long a job outlives its ttl for those that depend on it */
	NAMES_TOLD = 5,
};

/* An end that is not stored may be taken back. */
static enum dependency_state state_of(const struct job_record *j)
{
	if (!j)
		return DEPENDENCY_ABSENT;
	if (!job_status_shows_head(j))
		return DEPENDENCY_WAITS;
	switch (j->life.state) {
	case JOB_RUNNING: return DEPENDENCY_RUNS;
	case JOB_COMPLETED: return DEPENDENCY_COMPLETED;
	case JOB_FAILED: return j->life.start_ms ? DEPENDENCY_FAILED : DEPENDENCY_UNSTARTED;
	case JOB_NONE:
	case JOB_PENDING:
	case JOB_SUSPENDED: break;
	}
	return DEPENDENCY_WAITS;
}

static bool satisfies(enum dependency_state s, enum dependency_condition condition)
{
	switch (condition) {
	case DEPENDS_COMPLETE: return s == DEPENDENCY_COMPLETED;
	case DEPENDS_FAILED: return s == DEPENDENCY_FAILED || s == DEPENDENCY_UNSTARTED;
	case DEPENDS_FINISHED: return s >= DEPENDENCY_COMPLETED;
	case DEPENDS_STARTED: break;
	}
	return s >= DEPENDENCY_RUNS && s != DEPENDENCY_UNSTARTED;
}

static const struct job_record *job_of(const struct core *c, const struct dependency_entry *e)
{
	return job_find(c, e->job->ns, e->name);
}

void job_dependents_tell(struct core *c, struct job_record *j)
{
	/* The name may be another job's by now. */
	dependents_tell(c, j->ns, j->name, state_of(job_find(c, j->ns, j->name)));
}

void job_dependencies_note(struct core *c, struct job_record *j)
{
	if (!dependencies_open(j) || job_finished(j) || j->object.deleted)
		return;
	for (uint32_t i = 0; i < j->depends->n; i++) {
		const struct dependency_entry *e = &j->depends->v[i];
		if (!e->satisfied && satisfies(state_of(job_of(c, e)), e->condition))
			dependency_satisfied(c, j, i);
	}
}

static bool asked(const struct job_record *j)
{
	return dependencies_open(j) && !j->life.start_ms && !job_attempts_live(j);
}

bool job_dependency_never(struct core *c, struct job_record *j)
{
	for (uint32_t i = 0; asked(j) && i < j->depends->n; i++) {
		const struct dependency_entry *e = &j->depends->v[i];
		enum dependency_state s = state_of(job_of(c, e));
		if (e->satisfied || s < DEPENDENCY_COMPLETED)
			continue;
		job_set_message(
			j, R_DependencyNeverSatisfied,
			"spec.dependsOn waits for job %s to be %s, which is %s%s; mend that "
			"job and create both again",
			e->name, dependency_text(e->condition),
			s == DEPENDENCY_COMPLETED ? "Completed" : "Failed",
			s == DEPENDENCY_UNSTARTED ? " and never started" : "");
		job_finish(c, j, JOB_FAILED, R_DependencyNeverSatisfied);
		return true;
	}
	return false;
}

static void put_entry(const struct core *c, struct buf *b, const struct dependency_entry *e)
{
	const struct job_record *of = job_of(c, e);
	enum job_state s = of ? of->life.state : JOB_NONE;
	const char *now = of ? job_state_text(s == JOB_NONE ? JOB_PENDING : s) : "";
	buf_printf(b, "%s to be %s", e->name, dependency_text(e->condition));
	if (dependency_crowded(e))
		return;
	buf_printf(b, of ? " (now %s)" : " (there is no such job)%s", now);
}

static void say_waits(const struct core *c, struct job_record *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX);
	uint32_t told = 0;
	for (uint32_t i = 0; i < j->depends->n && told < NAMES_TOLD; i++) {
		if (j->depends->v[i].satisfied)
			continue;
		buf_puts(&b, told++ ? ", " : "");
		put_entry(c, &b, &j->depends->v[i]);
	}
	if (told < j->depends->nopen)
		buf_printf(&b, ", and %u more", j->depends->nopen - told);
	job_set_message(j, R_WaitingForDependencies, "waits for %s", buf_str(&b));
}

static void say_circle(struct core *c, struct job_record *j, const struct buf *names)
{
	bool news = j->told.reason != R_DependencyCircle;
	job_set_message(j, R_DependencyCircle,
			"waits for itself: %s; take one of the names out of spec.dependsOn",
			buf_str(names));
	if (news)
		event_job(c, j, R_DependencyCircle, j->told.message);
}

static void go_on(struct core *c, struct job_record *j)
{
	if (!j->depends || !j->depends->waits)
		return;
	dependencies_set_waits(j, false);
	if (!j->life.start_ms)
		job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, R_Waiting);
	job_set_message(j, R_NONE, "%s", "");
}

bool job_dependencies_wait(struct core *c, struct job_record *j)
{
	AUTO(buf_done) struct buf names = BUF_INIT(MESSAGE_MAX);
	if (!asked(j)) {
		go_on(c, j);
		return false;
	}
	dependencies_set_waits(j, true);
	circle_look(c, j, &names);
	if (j->depends->circle)
		say_circle(c, j, &names);
	else
		say_waits(c, j);
	job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, j->told.reason);
	if (dependencies_unwatched(j))
		job_wake(j, c->now_ms + POLL_MS);
	return true;
}

int64_t job_dependents_hold(const struct core *c, const struct job_record *j, int64_t at_ms)
{
	return dependents_watch(c, j) ? at_ms + HOLD_MS : at_ms;
}
