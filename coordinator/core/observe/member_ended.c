/* SPDX-License-Identifier: Apache-2.0 */
/* The end of an attempt counts once. */
#include "coordinator/core/observe/member_ended.h"

#include "base/clocktext.h"
#include "coordinator/core/attempt/again.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/life/job_denied.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/job_failures.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/tell/progress.h"

enum { HELD_RETRY_MS = 2000 };

/* The previous leader has logged this end: an agent that is heard late tells of a job that is over,
 * or of an index that the status counts as completed. */
static bool told_before(const struct attempt *a)
{
	const struct job_record *j = a->job;
	return !j->object.known || (j->object.predates_leader && job_finished(j)) ||
	       job_index_over(j, a->id.index);
}

/* At debug level if the previous leader has logged it. */
static void log_end(const struct core *c, const struct attempt *a, const char *msg,
		    const struct member *m)
{
	LOG_AT(c->log, told_before(a) ? LOG_DEBUG : LOG_INFO, msg, KS("job", a->job->key),
	       KI("member", a->id.index), KI("attempt", a->id.attempt), KS("node", a->node->name),
	       KS("reason", m->reason), KI("exit", m->exit_code));
}

/* By the kubelet's clock, which may be wrong: not in the future. */
static int64_t finished(const struct core *c, const struct member *m)
{
	bool told = m->ended_ms > 0 && m->ended_ms < c->wall_ms;
	return whole_seconds(told ? m->ended_ms : c->wall_ms);
}

void member_note_failure(const struct core *c, const struct attempt *a, const struct member *m)
{
	const struct failure f = {.index = a->id.index,
				  .attempt = a->id.attempt,
				  .exit_code = m->exit_code,
				  .finished_ms = finished(c, m),
				  .node = a->node->name,
				  .reason = m->reason,
				  .message = m->message};
	job_failure_note(a->job, &f);
}

/* As for a batch/v1 Job: the failure counts against backoffLimit, and the member is tried again
 * after a growing pause. */
static void charge(struct core *c, struct attempt *a, const struct member *m)
{
	struct job_record *j = a->job;
	if (job_finished(j))
		return; /* the numbers of a finished job do not change */
	job_count_failure(j, a->id.index);
	member_note_failure(c, a, m);
	c->stats.charged_failures++;
	int64_t pause_ms = again_count(c, a, m);
	int64_t wait_ms = again_charged(c, j, a->id.index);
	/* Else the job was mended meanwhile: what failed is not what runs next. */
	if (templates_are_same(j, a->template_id))
		job_retry_at(j, a->id.index, c->now_ms + (wait_ms > pause_ms ? wait_ms : pause_ms));
	if (templates_are_same(j, a->template_id))
		job_failed_on(j, a->id.index, a->node);
	tell_failure(c, a, m);
	if (job_index_failed(j, a->id.index))
		log_info(c->log, "index failed", KS("job", j->key), KI("member", a->id.index));
}

/* An end that is not charged: the next attempt comes at once, or after the pause of
 * attempt/again.h, and not before least_ms have passed. */
static void pause_index(struct core *c, struct attempt *a, const struct member *m, int64_t least_ms)
{
	struct job_record *j = a->job;
	int64_t pause_ms = again_count(c, a, m);
	if (!a->ran_long)
		refusals_avoid(c, j, a->node);
	pause_ms = pause_ms > least_ms ? pause_ms : least_ms;
	if (!pause_ms || job_finished(j))
		return;
	job_retry_at(j, a->id.index, c->now_ms + pause_ms);
	tell_pause(c, a, m);
}

void member_gone(struct core *c, struct attempt *a)
{
	if (attempt_live(a) && attempt_current(a))
		pause_index(c, a, NULL, 0);
	attempt_vanished(c, a);
}

void member_held(struct core *c, struct attempt *a, const struct member *m)
{
	log_end(c, a, "member's pod name taken", m);
	if (attempt_live(a) && attempt_current(a))
		pause_index(c, a, m, HELD_RETRY_MS);
	attempt_free(c, a);
}

