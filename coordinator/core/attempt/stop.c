/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/attempt/stop.h"

#include <utlist.h>

#include "base/backoff.h"
#include "coordinator/core/attempt/address.h"
#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"

void attempts_stop_all(struct core *c, struct job_record *j, const char *why)
{
	struct attempt *a, *tmp;
	DL_FOREACH_SAFE2(j->members.attempts, a, tmp, job_next)
	attempt_stop(c, a, why);
}

enum {
	UNSEEN_STOP_MS = 15000,
	CREATE_TRIES_MAX = 40,
	DELETE_ANSWER_MS = 30000,
	LEFT_MS = 30000, /* as long as an orphan holds room if no agent tells of its pod */
	OP_RETRY_BASE_MS = 1000,
	OP_RETRY_CAP_MS = 30000,
	AGENT_RETRY_BASE_MS = 200,
	AGENT_RETRY_CAP_MS = 10000
};

static void send_delete(struct core *c, struct attempt *a)
{
	struct core_action *act = action_new(c, ACT_POD_DELETE);
	act->pod_delete.ns = action_str(c, a->job->ns);
	act->pod_delete.name = action_str(c, a->pod);
	act->pod_delete.uid = action_str(c, a->pod_uid);
	act->pod_delete.why = a->stop_reason;
	attempt_set_timer(c, a, c->now_ms + DELETE_ANSWER_MS);
}

/* Nobody was ever told to create the pod, which nobody has seen. */
static bool never_ordered(const struct attempt *a)
{
	return !a->ticket.number;
}

void attempt_stop(struct core *c, struct attempt *a, const char *why)
{
	if (!attempt_live(a) || !a->confirmed)
		return;
	log_info(c->log, "member stopped", KS("job", a->job->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name), KS("why", why));
	a->stop_reason = why;
	a->tries = 0;
	attempt_set_state(c, a, ATTEMPT_STOPPING);
	attempt_check_address(c, a);
	if (attempt_seen(a))
		send_delete(c, a);
	else
		attempt_set_timer(c, a, c->now_ms + (never_ordered(a) ? 0 : UNSEEN_STOP_MS));
}

void attempt_remove(struct core *c, struct attempt *a)
{
	must(attempt_spent(a) && attempt_seen(a));
	if (a->removed)
		return;
	log_info(c->log, "ended pod removed", KS("job", a->job->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name));
	a->removed = true;
	a->stop_reason = "ended pod removed";
	a->tries = 0;
	send_delete(c, a);
}

/* Its pod has ended, and takes no room: nothing more is told of it. */
static bool pod_ended(const struct attempt *a)
{
	return a->state == ATTEMPT_ENDED || member_phase_final(a->phase);
}

void attempt_orphan(struct core *c, struct attempt *a)
{
	if (pod_ended(a)) {
		attempt_free(c, a);
		return;
	}
	if (a->orphaned)
		return;
	a->orphaned = true;
	attempt_set_state(c, a, ATTEMPT_STOPPING);
	attempt_orphan_left(c, a);
}

void attempt_orphan_left(struct core *c, struct attempt *a)
{
	attempt_set_timer(c, a, c->now_ms + (attempt_seen(a) ? LEFT_MS : UNSEEN_STOP_MS));
}

void attempt_vanished(struct core *c, struct attempt *a)
{
	struct job_record *j = a->job;
	if (attempt_live(a)) {
		c->stats.disruptions++;
		job_pod_vanished(j);
		log_info(c->log, "member disrupted", KS("job", j->key), KI("member", a->id.index),
			 KI("attempt", a->id.attempt), KS("node", a->node->name),
			 KS("reason", "Gone"));
	}
	attempt_free(c, a);
}

/* Whether the pod of a withdrawn order may still be created: by a create of the coordinator that is
 * not answered, or, if two pods at once must never be (Wait), by an agent that has not heard of the
 * withdrawal. */
static bool may_come(const struct attempt *a)
{
	if (a->creating && a->tries < CREATE_TRIES_MAX)
		return true;
	if (never_ordered(a))
		return false;
	return !a->by_coordinator && a->job->spec.on_loss == LOSS_WAIT && !node_answers(a->node) &&
	       a->node->verdict.loss != NODE_LOST;
}

/* The agent may report the pod as a member. It does so until the garbage collector has come to the
 * pod, which it never does if a slow create made the pod after its turn: that pod belongs to the
 * job until the job is gone. */
static bool still_owned(const struct attempt *a)
{
	return a->node->kube.exists && attempt_seen(a) &&
	       (node_answers(a->node) || a->job->object.orphaning);
}

void attempt_timer_due(struct core *c, struct attempt *a)
{
	int64_t wait = backoff_plain(OP_RETRY_BASE_MS, OP_RETRY_CAP_MS, ++a->tries);
	attempt_address_due(c, a);
	if (a->orphaned && still_owned(a)) {
		attempt_set_timer(c, a, c->now_ms + LEFT_MS);
	} else if (a->orphaned) {
		attempt_free(c, a);
	} else if (a->state == ATTEMPT_STOPPING && !attempt_seen(a)) {
		if (may_come(a))
			attempt_set_timer(c, a, c->now_ms + UNSEEN_STOP_MS);
		else
			attempt_free(c, a); /* the pod was never created */
	} else if (a->state == ATTEMPT_STOPPING || a->removed) {
		send_delete(c, a);
		attempt_set_timer(c, a, c->now_ms + DELETE_ANSWER_MS + wait);
	} else if (attempt_seen(a)) {
		attempt_set_timer(c, a, INT64_MAX); /* it was for the label */
	} else {
		must(attempt_live(a));
		ticket_failed(c, a); /* its create was not answered */
		if (a->by_coordinator || a->state == ATTEMPT_ORDERED)
			attempt_launch(c, a);
	}
}

void attempt_retry(struct core *c, struct attempt *a, int64_t retry_after_ms)
{
	int64_t wait = a->by_coordinator || attempt_seen(a)
			       ? backoff_plain(OP_RETRY_BASE_MS, OP_RETRY_CAP_MS, ++a->tries)
			       : backoff_plain(AGENT_RETRY_BASE_MS, AGENT_RETRY_CAP_MS, ++a->tries);
	if (wait < retry_after_ms)
		wait = pace_jitter(retry_after_ms, a->by_pod.hash + a->tries);
	attempt_set_timer(c, a, c->now_ms + wait);
}
