/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/job_seen.h"

#include <string.h>
#include <utlist.h>

#include "base/backoff.h"
#include "base/text.h"
#include "coordinator/core/observe/adopt.h"
#include "coordinator/core/state/admitted.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/conditions.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/job_failures.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/old_pods.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/success.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/waiting.h"
#include "coordinator/core/tell/job_status.h"
#include "coordinator/core/tell/progress.h"
#include "model/job_bounds.h"
#include "model/selector.h"

static void adopt_failures(struct job_record *j, const struct job_status *st)
{
	for (uint32_t i = 0; i < st->nfailures; i++)
		job_failure_note(j, &st->failures[i]);
}

static void adopt_status(struct job_record *j, const struct job_status *st)
{
	job_life_adopt(j, st->state == JOB_NONE ? JOB_PENDING : st->state, st->start_ms,
		       st->end_ms);
	job_members_adopt(j, st->failed, st->attempts);
	job_told_adopt(j, st);
	adopt_failures(j, st);
	if (j->told.reason == R_MemberFailed || j->told.reason == R_MemberBackOff)
		tell_adopt(j);
}

/* The stored status counts, whoever wrote it: what was counted once stays counted. */
static void merge_status(struct core *c, struct job_record *j, const struct job_status *st)
{
	AUTO(runs_done) struct runs done = {0}, failed = {0};
	if (runs_parse(&done, str_or_empty(st->completed), COMPLETIONS_MAX - 1) != RC_OK)
		log_debug(c->log, "completed indexes not readable", KS("job", j->key));
	if (runs_parse(&failed, str_or_empty(st->failed_indexes), COMPLETIONS_MAX - 1) != RC_OK)
		log_debug(c->log, "failed indexes not readable", KS("job", j->key));
	job_members_merge(j, &done, &failed, st->failed, st->attempts);
	if (job_state_final(st->state) && !job_finished(j)) {
		log_info(c->log, "job finished by another writer", KS("job", j->key),
			 KS("state", job_state_text(st->state)));
		adopt_status(j, st);
	}
}

/* What ended or was refused may go well as the job is now: no pause goes on. */
static void mended(struct job_record *j)
{
	job_retry_at_once(j, 0);
	job_hold(j, 0);
	job_accepted(j);
}

/* A waiting job that changed may fit now, or have another place. Its message is renewed. */
static void queue_again(struct core *c, struct job_record *j)
{
	if (!job_queued(j))
		return;
	queue_look(c, j);
	if (job_blocked(j))
		waiting_soon(c, j);
}

/* The template's own numbers hold where nobody asks. */
static void admission_use(struct core *c, struct job_record *j, const struct job_spec *spec)
{
	if (c->cfg.ask_admission)
		admitted_use(c, j, spec->shape, &spec->requests);
}

void job_admitted(struct core *c, struct job_record *j, const struct reslist *requests)
{
	struct job_spec added = {0};
	admitted_where(j, &added);
	struct request *k =
		request_with(c, j->spec.request, requests, added.added, added.added_bytes);
	if (k != j->spec.request)
		queue_again(c, j); /* nobody changed the job: its pauses go on */
	request_put(c, j->spec.request);
	j->spec.request = k;
	job_dirty(c, j);
}

static void set_request(struct core *c, struct job_record *j, const struct job_spec *spec)
{
	struct job_spec admitted = *spec;
	admission_use(c, j, spec);
	admitted.requests = admitted_requests(j, &spec->requests);
	admitted_where(j, &admitted);
	struct request *k = request_get(c, &admitted);
	if (j->spec.request && selection_moves(j->spec.request->set, k->set))
		/* Other requests alone move no member. */
		job_changed_selection(j, j->spec.request->set);
	if (j->spec.request && j->spec.request != k)
		mended(j);
	request_put(c, j->spec.request);
	j->spec.request = k;
}

/* Pods of older versions are compared by what those would compare, at once and by every leader. */
static void set_old_template(struct core *c, struct job_record *j, const char *hash)
{
	uint32_t h = *str_or_empty(hash) ? intern_get(c->strs, hash) : 0;
	if (h != j->spec.old_template_id)
		job_changed_template(j);
	intern_put(c->strs, j->spec.old_template_id);
	j->spec.old_template_id = h;
}

