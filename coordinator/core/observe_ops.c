/* SPDX-License-Identifier: Apache-2.0 */
/* How creates and deletes of our own ended, and what a refusal by the API server means. */
#include "base/backoff.h"
#include "coordinator/core/inside.h"

enum { ASK_GONE_MS = 60000 };

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
		a->by_us = true;
		observe_denied(c, a, str_or_empty(ev->pod.message));
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
		/* Its node tells when it is gone; one whose agent never saw it, nobody does: then
		 * the same delete asks again, ever more rarely. */
		a->delete_ok = true;
		heap_set(&c->timers, &a->timer,
			 c->now_ms + ASK_GONE_MS * (1 + (a->tries < 9 ? a->tries : 9)));
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
	else if (a->state == ATT_STOPPING)
		deleted(c, a, ev);
}

/* The API server refuses the pod. An agent's refusal is not the last word (admission may treat the
 * coordinator differently): we try once ourselves, and our answer is the truth. */
void observe_denied(struct core *c, struct att *a, const char *words)
{
	struct mjob *j = a->job;
	if (!a->by_us && att_live(a)) {
		log_info(c->log, "agent may not create the pod: the coordinator tries",
			 KS("job", j->key), KI("member", a->id.index), KS("error", words));
		a->by_us = true;
		att_launch(c, a);
		return;
	}
	if (!att_live(a)) {
		att_free(c, a); /* it was to stop anyway */
		return;
	}
	bool news = !str_eq(j->create_error, words);
	mem_strset(&j->create_error, words);
	log_warn(c->log, "member denied", KS("job", j->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("error", words));
	if (news)
		act_note_job(c, j, R_FailedCreate, words);
	/* A gang's members are refused together: that is one refusal. */
	j->deny_n += j->hold_ms <= c->now_ms;
	j->hold_ms =
		c->now_ms + backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms, j->deny_n);
	att_free(c, a);
	if (j->formed)
		return;
	/* A gang that has not come together gives all back: others may use the room meanwhile. */
	job_stop_all(c, j, "gang given back");
	j->start_ms = 0;
	j->started = false;
	if (j->state == JOB_RUNNING)
		job_set_state(c, j, JOB_PENDING);
}
