/* SPDX-License-Identifier: Apache-2.0 */
/* What agents and our own reads tell about members. Everything is idempotent and only goes forward:
 * a phase never goes back, an attempt ends once, an attempt number counts once. An agent's word
 * about an attempt that was not ordered there only makes us read that node's pods. */
#include <string.h>
#include <utlist.h>

#include "base/backoff.h"
#include "coordinator/core/inside.h"

enum { HELD_RETRY_MS = 2000 };

/* What an agent that is heard late tells of a job that is over, or of an index that its status
 * counts already: the leader before us has logged it. */
static bool told_before(const struct att *a)
{
	const struct mjob *j = a->job;
	return !j->known || (j->old && job_finished(j)) || bitset_has(&j->completed, a->id.index);
}

static void log_end(const struct core *c, const struct att *a, const char *msg,
		    const struct member *m)
{
	LOG_AT(c->log, told_before(a) ? LOG_DEBUG : LOG_INFO, msg, KS("job", a->job->key),
	       KI("member", a->id.index), KI("attempt", a->id.attempt), KS("node", a->node->name),
	       KS("reason", m->reason), KI("exit", m->exit_code));
}

/* batch/v1 Job: charged against backoffLimit, tried again after a growing delay. */
static void charge(struct core *c, struct att *a, struct slot *s, const struct member *m)
{
	struct mjob *j = a->job;
	if (job_finished(j))
		return; /* its numbers are final */
	job_say_failure(c, j, a->id.index, m);
	j->failed++;
	c->stats.charged_failures++;
	s->retry_ms =
		c->now_ms + backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms, j->failed);
}

static void refuse(struct core *c, struct att *a, const struct member *m)
{
	struct mjob *j = a->job;
	struct mnode *n = a->node;
	struct refusal *r = NULL;
	job_say_refusal(j, m);
	for (uint32_t i = 0; i < j->nrefusals; i++) {
		if (j->refusals[i].node == n->idx)
			r = &j->refusals[i];
	}
	if (!r) {
		VEC_GROW(j->refusals, j->nrefusals, j->refusals_cap);
		r = &j->refusals[j->nrefusals++];
		*r = (struct refusal){.node = n->idx};
	}
	r->holds = true;
	r->until_ms = c->now_ms + backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms, ++r->n);
	/* What the node lacks it lacks for everybody, until it tells otherwise or it is tried. */
	if (res_short(c, n, m->reason, &a->needs))
		heap_set(&c->timers, &n->room_timer, r->until_ms);
}

static void succeeded(struct core *c, struct att *a)
{
	struct mjob *j = a->job;
	struct slot *s = job_slot(j, a->id.index);
	job_complete_index(j, a->id.index);
	if (s->cur && s->cur != a)
		att_stop(c, s->cur, "index completed");
}

/* How its index's current attempt ended by itself, told for the first time. */
static void ended(struct core *c, struct att *a, const struct member *m)
{
	struct mjob *j = a->job;
	struct slot *s = job_slot(j, a->id.index);
	s->cur = NULL;
	att_set(c, a, ATT_ENDED);
	heap_remove(&c->timers, &a->timer);
	j->started |= m->phase == MEMBER_SUCCEEDED || m->phase == MEMBER_FAILED;
	if (m->phase == MEMBER_SUCCEEDED) {
		log_end(c, a, "member succeeded", m);
		succeeded(c, a);
	} else if (m->phase == MEMBER_FAILED && a->id.attempt == s->last) {
		log_end(c, a, "member failed", m);
		charge(c, a, s, m);
	} else if (m->phase == MEMBER_REFUSED) {
		log_end(c, a, "member refused", m);
		refuse(c, a, m);
		c->stats.disruptions++;
	} else {
		log_end(c, a, "member disrupted", m);
		c->stats.disruptions++;
	}
	att_give_back(c, a);
}

/* A superseded attempt's end counts for nothing but success. Its pod goes, unless it succeeded: no
 * success is deleted before the status that counts it is written. For the same reason the success
 * of one whose delete is out does not count against its successor: if we died now, both were gone.
 */
static void ended_aside(struct core *c, struct att *a, const struct member *m)
{
	struct slot *s = job_slot(a->job, a->id.index);
	bool success = m->phase == MEMBER_SUCCEEDED, stopping = a->state == ATT_STOPPING;
	bool doomed = stopping && s->cur && s->cur != a;
	if (success && !doomed)
		succeeded(c, a);
	if (success && (att_live(a) || (!doomed && !a->delete_ok))) {
		/* Before our delete has reached it: its pod stays, as finished ones do. */
		s->cur = s->cur == a ? NULL : s->cur;
		att_set(c, a, ATT_ENDED);
		heap_remove(&c->timers, &a->timer);
	} else if (att_live(a)) {
		att_stop(c, a, "superseded");
	} else if (a->delete_ok) {
		att_gone(c, a); /* nobody tells of an ended pod that it went */
	}
}