static void set_template(struct core *c, struct job_record *j, const struct job_spec *spec)
{
	uint32_t h = intern_get(c->strs, str_or_empty(spec->template_hash));
	if (h != j->spec.template_id) {
		job_changed_template(j);
		mended(j);
		refusals_forget(j);
		job_forget_failed_on(j);
		templates_use(c, j->ns, h, 1);
		templates_use(c, j->ns, j->spec.template_id, -1);
	}
	intern_put(c->strs, j->spec.template_id);
	j->spec.template_id = h;
	set_old_template(c, j, spec->old_template_hash);
	j->spec.credentials = spec->credentials;
	if (!str_eq(j->spec.invalid, spec->invalid))
		text_set(&j->spec.invalid, spec->invalid);
}

#define TAINT_NOT_READY "node.kubernetes.io/not-ready"
#define TAINT_UNREACHABLE "node.kubernetes.io/unreachable"

static int64_t patience_ms(const struct job_spec *spec, const char *taint)
{
	int64_t ms = tolerations_stay_ms(spec->tolerations, spec->ntolerations, taint);
	return ms < 0 ? 0 : ms == 0 ? -1 : ms;
}

/* A member whose node is not Ready is kept for another time from now on. */
static void set_patience(struct core *c, struct job_record *j, const struct job_spec *spec)
{
	const struct attempt *a;
	int64_t not_ready_ms = patience_ms(spec, TAINT_NOT_READY);
	int64_t unreachable_ms = patience_ms(spec, TAINT_UNREACHABLE);
	if (j->spec.not_ready_ms == not_ready_ms && j->spec.unreachable_ms == unreachable_ms)
		return;
	j->spec.not_ready_ms = not_ready_ms;
	j->spec.unreachable_ms = unreachable_ms;
	DL_FOREACH2(j->members.attempts, a, job_next)
	node_dirty(c, a->node);
}

static void set_spec(struct core *c, struct job_record *j, const struct job_spec *spec)
{
	queue_again(c, j);
	queue_prioritize(c, j, spec->priority);
	/* Indexes that were not wanted, or are not. */
	job_retry_at_once(j, spec->completions < j->spec.completions ? spec->completions
								     : j->spec.completions);
	job_changed_indexes(j);
	j->spec.completions = spec->completions;
	j->spec.parallelism = spec->parallelism;
	j->spec.min_parallelism = spec->min_parallelism;
	if (!j->spec.per_node) /* the API server refuses each change */
		j->spec.per_node = job_per_node(spec);
	j->spec.backoff_limit = spec->backoff_limit;
	j->spec.failures_fail_index = spec->failures_fail_index;
	j->spec.failed_indexes_fail = spec->failed_indexes_fail;
	success_set(j, spec);
	j->spec.deadline_s = spec->active_deadline_s;
	j->spec.start_deadline_s = spec->start_deadline_s;
	j->spec.names = spec->names;
	j->spec.grace_s = spec->grace_s;
	j->spec.ttl_s = spec->ttl_s;
	j->spec.on_loss = spec->on_node_loss;
	set_patience(c, j, spec);
	j->spec.update_type = spec->update;
	j->spec.max_unavailable = spec->max_unavailable;
	j->spec.unavailable_percent = spec->max_unavailable_percent;
	j->spec.suspend = spec->suspend;
	must(j->spec.completions <= COMPLETIONS_MAX);
	must(j->spec.parallelism >= 1 && j->spec.parallelism <= PARALLELISM_MAX);
	must(j->spec.parallelism <= j->spec.completions);
	must(j->spec.min_parallelism >= 1 && j->spec.min_parallelism <= j->spec.parallelism);
	must(j->spec.per_node <= PER_NODE_MAX);
	set_request(c, j, spec);
	set_template(c, j, spec);
	job_recount_over(j);
}

/* The job was seen or deleted, so the orders of its members may change. */
static void members_orders_changed(struct core *c, struct job_record *j)
{
	struct attempt *a;
	DL_FOREACH2(j->members.attempts, a, job_next)
	attempt_order_changed(c, a);
}

static void set_deleted(struct core *c, struct job_record *j, bool orphaned)
{
	log_info(c->log, "job deleted", KS("job", j->key), KI("members", job_attempts_live(j)));
	job_set_named(c, j, false);
	j->object.deleted = true;
	members_orders_changed(c, j);
	j->object.orphan |= orphaned;
	j->object.orphaning = false;
	job_status_drop(j);
	dependencies_free(c, j);
	job_dirty(c, j);
}

static struct job_record *job_find_or_new(struct core *c, const struct meta *meta)
{
	struct job_record *j = job_find(c, meta->ns, meta->name);
	if (j && !str_eq(j->uid, meta->uid)) {
		set_deleted(c, j, false);
		j = NULL;
	}
	if (j)
		return j;
	j = job_find_same(c, meta->ns, meta->name, meta->uid);
	if (!j)
		j = job_new(c, meta->ns, meta->name, meta->uid);
	return j->object.deleted ? NULL : j;
}

