/* SPDX-License-Identifier: Apache-2.0 */
/* The policies are a chain of small checks. The first check that returns true ends the chain; a
 * check that ends the job gives the condition its reason. */
#include "coordinator/core/life/job_policy.h"

#include <utlist.h>

#include "base/utf8.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/life/ask.h"
#include "coordinator/core/life/job_deletion.h"
#include "coordinator/core/life/job_depends.h"
#include "coordinator/core/life/job_dns.h"
#include "coordinator/core/life/job_finish.h"
#include "coordinator/core/life/job_indexes.h"
#include "coordinator/core/life/job_update.h"
#include "coordinator/core/life/spent_pods.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/lacking.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/tell/job_status.h"
#include "coordinator/core/tell/progress.h"

static bool check_finished(struct core *c, struct job_record *j)
{
	if (!job_finished(j))
		return false;
	attempts_stop_all(c, j, "job finished");
	queue_take(c, j);
	dependencies_unwatch(c, j);
	/* Whoever waits for the end can see it, even with a ttl of 0. */
	if (j->spec.ttl_s < 0 || !j->life.end_ms || !job_status_head_stored(j))
		return true;
	int64_t at = job_pin(c, j->life.end_ms + j->spec.ttl_s * 1000, &j->life.ttl_wall_ms,
			     &j->life.ttl_at_ms);
	at = job_dependents_hold(c, j, at);
	if (at > c->now_ms) {
		job_wake(j, at);
		return true;
	}
	job_delete(c, j);
	return true;
}

static bool check_failed_indexes(struct core *c, struct job_record *j)
{
	return job_failed_indexes_exceeded(c, j) && check_finished(c, j);
}

static bool check_complete(struct core *c, struct job_record *j)
{
	return job_indexes_done(c, j) && check_finished(c, j);
}

static bool check_backoff_limit(struct core *c, struct job_record *j)
{
	if (j->members.failed <= j->spec.backoff_limit)
		return false;
	job_set_message(j, R_BackoffLimitExceeded, "%u attempt%s failed, backoffLimit is %u%s%s",
			j->members.failed, j->members.failed == 1 ? "" : "s", j->spec.backoff_limit,
			*j->told.last_failure ? "; the last was " : "", j->told.last_failure);
	job_finish(c, j, JOB_FAILED, R_BackoffLimitExceeded);
	return check_finished(c, j);
}

static bool check_success_policy(struct core *c, struct job_record *j)
{
	return job_success_met(c, j) && check_finished(c, j);
}

static bool check_deadline(struct core *c, struct job_record *j)
{
	return job_deadline_over(c, j) && check_finished(c, j);
}

static bool check_start_deadline(struct core *c, struct job_record *j)
{
	return job_start_deadline_over(c, j) && check_finished(c, j);
}

/* Asked each time, since onNodeLoss may become Fail, or the job may want the member, only after the
 * node was lost. */
static const struct attempt *find_missed(const struct job_record *j)
{
	const struct attempt *a;
	DL_FOREACH2(j->members.count[ATTEMPT_LOST] + j->members.count[ATTEMPT_STOPPING]
			    ? j->members.attempts
			    : NULL,
		    a, job_next)
	{
		if (attempt_missed(a))
			break;
	}
	return a;
}

static bool check_node_lost(struct core *c, struct job_record *j)
{
	if (j->spec.on_loss != LOSS_FAIL || j->spec.suspend)
		return false;
	const struct attempt *a = find_missed(j);
	if (!a)
		return false;
	job_set_message(j, R_NodeLost,
			"member %u was lost with node %s, and spec.onNodeLoss is Fail; look at the "
			"node, then create the job again",
			a->id.index, a->node->name);
	job_finish(c, j, JOB_FAILED, R_NodeLost);
	return check_finished(c, j);
}

