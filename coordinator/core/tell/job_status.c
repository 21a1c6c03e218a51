/* SPDX-License-Identifier: Apache-2.0 */
/* A change of the state or of a condition is written at once. The state Running waits a moment, as
 * other members start too. Everything else is gathered for a second. So a job whose members start
 * and end together costs three writes. */
#include "coordinator/core/tell/job_status.h"

#include <utlist.h>

#include "base/hash.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/conditions.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/tell/status_slot.h"

enum { GATHER_MS = 1000, GATHER_START_MS = 600, DELETED_HOLD_MS = 10000 };

/* The part that is written at once: the state, and the conditions but Scheduled. */
static uint64_t head_print(enum job_state state, int64_t start_ms, const enum cond_status *conds)
{
	uint64_t h = hash_mix(5, (uint64_t)state);
	for (uint32_t i = JC_SUSPENDED; i < JC_N; i++)
		h = hash_mix(h, conds[i] == COND_TRUE);
	return hash_mix(h, state == JOB_PENDING || state == JOB_NONE ? 0 : (uint64_t)start_ms);
}

static uint64_t job_head(const struct job_record *j)
{
	enum cond_status conds[JC_N];
	for (uint32_t i = 0; i < JC_N; i++)
		conds[i] = j->told.conditions[i].status;
	return head_print(j->life.state, j->life.start_ms, conds);
}

static struct status_print fingerprint(const struct job_status *s)
{
	enum cond_status conds[JC_N] = {0};
	for (uint32_t i = 0; i < s->nconds; i++) {
		enum job_condition k = job_condition_find(s->conds[i].type);
		if (k < JC_N)
			conds[k] = s->conds[i].status;
	}
	uint64_t head = head_print(s->state, s->start_ms, conds);
	uint64_t h = hash_mix(hash_mix(head, (uint64_t)s->start_ms), (uint64_t)s->end_ms);
	for (uint32_t i = 0; i < s->nconds; i++) {
		const struct cond *k = &s->conds[i];
		h = hash_mix_str(hash_mix(h, (uint64_t)k->status), str_or_empty(k->reason));
		h = hash_mix(hash_mix(h, (uint64_t)k->since_ms), (uint64_t)k->observed_generation);
	}
	for (uint32_t i = 0; i < s->active_nodes.n; i++)
		h = hash_mix_str(h, s->active_nodes.v[i]);
	h = hash_mix(hash_mix(hash_mix(h, s->active), s->ready), s->succeeded);
	h = hash_mix(hash_mix(h, s->failed), s->attempts);
	for (uint32_t i = 0; i < s->nsuperseded; i++) {
		const struct superseded *o = &s->superseded[i];
		h = hash_mix(hash_mix(hash_mix(h, o->index), o->attempt), o->by);
		h = hash_mix_str(h, o->node);
	}
	for (uint32_t i = 0; i < s->nfailures; i++) {
		const struct failure *f = &s->failures[i];
		h = hash_mix(hash_mix(hash_mix(h, f->index), f->attempt), (uint64_t)f->exit_code);
		h = hash_mix(h, (uint64_t)f->finished_ms);
		h = hash_mix_str(hash_mix_str(hash_mix_str(h, f->node), f->reason), f->message);
	}
	for (uint32_t i = 0; i < s->nsatisfied; i++)
		h = hash_mix_str(hash_mix(h, (uint64_t)s->satisfied[i].condition),
				 s->satisfied[i].name);
	h = hash_mix_str(hash_mix_str(h, str_or_empty(s->completed)), str_or_empty(s->selector));
	h = hash_mix_str(h, str_or_empty(s->failed_indexes));
	h = hash_mix_str(hash_mix_str(h, str_or_empty(s->reason)), str_or_empty(s->message));
	return (struct status_print){hash_mix(h, (uint64_t)s->observed_generation), head};
}

/* The nodes of running members, by index. */
static struct strs active_nodes(const struct job_record *j, struct arena *a)
{
	const char **v =
		arena_alloc(a, ((size_t)j->members.count[ATTEMPT_RUNNING] + 1) * sizeof *v);
	struct strs ret = {.v = v};
	must(v);
	/* No member of an index that is over runs for long. */
	for (uint32_t i = job_next_open(j, 0); i < job_slots_end(j); i = job_next_open(j, i + 1)) {
		const struct attempt *at = job_current(j, i);
		if (at && at->state == ATTEMPT_RUNNING)
			v[ret.n++] = at->node->name;
	}
	return ret;
}