static void refuse(struct core *c, struct attempt *a, const struct member *m)
{
	struct job_record *j = a->job;
	struct node_record *n = a->node;
	if (member_refused_for_shape(m->reason)) {
		/* What was refused was another template, if the job was edited meanwhile. */
		if (a->template_id != j->spec.template_id)
			return;
		refusals_forbid(c, j, n);
		tell_forbidden(c, a, m);
		return;
	}
	tell_refusal(j, m);
	int64_t until_ms = refusals_add(c, j, n);
	/* No member that needs the resource is placed on this node before its pause is over or the
	 * node reports its resources again. */
	if (res_short(c, n, m->reason, &a->needs))
		node_set_room_timer(c, n, until_ms);
}

static void succeeded(struct core *c, const struct attempt *a)
{
	struct job_record *j = a->job;
	struct slot *s = job_slot(j, a->id.index);
	job_complete_index(j, a->id.index);
	if (s->current && s->current != a)
		attempt_stop(c, s->current, "index completed");
}

/* The current attempt of an index ended by itself, reported for the first time. */
static void ended(struct core *c, struct attempt *a, const struct member *m)
{
	struct job_record *j = a->job;
	struct slot *s = job_slot(j, a->id.index);
	attempt_leave_slot(a);
	attempt_set_state(c, a, ATTEMPT_ENDED);
	attempt_set_timer(c, a, INT64_MAX);
	if (m->phase == MEMBER_SUCCEEDED || m->phase == MEMBER_FAILED)
		job_note_started(j);
	if (m->phase == MEMBER_SUCCEEDED) {
		log_end(c, a, "member succeeded", m);
		succeeded(c, a);
	} else if (m->phase == MEMBER_FAILED && a->id.attempt == s->last) {
		log_end(c, a, "member failed", m);
		charge(c, a, m);
	} else if (m->phase == MEMBER_REFUSED) {
		log_end(c, a, "member refused", m);
		refuse(c, a, m);
		pause_index(c, a, m, 0);
		c->stats.disruptions++;
		if (!member_refused_for_shape(m->reason))
			job_refused(c, j);
	} else {
		log_end(c, a, "member disrupted", m);
		pause_index(c, a, m, 0);
		c->stats.disruptions++;
	}
	attempt_give_back(c, a);
}

/* The end of a superseded or stopping attempt counts only if it succeeded, which is what ended
 * before anybody asked it to stop (model/member.c), whenever that is reported. Its pod is deleted
 * unless it succeeded: no success is deleted before the status that counts it is stored. For the
 * same reason the success of an attempt that is being deleted does not count if it has a successor:
 * if this leader ended now, both pods would be gone. */
static void ended_aside(struct core *c, struct attempt *a, const struct member *m)
{
	struct slot *s = job_slot(a->job, a->id.index);
	bool success = m->phase == MEMBER_SUCCEEDED, stopping = a->state == ATTEMPT_STOPPING;
	bool doomed = stopping && s->current && s->current != a;
	if (success && !doomed)
		succeeded(c, a);
	if (success && (attempt_live(a) || (!doomed && !a->delete_ok))) {
		/* The pod succeeded before the delete reached it. Finished pods stay. */
		attempt_leave_slot(a);
		attempt_set_state(c, a, ATTEMPT_ENDED);
		attempt_set_timer(c, a, INT64_MAX);
	} else if (attempt_live(a)) {
		attempt_stop(c, a, "superseded");
	} else if (a->delete_ok) {
		attempt_vanished(c, a); /* no agent reports that a pod that has ended was deleted */
	}
}

void member_ended(struct core *c, struct attempt *a, const struct member *m)
{
	a->phase = m->phase;
	a->ended_ms = m->ended_ms;
	if (attempt_live(a) && attempt_current(a))
		ended(c, a, m);
	else
		ended_aside(c, a, m);
}
