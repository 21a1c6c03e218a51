/* SPDX-License-Identifier: Apache-2.0 */
/* How creates and deletes of our own ended. */
#include "coordinator/core/inside.h"

/* What the API server will say again. NOTFOUND is the namespace, or what admission looks up. */
static bool final_refusal(enum rc rc)
{
	return rc == RC_FORBIDDEN || rc == RC_INVALID || rc == RC_BADREQUEST || rc == RC_TOOBIG ||
	       rc == RC_NOTFOUND;
}

static void created(struct core *c, struct att *a, const struct core_event *ev)
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
	if (pod && str_eq(pod->job_uid, a->job->uid) && pod->index == a->id.index &&
	    pod->attempt == a->id.attempt) {
		if (ev->pod.rc == RC_OK)
			templates_remember(c, a->job->ns, a->thash);
		observe_member(c, *str_or_empty(pod->node) ? node_get(c, pod->node) : a->node, pod,
			       true);
	} else if (ev->pod.rc == RC_EXISTS || ev->pod.rc == RC_OK) {
		m.phase = MEMBER_HELD;
		observe_member(c, a->node, &m, false);
	} else if (final_refusal(ev->pod.rc)) {
		m.phase = MEMBER_DENIED;
		a->by_us = true;
		observe_member(c, a->node, &m, false);
	} else {
		att_retry(c, a);
	}
}

static void deleted(struct core *c, struct att *a, const struct core_event *ev)
{
	if (ev->pod.rc == RC_NOTFOUND || ev->pod.rc == RC_CONFLICT) {
		att_gone(c, a); /* it, or it under this UID */
	} else if (ev->pod.rc == RC_OK && member_phase_final(a->phase)) {
		att_gone(c, a); /* it had ended: nobody tells of it any more */
	} else if (ev->pod.rc == RC_OK) {
		a->delete_ok = true; /* its node tells when it is gone */
		timer_clear(&c->timers, &a->timer);
	} else {
		att_retry(c, a);
	}
}

void observe_pod_done(struct core *c, const struct core_event *ev)
{
	struct att *a = att_find_pod(c, ev->pod.ns, ev->pod.pod);
	if (!a)
		return;
	if (ev->pod.op == POD_OP_CREATE && att_seen(a))
		a->creating = false;
	else if (ev->pod.op == POD_OP_CREATE)
		created(c, a, ev);
	else if (ev->pod.op == POD_OP_DELETE && a->state == ATT_STOPPING)
		deleted(c, a, ev);
}