static const char *indexes(const struct job_record *j, const struct runs *r, struct arena *a)
{
	AUTO(buf_done) struct buf b = BUF_INIT(COMPLETIONS_MAX * 6);
	runs_format(r, j->spec.completions, &b);
	const char *s = arena_strdup(a, buf_str(&b));
	must(s);
	return s;
}

/* The message of a condition follows from what the fingerprint has of it and of the status: it
 * alone never asks for a write. */
static void view_conditions(const struct job_record *j, struct cond *v, struct job_status *s)
{
	s->conds = v;
	for (uint32_t i = 0; i < JC_N; i++) {
		const struct cond_state *k = &j->told.conditions[i];
		bool said = i == JC_SCHEDULED || i == JC_SUSPENDED ? k->since_ms != 0
								   : k->status == COND_TRUE;
		if (!said)
			continue;
		bool exact = k->reason == j->told.reason && *j->told.message;
		v[s->nconds++] = (struct cond){.type = job_condition_type(i),
					       .status = k->status,
					       .reason = reason_name(k->reason),
					       .message = exact ? j->told.message
								: reason_message(k->reason),
					       .since_ms = k->since_ms,
					       .observed_generation = j->object.generation};
	}
}

/* The pod of the attempt may still run, out of reach, while another attempt counts. */
static bool superseded(const struct job_record *j, const struct attempt *a)
{
	return (a->state == ATTEMPT_LOST || (a->state == ATTEMPT_STOPPING && a->away)) &&
	       attempt_seen(a) && !attempt_current(a) &&
	       job_slot_find(j, a->id.index)->last > a->id.attempt;
}