static void resume(struct core *c, struct job_record *j)
{
	job_set_state(c, j, JOB_PENDING);
	job_set_condition(c, j, JC_SUSPENDED, COND_FALSE, R_JobResumed);
	job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, R_Waiting);
	job_set_message(j, R_NONE, "%s", "");
	event_job(c, j, R_JobResumed, reason_message(R_JobResumed));
	job_retry_at_once(j, 0);
}

static bool check_suspended(struct core *c, struct job_record *j)
{
	if (!j->spec.suspend) {
		if (j->life.state == JOB_SUSPENDED)
			resume(c, j);
		return false;
	}
	if (j->life.state != JOB_SUSPENDED) {
		job_set_state(c, j, JOB_SUSPENDED);
		job_set_condition(c, j, JC_SUSPENDED, COND_TRUE, R_JobSuspended);
		job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, R_JobSuspended);
		job_set_message(j, R_JobSuspended, "%s", reason_message(R_JobSuspended));
		event_job(c, j, R_JobSuspended, j->told.message);
	}
	job_unstart(j);
	attempts_stop_all(c, j, "job suspended");
	queue_take(c, j);
	return true;
}

static bool check_template(struct core *c, struct job_record *j)
{
	tell_doubt(c, j);
	if (!*j->spec.invalid)
		return false;
	bool news = j->told.reason != R_InvalidPodTemplate;
	job_set_message(j, R_InvalidPodTemplate,
			"no pod can be made from the template: %.*s; correct the job",
			(int)utf8_cut(j->spec.invalid, QUOTE_MAX), j->spec.invalid);
	if (news)
		event_job(c, j, R_InvalidPodTemplate, j->told.message);
	if (!j->life.start_ms)
		job_set_condition(c, j, JC_SCHEDULED, COND_FALSE, R_InvalidPodTemplate);
	queue_take(c, j);
	return true;
}

static bool check_dependencies(struct core *c, struct job_record *j)
{
	if (job_dependency_never(c, j))
		return check_finished(c, j);
	if (!job_dependencies_wait(c, j))
		return false;
	queue_take(c, j);
	return true;
}

/* Nothing that waits would change it: the template, or a kubelet, has to be changed. */
static bool check_refused(struct core *c, struct job_record *j)
{
	uint32_t nodes;
	if (job_attempts_live(j) || !job_forbidden_everywhere(c, j, &nodes))
		return false;
	job_set_message(j, R_PodRefused,
			"each node that the job may use (%u) refuses its pods: %s; change the "
			"template, or what the kubelets allow",
			nodes, j->told.forbidden);
	job_finish(c, j, JOB_FAILED, R_PodRefused);
	return check_finished(c, j);
}

static bool note_progress(struct core *c, struct job_record *j)
{
	if (!j->life.formed && job_gang_complete(j, job_members_seen(j))) {
		job_note_formed(j);
		job_accepted(j);
	}
	if (job_gang_complete(j, j->members.count[ATTEMPT_RUNNING]))
		job_note_together(j);
	if (j->life.started && j->life.state == JOB_PENDING)
		job_set_state(c, j, JOB_RUNNING);
	job_dns_check(c, j);
	return false;
}

static bool check_update(struct core *c, struct job_record *j)
{
	update_shrink(c, j);
	update_selector(c, j);
	if (!update_template(c, j))
		return false;
	queue_take(c, j);
	return true;
}

/* How many indexes want an attempt now. One whose backoff runs wakes the job when it is over. */
static uint32_t wanted(struct core *c, struct job_record *j)
{
	uint32_t want = 0, i;
	j->life.retrying = false;
	if (job_attempts_live(j) >= job_wanted_at_once(j) && !j->members.count[ATTEMPT_LOST] &&
	    !j->members.count[ATTEMPT_STOPPING])
		return 0;
	if (!job_slots_end(j))
		return job_wanted_at_once(j);
	struct lacking l = lacking_of(j);
	while (lacking_next(j, &l, &i)) {
		const struct slot *s = job_slot_find(j, i);
		if (!s || s->retry_ms <= c->now_ms) {
			want++;
			continue;
		}
		job_wake(j, s->retry_ms);
		if (!j->life.retrying)
			j->life.retrying_index = i;
		j->life.retrying = true;
	}
	return want;
}

