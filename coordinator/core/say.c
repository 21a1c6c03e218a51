/* SPDX-License-Identifier: Apache-2.0 */
/* What a job says of itself in status.reason, status.message and Events while it goes on. How it
 * ended, the policies say (decide.c); why it waits for nodes, why.c. */
#include <stdarg.h>
#include <stdlib.h>
#include <utlist.h>

#include "coordinator/core/inside.h"

enum { STUCK_MS = 60000, FAILURE_NOTE_MS = 60000 };

void job_say(struct mjob *j, enum reason reason, const char *fmt, ...)
{
	struct buf b = BUF_INIT(MESSAGE_MAX * 16);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	j->reason = reason;
	free(j->message);
	j->message = mem_strndup(buf_str(&b), b.len > MESSAGE_MAX ? MESSAGE_MAX : b.len);
	buf_done(&b);
}

/* The last failure in words; an Event of them now and then, as many may fail at once. */
void job_say_failure(struct core *c, struct mjob *j, uint32_t index, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	buf_printf(&b, "member %u: exit code %d", index, m->exit_code);
	if (*str_or_empty(m->reason))
		buf_printf(&b, " (%s)", m->reason);
	if (*str_or_empty(m->message))
		buf_printf(&b, ": %s", m->message);
	mem_strset(&j->last_failure, buf_str(&b));
	if (j->failure_note_ms > c->now_ms)
		return;
	j->failure_note_ms = c->now_ms + FAILURE_NOTE_MS;
	act_note_job(c, j, R_MemberFailed, j->last_failure);
}

void job_say_refusal(struct mjob *j, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	buf_puts(&b, str_or_empty(m->reason));
	if (*str_or_empty(m->message))
		buf_printf(&b, ": %s", m->message);
	mem_strset(&j->last_refusal, buf_str(&b));
}

static void say_waiting(struct core *c, struct mjob *j, const struct att *a, const char *why)
{
	bool news = j->reason != R_MemberWaiting;
	job_say(j, R_MemberWaiting, "member %u: %s", a->id.index, why);
	if (news)
		act_note_job(c, j, R_MemberWaiting, j->message);
}

/* A container waits, and its kubelet says why; or for long none has started, and no status of a pod
 * says why (a volume, the network, a slow pull): the pod's own Events do. */
static bool waiting(struct core *c, struct mjob *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX);
	const struct att *a, *stuck = NULL;
	int64_t at = j->starting_ms + STUCK_MS;
	if (!j->cnt[ATT_PENDING])
		return false;
	if (at > c->now_ms)
		job_wake(j, at);
	DL_FOREACH2(j->nwaiting || at <= c->now_ms ? j->atts : NULL, a, job_next)
	{
		if (a->state != ATT_PENDING)
			continue;
		stuck = stuck ? stuck : a;
		if (*a->waiting) {
			say_waiting(c, j, a, a->waiting);
			return true;
		}
	}
	if (at > c->now_ms)
		return false;
	must(stuck); /* one is Pending */
	buf_printf(&b, "not started for %d s; the Events of pod %s may say why", STUCK_MS / 1000,
		   stuck->pod);
	say_waiting(c, j, stuck, buf_str(&b));
	return true;
}

/* A member that nothing may replace yet: what its node's owner can do is told. */
static bool lost(struct core *c, struct mjob *j)
{
	const struct att *a;
	if (j->blocked)
		return false; /* why others of it wait is said instead */
	DL_FOREACH2(j->cnt[ATT_LOST] + j->cnt[ATT_STOPPING] ? j->atts : NULL, a, job_next)
	{
		if (att_missed(a) && !att_replaceable(a))
			break;
	}
	if (!a)
		return false;
	bool news = j->reason != R_WaitingForNode;
	job_say(j, R_WaitingForNode, "member %u waits for node %s, which is lost", a->id.index,
		a->node->name);
	if (news)
		act_note_job(c, j, R_WaitingForNode, j->message);
	return true;
}

/* The first of: why pods are refused, which node is waited for, why containers wait, how a member
 * failed. What the queue says stands while the job is in it. */
void job_say_progress(struct core *c, struct mjob *j)
{
	if (*j->create_error && !j->blocked) {
		job_say(j, R_FailedCreate, "%s", j->create_error);
		if (!j->start_ms)
			job_cond(c, j, JC_SCHEDULED, COND_FALSE, R_FailedCreate);
		return;
	}
	if (lost(c, j) || waiting(c, j))
		return;
	if (!j->retrying)
		mem_strset(&j->last_failure, "");
	if (*j->last_failure && !j->blocked)
		job_say(j, R_MemberFailed, "%s", j->last_failure);
	else if (!j->queued && (j->reason != R_NONE || *j->message))
		job_say(j, R_NONE, "%s", "");
}