static int by_index(const struct superseded *a, const struct superseded *b)
{
	int index = (a->index > b->index) - (a->index < b->index);
	return index ? index : (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

static void view_superseded(const struct job_record *j, struct arena *a, struct job_status *s)
{
	uint32_t n = j->members.count[ATTEMPT_LOST] + j->members.count[ATTEMPT_STOPPING];
	const struct attempt *at;
	if (!n || job_finished(j))
		return;
	n = n < SUPERSEDED_MAX ? n : SUPERSEDED_MAX;
	struct superseded *v = arena_alloc(a, n * sizeof *v);
	must(v);
	s->superseded = v;
	DL_FOREACH2(j->members.attempts, at, job_next)
	{
		if (!superseded(j, at) || s->nsuperseded == n)
			continue;
		const struct slot *slot = job_slot_find(j, at->id.index);
		struct superseded x = {.index = at->id.index,
				       .attempt = at->id.attempt,
				       .by = slot->current ? slot->current->id.attempt : slot->last,
				       .node = at->node->name};
		uint32_t i = s->nsuperseded++;
		for (; i && by_index(&x, &v[i - 1]) < 0; i--)
			v[i] = v[i - 1];
		v[i] = x;
	}
}

static void view_satisfied(const struct job_record *j, struct arena *a, struct job_status *s)
{
	const struct job_dependencies *d = j->depends;
	if (!d || d->nopen == d->n)
		return;
	struct dependency *v = arena_alloc(a, d->n * sizeof *v);
	must(v);
	for (uint32_t i = 0; i < d->n; i++) {
		if (d->v[i].satisfied)
			v[s->nsatisfied++] = (struct dependency){d->v[i].name, d->v[i].condition};
	}
	s->satisfied = v;
}

static void view(const struct job_record *j, struct arena *a, struct job_status *s)
{
	struct cond *conds = arena_alloc(a, JC_N * sizeof *conds);
	must(conds);
	*s = (struct job_status){.state = j->life.state,
				 .start_ms = j->life.start_ms,
				 .end_ms = j->life.end_ms,
				 .active_nodes = active_nodes(j, a),
				 .active = j->members.count[ATTEMPT_ORDERED] +
					   j->members.count[ATTEMPT_PENDING] +
					   j->members.count[ATTEMPT_RUNNING],
				 .ready = j->members.nready,
				 .succeeded = j->members.ncompleted,
				 .failed = j->members.failed,
				 .attempts = j->members.highest_attempt,
				 .completed = indexes(j, &j->members.completed, a),
				 .failed_indexes = indexes(j, &j->members.failed_indexes, a),
				 .selector = arena_printf(a, LABEL_JOB_UID "=%s", j->uid),
				 .reason = reason_name(j->told.reason),
				 .message = j->told.message,
				 .observed_generation = j->object.generation};
	must(s->selector);
	s->failures = j->failures ? j->failures->v : NULL;
	s->nfailures = j->failures ? j->failures->n : 0;
	view_superseded(j, a, s);
	view_satisfied(j, a, s);
	view_conditions(j, conds, s);
}

/* Some members run, and others are about to start. */
static bool starting(const struct job_record *j)
{
	return j->life.state == JOB_RUNNING &&
	       j->members.count[ATTEMPT_ORDERED] + j->members.count[ATTEMPT_PENDING] > 0;
}

bool job_status_head_stored(const struct job_record *j)
{
	uint64_t head = job_head(j);
	return j->status.stored_head == head ||
	       (j->status.refusals && j->status.refused_head == head);
}

bool job_status_shows_head(const struct job_record *j)
{
	return j->status.stored_head == job_head(j);
}

static void mark(struct core *c, struct job_record *j, enum mark m)
{
	int64_t gather = m == MARK_LATER ? GATHER_MS : starting(j) ? GATHER_START_MS : 0;
	j->status.mark = m;
	j->gathering = m == MARK_URGENT && gather > 0;
	struct core_action *a = action_job(c, ACT_JOB_STATUS, j);
	a->object.ahead = j->life.start_ms != 0;
	a->object.urgent = m == MARK_URGENT;
	a->object.not_before_ms = gather ? c->now_ms + gather : 0;
}

void job_status_check(struct core *c, struct job_record *j)
{
	struct job_status s;
	if (j->status.mark == MARK_URGENT) {
		/* A state that was taken back before it was written needs no write at once. */
		if (j->gathering && !starting(j))
			mark(c, j, job_head(j) == j->status.stored_head ? MARK_LATER : MARK_URGENT);
		return;
	}
	if (j->status.mark == MARK_LATER && job_head(j) == j->status.stored_head)
		return;
	view(j, action_memory(c), &s);
	struct status_print p = fingerprint(&s);
	if (!slot_differs(&j->status, p))
		return;
	if (slot_held(&j->status, p, c->now_ms))
		job_wake(j, j->status.again_ms);
	else
		mark(c, j, p.head != j->status.stored_head ? MARK_URGENT : MARK_LATER);
}

void job_status_seen(struct job_record *j, const struct job_status *st, const char *rv)
{
	slot_seen(&j->status, fingerprint(st), rv);
}

void job_status_drop(struct job_record *j)
{
	slot_settled(&j->status);
}

bool job_status_view(const struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv)
{
	const struct job_record *j = job_find(c, ns, name);
	if (!j || !c->synced)
		return false;
	view(j, view_memory(c), ret);
	*ret_rv = j->status.rv;
	return slot_differs(&j->status, fingerprint(ret));
}

void job_status_taken(struct core *c, const char *ns, const char *name,
		      const struct job_status *sent)
{
	struct job_record *j = job_find(c, ns, name);
	if (!j)
		return;
	j->gathering = false; /* a change from now on waits for the next write */
	if (!sent) {
		slot_settled(&j->status);
		return;
	}
	slot_taken(&j->status, fingerprint(sent));
	dependencies_inflight(j);
	j->inflight_failed = sent->failed;
	j->inflight_attempts = sent->attempts;
}

/* What was last written is stored, or nobody should wait for that any more. */
static void failures_settled(struct core *c, struct job_record *j)
{
	dependencies_stored(c, j);
	job_failed_stored(j, j->inflight_failed);
	job_attempts_stored(j, j->inflight_attempts);
}

/* One Event quotes the API server: the status itself cannot say it. */
static void not_written(struct core *c, struct job_record *j, const struct core_event *ev)
{
	const char *words = str_or_empty(ev->written.message);
	enum rc rc = ev->written.rc;
	if (slot_tell(&j->status, rc, c->now_ms)) {
		log_warn(c->log, "job status not written", KS("job", j->key), KS("error", words));
		event_job(c, j, R_FailedUpdateStatus,
			  slot_failure(action_memory(c), *words ? words : rc_text(rc)));
	}
	if (slot_hopeless(&j->status, rc))
		failures_settled(c, j);
}

void job_status_written(struct core *c, const struct core_event *ev)
{
	struct job_record *j = job_find(c, ev->written.ns, ev->written.name);
	if (!j || (*str_or_empty(ev->written.uid) && !str_eq(j->uid, ev->written.uid)))
		return;
	enum slot_end end = slot_written(&j->status, ev->written.rc, ev->written.rv, c->now_ms);
	if (end == SLOT_NOT_THERE) /* the watch has not shown it yet: no pods until it does */
		job_hold(j, c->now_ms + DELETED_HOLD_MS);
	else if (end == SLOT_STORED || end == SLOT_OVERTAKEN)
		failures_settled(c, j);
	else
		not_written(c, j, ev);
	job_dirty(c, j);
}
