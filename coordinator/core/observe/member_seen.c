/* SPDX-License-Identifier: Apache-2.0 */
/* A phase never goes back, and an attempt number counts once. If an agent reports an attempt that
 * was not ordered there, the coordinator reads the pods of that node itself before it believes the
 * report. */
#include "coordinator/core/observe/member_seen.h"

#include <string.h>

#include "base/text.h"
#include "coordinator/core/attempt/address.h"
#include "coordinator/core/attempt/again.h"
#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/life/job_denied.h"
#include "coordinator/core/observe/admission_seen.h"
#include "coordinator/core/observe/believed.h"
#include "coordinator/core/observe/member_ended.h"
#include "coordinator/core/observe/orphan_seen.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/old_pods.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/tickets.h"
#include "coordinator/core/state/unproven.h"

static void on_progress(struct core *c, struct attempt *a, const struct member *m)
{
	bool told =
		a->state == ATTEMPT_LOST; /* the node is lost; the phase is kept for its return */
	a->phase = m->phase > a->phase ? m->phase : a->phase;
	attempt_set_ready(c, a, m->ready);
	a->deleting = m->deleting;
	if (told || !attempt_live(a))
		return;
	attempt_set_state(c, a, a->phase == MEMBER_RUNNING ? ATTEMPT_RUNNING : ATTEMPT_PENDING);
}

static void put_words(struct buf *b, const char *reason, const char *message)
{
	buf_put_words(b, reason, MESSAGE_MAX);
	buf_puts(b, ": ");
	buf_put_words(b, str_or_empty(message), MESSAGE_MAX);
}

/* Both say the same, numbers apart. A pull fails with other ports and times at each try. */
static bool same_but_numbers(const char *a, const char *b)
{
	static const char digits[] = "0123456789";
	while (*a && *a == *b) {
		a += strspn(a + 1, digits) + 1;
		b += strspn(b + 1, digits) + 1;
	}
	return !*a && !*b;
}

static void set_waiting(struct core *c, struct attempt *a, const struct member *m)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	if (!member_phase_final(m->phase) && !wait_is_usual(m->reason))
		put_words(&b, m->reason, m->message);
	if (!str_eq(m->reason, "ErrImagePull") || !same_but_numbers(a->waiting, buf_str(&b)))
		attempt_set_waiting(c, a, buf_str(&b));
}

static void set_starting(struct core *c, struct attempt *a, const struct member *m)
{
	bool starts = m->phase == MEMBER_PENDING && wait_is_usual(m->reason);
	const char *words = starts ? str_or_empty(m->message) : "";
	a->preparing = starts && *words && str_eq(m->reason, "PodInitializing");
	if (str_eq(a->starting, words))
		return;
	text_set(&a->starting, words);
	job_dirty(c, a->job);
}

static void set_words(struct core *c, struct attempt *a, const struct member *m)
{
	set_waiting(c, a, m);
	set_starting(c, a, m);
}

void member_create_failing(struct core *c, struct attempt *a, const char *reason,
			   const char *message)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	if (!attempt_live(a))
		return;
	put_words(&b, str_or_empty(reason), message);
	attempt_set_waiting(c, a, buf_str(&b));
}

static void on_seen(struct core *c, struct attempt *a, const struct member *m, bool by_list)
{
	attempt_set_needs(c, a, &m->requests);
	if (str_eq(a->pod_uid, m->pod_uid))
		return;
	bool first = !attempt_seen(a);
	struct job_record *j = a->job;
	if (first && j->life.formed && *j->told.create_error) {
		/* The API server accepts the pods again. */
		job_accepted(j);
		job_dirty(c, j);
	}
	if (first)
		admission_shown(c, a, &m->requests);
	attempt_pod_seen(c, a, m->pod_uid, !by_list);
	must(!a->orphaned); /* its job's members are not looked at any more */
	if (a->state == ATTEMPT_STOPPING)
		attempt_timer_due(c, a); /* the pod can be deleted now */
	else
		attempt_set_timer(c, a, INT64_MAX); /* the timer of its create */
	attempt_check_address(c, a);
}

