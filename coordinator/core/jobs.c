/* SPDX-License-Identifier: Apache-2.0 */
/* The job table. A job is found by namespace and name while its object lives, and by UID for as
 * long as attempts of it are known: a job that is deleted and made again under its name is another
 * job. Jobs of which only pods are known (strays) are kept until a live GET tells what they are. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/state.h"
#include "coordinator/core/inside.h"

struct mjob *job_find(const struct core *c, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct mjob *j;
	buf_printf(&key, "%s/%s", str_or_empty(ns), str_or_empty(name));
	HASH_FIND_STR(c->jobs, buf_str(&key), j);
	return j;
}

struct mjob *job_find_uid(const struct core *c, const char *uid)
{
	struct mjob *j;
	HASH_FIND(hh_uid, c->jobs_uid, uid, strlen(uid), j);
	return j;
}

static struct mjob *job_new(struct core *c, const char *ns, const char *name, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct mjob *j = mem_zalloc(1, sizeof *j);
	buf_printf(&key, "%s/%s", str_or_empty(ns), str_or_empty(name));
	j->key = mem_strdup(buf_str(&key));
	j->ns = mem_strdup(ns);
	j->name = mem_strdup(name);
	j->uid = mem_strdup(uid);
	mem_strset(&j->rv, "");
	mem_strset(&j->message, "");
	mem_strset(&j->create_error, "");
	mem_strset(&j->last_failure, "");
	mem_strset(&j->last_refusal, "");
	mem_strset(&j->invalid, "");
	j->id = ++c->next_job_id;
	j->timer.kind = TIMER_JOB;
	j->deadline_at_ms = j->ttl_at_ms = INT64_MAX;
	j->parallelism = j->min_parallelism = 1;
	HASH_ADD_KEYPTR(hh_uid, c->jobs_uid, j->uid, strlen(j->uid), j);
	return j;
}

void job_dirty(struct core *c, struct mjob *j)
{
	if (j->dirty)
		return;
	j->dirty = true;
	DL_APPEND(c->dirty_jobs, j);
}

static void by_name(struct core *c, struct mjob *j, bool in)
{
	if (in)
		HASH_ADD_KEYPTR(hh, c->jobs, j->key, strlen(j->key), j);
	else
		HASH_DEL(c->jobs, j);
}

void job_free(struct core *c, struct mjob *j)
{
	must(!j->atts);
	queue_take(c, j);
	if (j->known && !j->gone)
		by_name(c, j, false);
	HASH_DELETE(hh_uid, c->jobs_uid, j);
	if (j->dirty)
		DL_DELETE(c->dirty_jobs, j);
	heap_remove(&c->timers, &j->timer);
	templates_use(c, j->thash, -1);
	intern_put(c->strs, j->thash);
	reqclass_put(c, j->cls);
	bitset_done(&j->completed);
	char *own[] = {j->key,     j->ns,      j->name,         j->uid,          j->rv,
		       j->message, j->invalid, j->create_error, j->last_failure, j->last_refusal};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	free(j->slots);
	free(j->refusals);
	free(j);
}

void job_maybe_free(struct core *c, struct mjob *j)
{
	if (!j->atts && (!j->known || j->gone))
		job_free(c, j);
}

struct mjob *job_stray(struct core *c, const struct member *m)
{
	struct mjob *j = job_new(c, m->ns, m->job_name, m->job_uid);
	job_dirty(c, j);
	return j;
}

struct slot *job_slot(struct mjob *j, uint32_t index)
{
	must(index < PARALLELISM_MAX);
	if (index >= j->nslots) {
		uint32_t n = index + 1 > j->parallelism ? index + 1 : j->parallelism;
		j->slots = mem_realloc(j->slots, n, sizeof *j->slots);
		memset(j->slots + j->nslots, 0, (n - j->nslots) * sizeof *j->slots);
		j->nslots = n;
	}
	return &j->slots[index];
}

/* Indexes beyond parallelism are remembered (they may come back) but not counted. */
static void recount_completed(struct mjob *j)
{
	j->ncompleted = 0;
	for (uint32_t i = bitset_next(&j->completed, 0); i < j->parallelism;
	     i = bitset_next(&j->completed, i + 1))
		j->ncompleted++;
}

void job_complete_index(struct mjob *j, uint32_t index)
{
	if (bitset_has(&j->completed, index))
		return;
	bitset_set(&j->completed, index);
	j->done_news = true;
	j->ncompleted += index < j->parallelism;
}