static void on_final(struct core *c, struct att *a, const struct member *m)
{
	a->phase = m->phase;
	a->ended_ms = m->ended_ms;
	if (att_live(a) && att_current(a))
		ended(c, a, m);
	else
		ended_aside(c, a, m);
}

static void on_progress(struct core *c, struct att *a, const struct member *m)
{
	bool told =
		a->state == ATT_LOST; /* its node is lost; what it says is kept for its return */
	a->phase = m->phase > a->phase ? m->phase : a->phase;
	if (a->state == ATT_RUNNING && a->ready != m->ready) {
		a->job->nready += m->ready ? 1 : -1U;
		job_dirty(c, a->job);
	}
	a->ready = m->ready;
	a->deleting = m->deleting;
	if (told || !att_live(a))
		return;
	att_set(c, a, a->phase == MEMBER_RUNNING ? ATT_RUNNING : ATT_PENDING);
}

/* What a container waits for while all is well. */
static bool usual(const char *reason)
{
	return !*str_or_empty(reason) || str_eq(reason, "ContainerCreating") ||
	       str_eq(reason, "PodInitializing");
}

static void set_waiting(struct core *c, struct att *a, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	if (m->phase == MEMBER_PENDING && !usual(m->reason))
		buf_printf(&b, "%s: %s", m->reason, str_or_empty(m->message));
	if (str_eq(a->waiting, buf_str(&b)))
		return;
	a->job->nwaiting -= *a->waiting != 0;
	a->job->nwaiting += *buf_str(&b) != 0;
	mem_strset(&a->waiting, buf_str(&b));
	job_dirty(c, a->job);
}

static void on_seen(struct core *c, struct att *a, const char *pod_uid)
{
	if (str_eq(a->pod_uid, pod_uid))
		return;
	bool first = !att_seen(a);
	struct mjob *j = a->job;
	if (first && j->formed && *j->create_error) {
		/* Pods are accepted again. */
		mem_strset(&j->create_error, "");
		j->deny_n = 0;
		job_dirty(c, j);
	}
	mem_strset(&a->pod_uid, pod_uid);
	orders_changed(c, a);
	if (a->state == ATT_STOPPING)
		att_timer(c, a); /* now it can be deleted */
	else
		heap_remove(&c->timers, &a->timer); /* of its create */
}

/* The pod tells; a is its attempt and confirmed. */
static void apply(struct core *c, struct att *a, const struct member *m)
{
	if (a->phase != MEMBER_NONE && member_phase_final(a->phase))
		return;
	on_seen(c, a, m->pod_uid);
	set_waiting(c, a, m);
	if (member_phase_final(m->phase))
		on_final(c, a, m);
	else
		on_progress(c, a, m);
}

/* Ends without a pod: the agent tells about its order. */
static void apply_podless(struct core *c, struct att *a, const struct member *m)
{
	bool about_pod = att_seen(a);
	if (m->phase == MEMBER_GONE) {
		if (!about_pod || str_eq(a->pod_uid, m->pod_uid) || !*str_or_empty(m->pod_uid))
			att_gone(c, a);
	} else if (m->phase == MEMBER_HELD && !about_pod && !a->by_us && att_live(a)) {
		/* By its own pod on a node unheard, say: our own create is answered with it. */
		a->by_us = true;
		att_launch(c, a);
	} else if (m->phase == MEMBER_HELD && !about_pod) {
		log_end(c, a, "member's pod name is taken", m);
		job_slot(a->job, a->id.index)->retry_ms = c->now_ms + HELD_RETRY_MS;
		att_free(c, a);
	} else if (m->phase == MEMBER_DENIED && !about_pod && !(a->by_us && att_live(a))) {
		observe_denied(c, a, m->message);
	}
}

static bool podless(enum member_phase p)
{
	return p == MEMBER_GONE || p == MEMBER_HELD || p == MEMBER_DENIED;
}

/* Before everything is known nothing is counted: the attempt is entered as it is. */
static void enter(struct core *c, struct att *a, const struct member *m)
{
	struct slot *s = job_slot(a->job, a->id.index);
	a->ready = m->ready;
	a->deleting = m->deleting;
	a->ended_ms = m->ended_ms;
	if (c->synced && member_phase_final(m->phase)) {
		/* As it would have gone had we known it; enter it live, then let it end. */
		if (!s->cur)
			s->cur = a;
		att_set(c, a, ATT_PENDING);
		if (a->confirmed)
			apply(c, a, m);
		return;
	}
	a->phase = m->phase;
	att_set(c, a,
		member_phase_final(m->phase) ? ATT_ENDED
		: m->phase == MEMBER_RUNNING ? ATT_RUNNING
					     : ATT_PENDING);
	set_waiting(c, a, m);
	if (c->synced && a->confirmed && !att_current(a))
		att_stop(c, a, "superseded");
}

static void adopt(struct core *c, struct mjob *j, struct mnode *n, const struct member *m,
		  bool by_list)
{
	struct att *a = att_adopt(c, j, n, m);
	a->confirmed = by_list;
	if (!by_list)
		n->list_wanted = true;
	log_debug(c->log, "member adopted", KS("job", j->key), KI("member", m->index),
		  KI("attempt", m->attempt), KS("node", n->name),
		  KS("phase", member_phase_text(m->phase)));
	enter(c, a, m);
}

