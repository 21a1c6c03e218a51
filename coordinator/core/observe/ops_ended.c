/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/ops_ended.h"

#include "coordinator/core/attempt/address.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/life/job_denied.h"
#include "coordinator/core/life/job_dns.h"
#include "coordinator/core/observe/believed.h"
#include "coordinator/core/observe/member_seen.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/tickets.h"

enum { DELETE_RECHECK_MS = 60000, FAILING_TELL_MS = 1000 };

/* Errors that the API server would return again. NOTFOUND is the namespace, or an object that
 * admission looks up. */
static bool final_refusal(enum rc rc)
{
	return rc == RC_FORBIDDEN || rc == RC_INVALID || rc == RC_BADREQUEST || rc == RC_TOOBIG ||
	       rc == RC_NOTFOUND;
}

/* The create by the coordinator failed, and is tried again. A single failure is not told. */
static void failing(struct core *c, struct attempt *a, const struct core_event *ev)
{
	enum rc rc = ev->pod.rc;
	const char *reason = str_or_empty(ev->pod.reason);
	const char *message = str_or_empty(ev->pod.message);
	if (rc == RC_STALE || rc == RC_CANCELED)
		return; /* nobody was asked */
	if (!a->failing_ms)
		a->failing_ms = c->now_ms;
	if (c->now_ms - a->failing_ms >= FAILING_TELL_MS)
		member_create_failing(c, a, *reason ? reason : rc_name(rc),
				      *message ? message : rc_text(rc));
}

static struct node_record *made_on(struct core *c, const struct attempt *a,
				   const struct member *pod)
{
	return *str_or_empty(pod->node) ? node_get(c, pod->node) : a->node;
}

/* The pod that has the name is the attempt's. One that nobody ordered holds the name. */
static bool is_answer(struct core *c, const struct attempt *a, const struct member *pod)
{
	return str_eq(pod->job_uid, a->job->uid) && pod->index == a->id.index &&
	       pod->attempt == a->id.attempt &&
	       member_believed(c, made_on(c, a, pod), a->job, a, pod);
}

/* What the answer says about the server. */
static void ticket_comes_back(struct core *c, struct attempt *a, const struct core_event *ev)
{
	enum rc rc = ev->pod.rc;
	if (ev->pod.busy)
		ticket_refused(c, a, ev->pod.retry_after_ms);
	else if (rc == RC_OK || rc == RC_EXISTS || final_refusal(rc))
		ticket_answered(c, a);
	else
		ticket_failed(c, a);
}

static void created(struct core *c, struct attempt *a, const struct core_event *ev)
{
	struct member m = {.ns = a->job->ns,
			   .job_name = a->job->name,
			   .job_uid = a->job->uid,
			   .pod = a->pod,
			   .index = a->id.index,
			   .attempt = a->id.attempt,
			   .reason = ev->pod.reason,
			   .message = ev->pod.message};
	const struct member *pod = ev->pod.member;
	a->creating = false;
	ticket_comes_back(c, a, ev);
	if (pod && is_answer(c, a, pod)) {
		if (ev->pod.rc == RC_OK && a->denied)
			templates_remember(c, a->job->ns, a->template_id);
		member_seen(c, made_on(c, a, pod), pod, true);
		return;
	}
	c->stats.create_failures++;
	if (ev->pod.rc == RC_EXISTS || ev->pod.rc == RC_OK) {
		m.phase = MEMBER_HELD;
		member_seen(c, a->node, &m, false);
	} else if (final_refusal(ev->pod.rc)) {
		a->by_coordinator = true;
		job_denied(c, a, str_or_empty(ev->pod.message));
	} else {
		failing(c, a, ev);
		attempt_retry(c, a, ev->pod.retry_after_ms);
	}
}

static void deleted(struct core *c, struct attempt *a, const struct core_event *ev)
{
	if (ev->pod.rc == RC_NOTFOUND || ev->pod.rc == RC_CONFLICT) {
		attempt_vanished(c, a); /* the pod, or the pod with this UID, does not exist */
	} else if (ev->pod.rc == RC_OK && member_phase_final(a->phase)) {
		attempt_vanished(c, a); /* the pod had ended, so no agent reports that it is gone */
	} else if (ev->pod.rc == RC_OK) {
		/* The agent reports when the pod is gone. If the agent never saw the pod, nobody
		 * does: then the delete is repeated, more and more rarely. */
		a->delete_ok = true;
		attempt_set_timer(
			c, a, c->now_ms + DELETE_RECHECK_MS * (1 + (a->tries < 9 ? a->tries : 9)));
	} else {
		attempt_retry(c, a, ev->pod.retry_after_ms);
	}
}

static void labelled(struct core *c, struct attempt *a, const struct core_event *ev)
{
	if (!attempt_address_written(c, a, ev->pod.rc, str_or_empty(ev->pod.message)))
		attempt_retry(c, a, ev->pod.retry_after_ms);
}

/* A Service of the job's name that belongs to a job which is gone goes soon, too. One of anybody
 * else is what the user wants. */
static bool goes_soon(const struct job_record *j, const char *owner_kind, const char *owner_uid)
{
	return str_eq(owner_kind, KIND_JOB_NAME) && !str_eq(owner_uid, j->uid);
}

/* A Service that Muster made for an earlier job of the name, and that was left when this one was
 * deleted with --cascade=orphan: it selects by the UID of that job, so it leads to none of the
 * members. */
static bool left_over(const struct job_record *j, const char *made_for)
{
	return *str_or_empty(made_for) && !str_eq(made_for, j->uid);
}

void job_service_ended(struct core *c, const struct core_event *ev)
{
	enum rc rc = ev->service.rc;
	struct job_record *j = job_find_same(c, ev->service.ns, ev->service.name, ev->service.uid);
	if (!j || j->dns.stage != DNS_ASKED)
		return;
	if (rc == RC_EXISTS && goes_soon(j, ev->service.owner_kind, ev->service.owner_uid))
		job_dns_later(c, j);
	else if (rc == RC_EXISTS && left_over(j, ev->service.made_for))
		job_dns_refused(c, j,
				"there is one already, which was left when an earlier job of this "
				"name was deleted with --cascade=orphan");
	else if (rc == RC_OK || rc == RC_EXISTS)
		job_dns_made(c, j);
	else if (final_refusal(rc) && rc != RC_NOTFOUND)
		job_dns_refused(c, j, str_or_empty(ev->service.message));
	else
		job_dns_later(c, j);
}

void pod_op_ended(struct core *c, const struct core_event *ev)
{
	struct attempt *a = attempt_find_pod(c, ev->pod.ns, ev->pod.pod);
	if (!a)
		return;
	if (ev->pod.op == POD_OP_LABEL)
		labelled(c, a, ev);
	else if (ev->pod.op == POD_OP_CREATE && attempt_seen(a))
		a->creating = false;
	else if (ev->pod.op == POD_OP_CREATE)
		created(c, a, ev);
	else if (a->state == ATTEMPT_STOPPING || a->removed)
		deleted(c, a, ev);
}