/* The pod of a confirmed attempt was reported. */
static void apply(struct core *c, struct attempt *a, const struct member *m, bool by_list)
{
	if (a->phase != MEMBER_NONE && member_phase_final(a->phase))
		return;
	on_seen(c, a, m, by_list);
	set_words(c, a, m);
	if (member_phase_final(m->phase))
		member_ended(c, a, m);
	else
		on_progress(c, a, m);
}

/* Told by an agent: root on its node may say anything. */
static int64_t retry_after(const struct member *m)
{
	return m->retry_after_ms < RETRY_AFTER_MAX_MS ? m->retry_after_ms : RETRY_AFTER_MAX_MS;
}

/* Its agent's create of the pod is out, or has ended without a pod (m->ticket: of which ticket). */
static void on_create(struct core *c, struct attempt *a, const struct member *m)
{
	if (a->by_coordinator || attempt_seen(a) || !attempt_live(a))
		return;
	if (*str_or_empty(m->message))
		member_create_failing(c, a, m->reason, m->message);
	if (!m->ticket && !ticket_held(a)) {
		ticket_found(c, a);
		attempt_create(c, a);
	}
	if (!m->ticket || m->ticket != a->ticket.number || !ticket_held(a))
		return;
	if (m->busy)
		ticket_refused(c, a, retry_after(m));
	else
		ticket_failed(c, a);
	attempt_retry(c, a, retry_after(m));
}

/* A report about an order without a pod. */
static void apply_podless(struct core *c, struct attempt *a, const struct member *m)
{
	bool about_pod = attempt_seen(a);
	if (m->phase == MEMBER_GONE) {
		if (!about_pod || str_eq(a->pod_uid, m->pod_uid) || !*str_or_empty(m->pod_uid))
			member_gone(c, a);
	} else if (m->phase == MEMBER_HELD && !about_pod && !a->by_coordinator && attempt_live(a)) {
		/* The name may be held by the attempt's own pod, which an agent that is not heard
		 * has created: the answer to the coordinator's own create will have that pod. */
		attempt_launch_by_coordinator(c, a);
	} else if (m->phase == MEMBER_HELD && !about_pod) {
		member_held(c, a, m);
	} else if (m->phase == MEMBER_DENIED && !about_pod &&
		   !(a->by_coordinator && attempt_live(a))) {
		job_denied(c, a, m->message);
	} else if (m->phase == MEMBER_NONE) {
		on_create(c, a, m);
	}
}

static bool podless(enum member_phase p)
{
	return p == MEMBER_GONE || p == MEMBER_HELD || p == MEMBER_DENIED;
}

/* By the kubelet's clock, which may be wrong: at most a while ago. */
static void set_started(const struct core *c, struct attempt *a, const struct member *m)
{
	enum { MOST_MS = 2 * AGAIN_LONG_RUN_MS };
	int64_t ran = m->started_ms > 0 ? c->wall_ms - m->started_ms : 0;
	a->started_ms = m->phase == MEMBER_RUNNING ? c->now_ms - (ran < 0         ? 0
								  : ran > MOST_MS ? MOST_MS
										  : ran)
						   : 0;
	a->ran_long = member_phase_final(m->phase) && again_ran_long(c, a, m);
}

/* A pod that is seen for the first time. Before all objects are known nothing is counted: the
 * attempt is only entered. */
static void enter(struct core *c, struct attempt *a, const struct member *m, bool by_list)
{
	attempt_set_ready(c, a, m->ready);
	a->deleting = m->deleting;
	a->ended_ms = m->ended_ms;
	set_started(c, a, m);
	if (c->synced && member_phase_final(m->phase)) {
		/* As if the attempt had been known: it is entered as live, and then ends. */
		attempt_take_slot(a);
		attempt_set_state(c, a, ATTEMPT_PENDING);
		if (a->confirmed)
			apply(c, a, m, by_list);
		return;
	}
	a->phase = m->phase;
	if (m->phase == MEMBER_FAILED)
		member_note_failure(c, a, m); /* the leader before may not have written it */
	attempt_set_state(c, a,
			  member_phase_final(m->phase) ? ATTEMPT_ENDED
			  : m->phase == MEMBER_RUNNING ? ATTEMPT_RUNNING
						       : ATTEMPT_PENDING);
	set_words(c, a, m);
	if (c->synced && a->confirmed && !attempt_current(a))
		attempt_stop(c, a, "superseded");
}