/* Muster never counts so far: somebody else wrote the number, into the status or onto a pod. */
static bool check_numbers(struct core *c, struct job_record *j)
{
	if (j->members.highest_attempt < ATTEMPT_MAX || !wanted(c, j))
		return false;
	job_set_message(j, R_AttemptsExhausted, "%s", reason_message(R_AttemptsExhausted));
	job_finish(c, j, JOB_FAILED, R_AttemptsExhausted);
	return check_finished(c, j);
}

static void end_refusals(struct core *c, struct job_record *j)
{
	int64_t next_ms;
	if (refusals_end(c, j, &next_ms))
		queue_look(c, j);
	if (j->place.want)
		job_wake(j, next_ms);
}

/* A job that is older than this leader may have members of which no agent has told yet: pods, or
 * orders that an agent is carrying out. Under Wait this holds for nodes that are not ready, too,
 * and for creates of the previous leader itself. It is over when the gate opens, since an order is
 * a lease (agent/core/launch.c). */
static bool may_be_ordered(const struct core *c, const struct job_record *j)
{
	if (j->spec.on_loss != LOSS_WAIT)
		return !c->gate.open && j->members.highest_attempt;
	return c->now_ms < c->gate.opens_ms;
}

static bool queue_wanted(struct core *c, struct job_record *j)
{
	uint32_t want = wanted(c, j);
	/* A replacement waits until the status that counts its predecessor's failure is stored. */
	if (j->members.failed > j->members.stored_failed)
		want = 0;
	if (j->object.predates_leader && want && may_be_ordered(c, j)) {
		job_wake(j, c->gate.opens_ms);
		want = 0;
	}
	if (j->life.held_until_ms > c->now_ms) {
		job_wake(j, j->life.held_until_ms);
		want = 0;
	}
	if (want && !admission_known(c, j))
		want = 0;
	/* A job that a cycle has given all that it wanted leaves the queue when the cycle ends. */
	if (want)
		queue_put(c, j, want);
	else if (j->place.want)
		queue_take(c, j);
	end_refusals(c, j);
	return false;
}

static bool (*const chain[])(struct core *, struct job_record *) = {
	job_check_deleted,   check_finished,       check_failed_indexes, check_complete,
	check_backoff_limit, check_deadline,       check_success_policy, check_node_lost,
	check_suspended,     check_start_deadline, check_template,       check_dependencies,
	check_refused,       note_progress,        check_update,         check_numbers,
	queue_wanted,
};

/* What its pods ask for is about to be known, and what would be told now would be told anew then.
 * The end of a job is told at once. */
static bool telling_waits(const struct core *c, struct job_record *j)
{
	if (job_finished(j) || !admission_soon(c, j))
		return false;
	admission_await(j);
	return true;
}

void job_decide(struct core *c, struct job_record *j)
{
	bool tell = false;
	j->life.wake_ms = INT64_MAX;
	job_dependents_tell(c, j);
	if (!j->object.known) {
		job_decide_stray(c, j);
	} else {
		size_t i = 0;
		job_check_vanished(c, j);
		job_dependencies_note(c, j);
		while (i < ARRAY_LEN(chain) && !chain[i](c, j))
			i++;
		tell = !telling_waits(c, j);
		if (tell && !job_finished(j) && !j->spec.suspend && !*j->spec.invalid &&
		    !(j->depends && j->depends->waits))
			tell_progress(c, j);
	}
	spent_pods_remove(c, j);
	if (tell && !j->object.deleted)
		job_status_check(c, j);
	job_set_timer(c, j, j->life.wake_ms);
}