static bool ours(const struct mjob *j, const struct member *m)
{
	char name[POD_NAME_BYTES];
	member_pod_name(j->name, j->uid, m->index, m->attempt, name);
	return str_eq(j->ns, m->ns) && str_eq(name, m->pod);
}

static void confirm(struct core *c, struct att *a, const struct member *m)
{
	a->confirmed = true;
	a->job->done_news = true;
	orders_changed(c, a);
	job_dirty(c, a->job);
	if (!att_current(a) && att_live(a))
		att_stop(c, a, "superseded");
	apply(c, a, m);
}

static void known_elsewhere(struct core *c, struct att *a, struct mnode *n, bool by_list)
{
	if (by_list) {
		att_move(c, a, n); /* a pod's name is its attempt: there is no other of it */
	} else {
		n->list_wanted = true;
		node_dirty(c, n);
	}
}

/* The agent says that it is creating this attempt's pod (phase none). Ordered by us, that is no
 * news; else by the leader before us. It must be one that we could have placed there. */
static void attempted(struct core *c, struct mjob *j, struct mnode *n, const struct member *m)
{
	if (!j->known || !j->old || j->gone || j->deleting || j->suspend || job_finished(j) ||
	    *j->invalid || m->index >= j->parallelism || bitset_has(&j->completed, m->index) ||
	    !str_eq(m->template_hash, intern_str(c->strs, j->thash)))
		return;
	const struct slot *s = job_slot(j, m->index);
	if (s->cur || m->attempt <= s->last || !res_fits(c, n, &j->cls->needs))
		return;
	att_resume(c, j, n, m);
	j->recheck = true; /* whether the node matches */
	job_dirty(c, j);
}

/* An attempt that we do not know has ended without a trace but this word: the leader before us died
 * before it wrote the number. It is not given again, or its agent would take the new pod for the
 * old one. */
static void number_used(struct mjob *j, const struct member *m)
{
	if (!j->known || m->index >= j->parallelism || m->attempt > j->attempts + PARALLELISM_MAX)
		return;
	struct slot *s = job_slot(j, m->index);
	if (m->attempt > s->last)
		s->last = m->attempt;
	if (m->attempt > j->attempts)
		j->attempts = m->attempt;
}

/* An orphaned member: of interest until its pod has ended or is another's by its agent's word. */
static void left(struct core *c, const struct mnode *n, struct att *a, const struct member *m)
{
	if (a && a->left && a->node == n && member_phase_final(m->phase))
		att_free(c, a);
}

/* A create that was under way for long has made the pod again after it had ended and gone: nobody
 * waits for it any more. */
static void reborn(struct core *c, struct att *a, const struct member *m, bool by_list)
{
	struct mjob *j = a->job;
	struct mnode *n = a->node;
	struct slot *s = job_slot(j, m->index);
	att_free(c, a);
	adopt(c, j, n, m, by_list);
	a = att_find(c, j, m->index, m->attempt);
	s->cur = s->cur == a ? NULL : s->cur;
	att_stop(c, a, "superseded");
}

static bool is_reborn(const struct att *a, const struct member *m)
{
	return a->state == ATT_ENDED && !member_phase_final(m->phase) &&
	       !str_eq(a->pod_uid, m->pod_uid);
}

/* n tells about m; by_list: we read the pod ourselves. */
void observe_member(struct core *c, struct mnode *n, const struct member *m, bool by_list)
{
	struct mjob *j = job_find_uid(c, str_or_empty(m->job_uid));
	bool pod = !podless(m->phase) && *str_or_empty(m->pod_uid) && m->phase != MEMBER_NONE;
	if (m->index >= PARALLELISM_MAX || !*str_or_empty(m->job_uid) ||
	    strlen(str_or_empty(m->job_name)) > JOB_NAME_MAX)
		return;
	if (!j && pod)
		j = job_stray(c, m);
	if (!j || !ours(j, m))
		return;
	struct att *a = att_find(c, j, m->index, m->attempt);
	if (j->orphan) {
		left(c, n, a, m);
		return;
	}
	if (!a) {
		if (pod)
			adopt(c, j, n, m, by_list);
		else if (m->phase == MEMBER_NONE)
			attempted(c, j, n, m);
		else
			number_used(j, m);
		node_dirty(c, n);
		return;
	}
	if (a->node != n)
		known_elsewhere(c, a, n, by_list);
	if (a->node != n)
		return;
	if (pod)
		a->seen_gen = n->list_gen;
	if (pod && is_reborn(a, m))
		reborn(c, a, m, by_list);
	else if (pod && by_list && !a->confirmed)
		confirm(c, a, m);
	else if (a->confirmed && pod)
		apply(c, a, m);
	else if (a->confirmed)
		apply_podless(c, a, m);
	else if (m->phase == MEMBER_GONE)
		att_gone(c, a); /* only its agent ever told of it */
}