/* An agent reported an attempt that was not ordered on its node: the coordinator reads the pods
 * there. */
static void claimed(struct core *c, struct node_record *n)
{
	node_want_list(n);
	c->stats.unordered_reports++;
}

static void adopt(struct core *c, struct job_record *j, struct node_record *n,
		  const struct member *m, bool by_list)
{
	struct attempt *a = attempt_adopt(c, j, n, m);
	a->confirmed = by_list;
	if (c->cfg.proofs && m->proven == PROOF_OLD)
		old_pods_adopted(j, n->name, m->index);
	if (!by_list)
		claimed(c, n);
	log_debug(c->log, "member adopted", KS("job", j->key), KI("member", m->index),
		  KI("attempt", m->attempt), KS("node", n->name),
		  KS("phase", member_phase_text(m->phase)));
	enter(c, a, m, by_list);
}

/* The job is the one that the pod names; the pod must have the name that Muster gives to it. */
static bool ours(const struct job_record *j, const struct member *m)
{
	char name[POD_NAME_BYTES];
	member_pod_name(j->name, j->uid, m->index, m->attempt, name);
	return str_eq(name, m->pod);
}

static void confirm(struct core *c, struct attempt *a, const struct member *m)
{
	attempt_confirm(c, a);
	if (!attempt_current(a) && attempt_live(a))
		attempt_stop(c, a, "superseded");
	apply(c, a, m, true);
}

static void known_elsewhere(struct core *c, struct attempt *a, struct node_record *n, bool by_list)
{
	if (by_list) {
		attempt_move(c, a, n); /* the pod's name belongs to this attempt alone */
	} else {
		claimed(c, n);
		node_dirty(c, n);
	}
}

static bool fits(struct core *c, const struct node_record *n, const struct job_record *j)
{
	request_resolve(c, j->spec.request);
	return res_fits(c, n, &j->spec.request->needs);
}

/* The agent is creating the pod of this attempt (phase none). If this leader ordered it, that is no
 * news. Else the previous leader may have: then this leader must have been able to place it there,
 * too. Returns the attempt, or NULL if this leader does not take it over. */
static struct attempt *attempted(struct core *c, struct job_record *j, struct node_record *n,
				 const struct member *m)
{
	if (!j->object.known || !j->object.predates_leader || j->object.deleted ||
	    j->object.deleting || j->spec.suspend || job_finished(j) || *j->spec.invalid ||
	    m->index >= j->spec.completions || job_index_over(j, m->index) ||
	    !templates_are_same(j, intern_find(c->strs, str_or_empty(m->template_hash))))
		return NULL;
	const struct slot *s = job_slot(j, m->index);
	if (s->current || m->attempt <= s->last || !fits(c, n, j))
		return NULL;
	struct attempt *a = attempt_resume(c, j, n, m);
	job_resumed_attempt(j, a); /* its node may not match any more */
	ticket_found(c, a);        /* the ticket that the previous leader gave … */
	attempt_create(c, a);
	if (m->ticket) { /* … and that has come back meanwhile */
		ticket_back(c, a);
		attempt_retry(c, a, retry_after(m));
	}
	job_dirty(c, j);
	return a;
}

/* An attempt has ended of which nothing but this report is known: the previous leader ended before
 * it wrote the number into the status. The number is not used again, or the agent would take a new
 * pod for the old one. */
static void number_used(struct core *c, struct job_record *j, const struct member *m)
{
	if (!j->object.known || m->index >= j->spec.completions ||
	    m->attempt > j->members.highest_attempt + PARALLELISM_MAX)
		return;
	job_number_used(j, m->index, m->attempt);
	job_dirty(c, j);
}

/* A pod that nobody waits for, because its attempt is over: a create that took very long has made
 * it, or somebody has made it again with the proof that was given once. It counts nothing. */