/* The CRD has never taken such a name, and no pod could be named after it. */
static bool nameable(const struct meta *m)
{
	return strlen(m->name) <= JOB_NAME_MAX && strlen(m->uid) <= UID_MAX;
}

static void seen_first(struct core *c, struct job_record *j, const struct job *job)
{
	const struct job_status *st = &job->status;
	j->object.known = true;
	members_orders_changed(c, j);
	job_set_named(c, j, true);
	adopt_status(j, st);
	if (c->cfg.proofs && !c->synced)
		old_pods_keep(j, st, &job->spec);
	j->object.predates_leader = !c->synced;
	j->object.created_ms = job->meta.created_ms; /* it decides the place in the queue */
	if (st->observed_generation && st->observed_generation != job->meta.generation)
		job_changed_selection(j, NULL);
}

/* True: its spec, or whether it is being deleted, is another than before. */
static bool object_changed(struct job_record *j, const struct meta *meta)
{
	bool deleting = meta->deleted_ms != 0;
	bool changed = j->object.generation != meta->generation || j->object.deleting != deleting;
	j->object.generation = meta->generation;
	j->object.deleting = deleting;
	j->check.vanished = 0;
	/* Without a deletion the finalizer means nothing. The garbage collector takes it off when
	 * it has orphaned the pods. If a user has a finalizer of his own, the job is seen without
	 * it then, and its pods stay orphaned. */
	j->object.orphaning = deleting && meta->orphan_finalizer;
	j->object.orphan |= j->object.orphaning;
	return changed;
}

static void seen(struct core *c, const struct job *job)
{
	struct job_record *j = job_find_or_new(c, &job->meta);
	if (!j)
		return; /* an old event about a job that was deleted */
	bool first = !j->object.known, edited = j->object.generation != job->meta.generation;
	if (first)
		seen_first(c, j, job);
	else if (edited && job_finished(j) && !job_state_final(job->status.state))
		job_take_back(c, j);
	if (object_changed(j, &job->meta) || first) {
		set_spec(c, j, &job->spec);
		dependencies_set(c, j, &job->spec, &job->status);
		job_set_doubt(j, str_or_empty(job->spec.doubt),
			      job->status.observed_generation == job->meta.generation);
	}
	merge_status(c, j, &job->status);
	job_recount_over(j);
	if (first && !j->life.start_ms)
		job_start_from(j);
	job_status_seen(j, &job->status, job->meta.rv);
	if (first && c->synced)
		job_adopt_attempts(c, j);
	job_dirty(c, j);
}

void job_seen(struct core *c, const struct job *job)
{
	AUTO(buf_done) struct buf why = BUF_INIT(MESSAGE_MAX);
	struct job bounded = *job;
	if (!nameable(&job->meta))
		return;
	if (!job_bound(&bounded, &why))
		bounded.spec.invalid = buf_str(&why);
	seen(c, &bounded);
}

void job_deleted(struct core *c, const struct meta *gone)
{
	struct job_record *j = job_find(c, gone->ns, gone->name);
	if (!j || !str_eq(j->uid, gone->uid))
		return;
	set_deleted(c, j, gone->orphan_finalizer);
}

/* The job does not exist. Either the garbage collector deletes its pods, or they were orphaned and
 * have no owner; the agent may have reported them before that. So only those pods belong to the job
 * that a new list shows. */
static void owner_is_deleted(struct core *c, struct job_record *j)
{
	struct attempt *a;
	j->check.owner_deleted = true;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		/* A pod that has ended is left to the garbage collector. A pod that was never seen
		 * is in no list; its order is withdrawn. */
		if (a->state == ATTEMPT_ENDED || !attempt_seen(a))
			continue;
		attempt_doubt(c, a);
	}
}

void job_checked(struct core *c, const struct core_event *ev)
{
	struct job_record *j = job_find_same(c, ev->checked.ns, ev->checked.name, ev->checked.uid);
	if (!j || !j->check.running)
		return;
	j->check.running = false;
	j->check.vanished = 0;
	j->check.after_ms = c->now_ms + 10000;
	bool same = ev->checked.rc == RC_OK && str_eq(ev->checked.live_uid, j->uid);
	if (ev->checked.rc == RC_NOTFOUND || (ev->checked.rc == RC_OK && !same)) {
		if (j->object.known && !j->object.deleted)
			job_deleted(c, &(struct meta){.ns = j->ns, .name = j->name, .uid = j->uid});
		owner_is_deleted(c, j);
	} else if (same && ev->checked.live_orphan && !j->object.known)
		j->object.orphan = true;
	job_dirty(c, j);
}