uint32_t job_live(const struct mjob *j)
{
	return j->cnt[ATT_ORDERED] + j->cnt[ATT_PENDING] + j->cnt[ATT_RUNNING] + j->cnt[ATT_LOST];
}

static bool final_state(enum job_state s)
{
	return s == JOB_COMPLETED || s == JOB_FAILED;
}

bool job_finished(const struct mjob *j)
{
	return final_state(j->state);
}

/*	      placed, started		      all succeeded
 *   Pending ------------------> Running -------------------> Completed
 *    |  ^ \  given back <------/ |    \
 *    v  |  `-------------------- | ----`------------------> Failed
 *   Suspended <-----------------'
 */
static const struct state_rule rules[] = {
#define TO(s) STATE_BIT(JOB_##s)
	[JOB_NONE] = {"None",
		      TO(PENDING) | TO(RUNNING) | TO(COMPLETED) | TO(FAILED) | TO(SUSPENDED)},
	[JOB_PENDING] = {"Pending", TO(RUNNING) | TO(COMPLETED) | TO(FAILED) | TO(SUSPENDED)},
	[JOB_RUNNING] = {"Running", TO(PENDING) | TO(COMPLETED) | TO(FAILED) | TO(SUSPENDED)},
	[JOB_SUSPENDED] = {"Suspended", TO(PENDING) | TO(COMPLETED) | TO(FAILED)},
	[JOB_COMPLETED] = {"Completed", 0},
	[JOB_FAILED] = {"Failed", 0},
#undef TO
};

void job_set_state(struct core *c, struct mjob *j, enum job_state to)
{
	state_check(rules, ARRAY_LEN(rules), j->state, to);
	log_info(c->log, "job state", KS("job", j->key), KS("from", job_state_text(j->state)),
		 KS("to", job_state_text(to)));
	j->state = to;
}

static void adopt_status(struct mjob *j, const struct job_status *st)
{
	static const char *const types[JC_N] = {"Scheduled", "Suspended", "Complete", "Failed"};
	j->state = st->state == JOB_NONE ? JOB_PENDING : st->state;
	j->start_ms = st->start_ms;
	j->end_ms = st->end_ms;
	j->failed = j->wr_failed = st->failed;
	j->base_attempt = j->attempts = st->attempts;
	for (uint32_t i = 0; i < st->nconds; i++) {
		for (uint32_t k = 0; k < JC_N; k++) {
			if (str_eq(st->conds[i].type, types[k]))
				j->conds[k] = (struct cond_state){
					.status = st->conds[i].status,
					.reason = reason_parse(st->conds[i].reason),
					.since_ms = st->conds[i].since_ms};
		}
	}
	j->reason = reason_parse(st->reason);
	mem_strset(&j->message, st->message);
	if (j->reason == R_MemberFailed)
		mem_strset(&j->last_failure, st->message);
}

/* Status outranks: what was counted once stays counted, whoever wrote it. */
static void merge_status(struct core *c, struct mjob *j, const struct job_status *st)
{
	AUTO(bitset_done) struct bitset done = {0};
	if (bitset_parse_ranges(&done, str_or_empty(st->completed), PARALLELISM_MAX - 1) == RC_OK)
		bitset_or(&j->completed, &done);
	j->done_news = true;
	if (st->failed > j->failed)
		j->failed = st->failed;
	if (st->failed > j->wr_failed)
		j->wr_failed = st->failed;
	if (st->attempts > j->attempts)
		j->attempts = j->base_attempt = st->attempts;
	if (final_state(st->state) && !job_finished(j)) {
		log_info(c->log, "job was finished by another writer", KS("job", j->key),
			 KS("state", job_state_text(st->state)));
		adopt_status(j, st);
	}
}

static void set_class(struct core *c, struct mjob *j, const struct job_spec *spec)
{
	struct reqclass *k = reqclass_get(c, spec);
	if (j->cls && j->cls->set != k->set)
		j->recheck = true; /* another size alone moves nobody */
	reqclass_put(c, j->cls);
	j->cls = k;
}