static void late(struct core *c, struct job_record *j, struct node_record *n,
		 const struct member *m, bool by_list)
{
	if (!by_list) {
		c->stats.unordered_reports++;
		unproven_claimed(c, n);
		return;
	}
	if (member_phase_final(m->phase))
		return;
	struct attempt *a = attempt_adopt(c, j, n, m);
	a->confirmed = true;
	a->phase = m->phase;
	attempt_leave_slot(a);
	attempt_set_state(c, a, ATTEMPT_PENDING);
	attempt_stop(c, a, "superseded");
}

/* The number was used on this node or another, and nothing is known of it any more. */
static bool is_late(const struct core *c, const struct job_record *j, const struct member *m)
{
	const struct slot *s = job_slot_find(j, m->index);
	return c->cfg.proofs && c->synced && s && m->attempt <= s->last;
}

/* The attempt had another pod: if the API server shows the new one, that one is gone. */
static void recreated(struct core *c, struct attempt *a, const struct member *m, bool by_list)
{
	struct job_record *j = a->job;
	struct node_record *n = a->node;
	if (by_list && a->state == ATTEMPT_ENDED)
		attempt_free(c, a);
	else if (by_list)
		member_gone(c, a);
	late(c, j, n, m, by_list);
}

/* Where orders are not proven, somebody may replace a member's pod by hand. */
static bool is_recreated(const struct core *c, const struct attempt *a, const struct member *m)
{
	if (!attempt_seen(a) || str_eq(a->pod_uid, m->pod_uid))
		return false;
	return a->state == ATTEMPT_ENDED ? !member_phase_final(m->phase) : c->cfg.proofs;
}

/* n reports an attempt that nobody knows. */
static void unknown(struct core *c, struct node_record *n, struct job_record *j,
		    const struct member *m, bool pod, bool by_list)
{
	if (pod && is_late(c, j, m))
		late(c, j, n, m, by_list);
	else if (pod)
		adopt(c, j, n, m, by_list);
	else if (m->phase != MEMBER_NONE)
		number_used(c, j, m);
	node_dirty(c, n);
}

/* Its node reports an attempt that is known; pod: and its pod. */
static void known(struct core *c, struct attempt *a, const struct member *m, bool pod, bool by_list)
{
	if (pod)
		a->seen_gen = a->node->list.generation;
	if (pod && is_recreated(c, a, m))
		recreated(c, a, m, by_list);
	else if (pod && by_list && !a->confirmed)
		confirm(c, a, m);
	else if (a->confirmed && pod)
		apply(c, a, m, by_list);
	else if (a->confirmed)
		apply_podless(c, a, m);
	else if (m->phase == MEMBER_GONE)
		member_gone(c, a); /* only its agent has ever reported it */
}

void member_seen(struct core *c, struct node_record *n, const struct member *m, bool by_list)
{
	struct job_record *j = job_find_same(c, m->ns, m->job_name, m->job_uid);
	bool pod = !podless(m->phase) && *str_or_empty(m->pod_uid) && m->phase != MEMBER_NONE;
	if (m->index >= COMPLETIONS_MAX || !*str_or_empty(m->job_uid) ||
	    strlen(str_or_empty(m->job_name)) > JOB_NAME_MAX)
		return;
	if (by_list && !pod)
		return; /* what the API server has stored has a UID and a phase */
	if (j && !ours(j, m))
		return;
	struct attempt *a = j ? attempt_find(c, j, m->index, m->attempt) : NULL;
	if (!member_believed(c, n, j, a, m)) {
		member_doubted(c, n, m, by_list);
		return;
	}
	if (n->unproven.n)
		unproven_forget(c, n, str_or_empty(m->pod_uid));
	if (!j && pod)
		j = job_stray(c, m);
	if (!j || !ours(j, m))
		return;
	if (!a && m->phase == MEMBER_NONE && !j->object.orphan)
		a = attempted(c, j, n, m);
	if (j->object.orphan) {
		orphan_seen(c, j, n, a, m);
		return;
	}
	if (!a) {
		unknown(c, n, j, m, pod, by_list);
		return;
	}
	if (a->node != n)
		known_elsewhere(c, a, n, by_list);
	if (a->node == n)
		known(c, a, m, pod, by_list);
}