static void set_template(struct core *c, struct mjob *j, const struct job_spec *spec)
{
	uint32_t h = intern_get(c->strs, str_or_empty(spec->template_hash));
	if (h != j->thash) {
		j->rolling = true;
		/* What was refused may be accepted now. */
		j->hold_ms = 0;
		j->deny_n = 0;
		mem_strset(&j->create_error, "");
		for (uint32_t i = 0; i < j->nrefusals; i++)
			j->refusals[i] = (struct refusal){.node = j->refusals[i].node};
		templates_use(c, h, 1);
		templates_use(c, j->thash, -1);
	}
	intern_put(c->strs, j->thash);
	j->thash = h;
	j->credentials = spec->credentials;
	if (!str_eq(j->invalid, spec->invalid))
		mem_strset(&j->invalid, spec->invalid);
}

/* A job that waits may fit now, or be another's turn, and says anew why it waits. */
static void queue_again(struct core *c, struct mjob *j)
{
	if (!j->queued)
		return;
	queue_look(c, j);
	if (j->blocked)
		why_soon(c, j);
}

static void set_spec(struct core *c, struct mjob *j, const struct job_spec *spec)
{
	queue_again(c, j);
	queue_prioritize(c, j, spec->priority);
	j->parallelism = spec->parallelism;
	j->min_parallelism = spec->min_parallelism;
	j->backoff_limit = spec->backoff_limit;
	j->deadline_s = spec->active_deadline_s;
	j->ttl_s = spec->ttl_s;
	j->on_loss = spec->on_node_loss;
	j->update = spec->update;
	j->max_unavailable = spec->max_unavailable;
	j->unavailable_percent = spec->max_unavailable_percent;
	j->suspend = spec->suspend;
	must(j->parallelism >= 1 && j->parallelism <= PARALLELISM_MAX);
	must(j->min_parallelism >= 1 && j->min_parallelism <= j->parallelism);
	set_class(c, j, spec);
	set_template(c, j, spec);
	recount_completed(j);
}

/* Whether its members are ordered follows from what is known of it. */
static void members_reorder(struct core *c, struct mjob *j)
{
	struct att *a;
	DL_FOREACH2(j->atts, a, job_next)
	orders_changed(c, a);
}

static void job_gone(struct core *c, struct mjob *j, bool orphaned)
{
	log_info(c->log, "job deleted", KS("job", j->key), KI("members", job_live(j)));
	by_name(c, j, false);
	j->gone = true;
	members_reorder(c, j);
	j->orphan |= orphaned;
	j->mark = MARK_NONE;
	job_dirty(c, j);
}

static struct mjob *job_for(struct core *c, const struct meta *meta)
{
	struct mjob *j = job_find(c, meta->ns, meta->name);
	if (j && !str_eq(j->uid, meta->uid)) {
		job_gone(c, j, false);
		j = NULL;
	}
	if (j)
		return j;
	j = job_find_uid(c, meta->uid);
	if (!j)
		j = job_new(c, meta->ns, meta->name, meta->uid);
	return j->gone ? NULL : j;
}

void job_on_job(struct core *c, const struct job *job)
{
	struct mjob *j = job_for(c, &job->meta);
	if (!j)
		return; /* an old message about a job whose end was seen */
	bool first = !j->known, changed = j->generation != job->meta.generation;
	if (first) {
		j->known = true;
		members_reorder(c, j);
		by_name(c, j, true);
		adopt_status(j, &job->status);
		j->old = !c->synced;
		j->recheck = job->status.observed_generation &&
			     job->status.observed_generation != job->meta.generation;
	}
	bool deleting = job->meta.deleted_ms != 0;
	bool orphan = deleting && job->meta.orphan_finalizer; /* alone it says nothing yet */
	if (!first && changed && job_finished(j) && !final_state(job->status.state))
		job_take_back(c, j);
	changed |= deleting != j->deleting;
	if (first)
		j->created_ms = job->meta.created_ms; /* it gives its place in the queue */
	j->generation = job->meta.generation;
	j->deleting = deleting;
	j->vanished = 0;
	j->orphan = orphan;
	if (first || changed)
		set_spec(c, j, &job->spec);
	merge_status(c, j, &job->status);
	recount_completed(j);
	job_status_echo(c, j, &job->status, job->meta.rv);
	if (first && c->synced)
		job_on_synced(c, j);
	job_dirty(c, j);
}

void job_on_gone(struct core *c, const struct meta *gone)
{
	struct mjob *j = job_find(c, gone->ns, gone->name);
	if (!j || !str_eq(j->uid, gone->uid))
		return;
	job_gone(c, j, gone->orphan_finalizer);
}
