/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clocktext.h"
#include "base/state.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"

struct job_record *job_find(const struct core *c, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct job_record *j;
	buf_printf(&key, "%s/%s", str_or_empty(ns), str_or_empty(name));
	HASH_FIND_STR(c->jobs.by_name, buf_str(&key), j);
	return j;
}

struct job_record *job_find_uid(const struct core *c, const char *uid)
{
	struct job_record *j;
	HASH_FIND(hh_uid, c->jobs.by_uid, uid, strlen(uid), j);
	return j;
}

struct job_record *job_new(struct core *c, const char *ns, const char *name, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct job_record *j = mem_zalloc(1, sizeof *j);
	buf_printf(&key, "%s/%s", str_or_empty(ns), str_or_empty(name));
	j->key = mem_strdup(buf_str(&key));
	j->ns = mem_strdup(ns);
	j->name = mem_strdup(name);
	j->uid = mem_strdup(uid);
	mem_strset(&j->status.rv, "");
	mem_strset(&j->told.message, "");
	mem_strset(&j->told.create_error, "");
	mem_strset(&j->told.last_failure, "");
	mem_strset(&j->told.last_refusal, "");
	mem_strset(&j->spec.invalid, "");
	j->id = ++c->jobs.last_id;
	j->timer.kind = TIMER_JOB;
	j->life.deadline_at_ms = j->life.ttl_at_ms = INT64_MAX;
	j->spec.parallelism = j->spec.min_parallelism = 1;
	HASH_ADD_KEYPTR(hh_uid, c->jobs.by_uid, j->uid, strlen(j->uid), j);
	return j;
}

void job_dirty(struct core *c, struct job_record *j)
{
	if (j->dirty)
		return;
	j->dirty = true;
	DL_APPEND(c->jobs.dirty, j);
}

static void dirty_out(struct core *c, struct job_record *j)
{
	if (j->dirty)
		DL_DELETE(c->jobs.dirty, j);
	j->dirty = false;
}

struct job_record *job_take_dirty(struct core *c)
{
	struct job_record *j = c->jobs.dirty;
	if (j)
		dirty_out(c, j);
	return j;
}

void job_set_named(struct core *c, struct job_record *j, bool in)
{
	if (in)
		HASH_ADD_KEYPTR(hh, c->jobs.by_name, j->key, strlen(j->key), j);
	else
		HASH_DEL(c->jobs.by_name, j);
}

void job_free(struct core *c, struct job_record *j)
{
	must(!j->members.attempts);
	queue_take(c, j);
	if (j->object.known && !j->object.deleted)
		job_set_named(c, j, false);
	HASH_DELETE(hh_uid, c->jobs.by_uid, j);
	dirty_out(c, j);
	heap_remove(&c->timers, &j->timer);
	templates_use(c, j->spec.template_id, -1);
	intern_put(c->strs, j->spec.template_id);
	request_put(c, j->spec.request);
	bitset_done(&j->members.completed);
	char *own[] = {j->key,
		       j->ns,
		       j->name,
		       j->uid,
		       j->status.rv,
		       j->told.message,
		       j->spec.invalid,
		       j->told.create_error,
		       j->told.last_failure,
		       j->told.last_refusal};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	free(j->members.slots);
	free(j->refusals.v);
	free(j);
}

void job_maybe_free(struct core *c, struct job_record *j)
{
	if (!j->members.attempts && (!j->object.known || j->object.deleted))
		job_free(c, j);
}

struct job_record *job_stray(struct core *c, const struct member *m)
{
	struct job_record *j = job_new(c, m->ns, m->job_name, m->job_uid);
	job_dirty(c, j);
	return j;
}

struct slot *job_slot(struct job_record *j, uint32_t index)
{
	must(index < PARALLELISM_MAX);
	if (index >= j->members.nslots) {
		uint32_t n = index + 1 > j->spec.parallelism ? index + 1 : j->spec.parallelism;
		j->members.slots = mem_realloc(j->members.slots, n, sizeof *j->members.slots);
		memset(j->members.slots + j->members.nslots, 0,
		       (n - j->members.nslots) * sizeof *j->members.slots);
		j->members.nslots = n;
	}
	return &j->members.slots[index];
}

void job_recount_completed(struct job_record *j)
{
	j->members.ncompleted = 0;
	for (uint32_t i = bitset_next(&j->members.completed, 0); i < j->spec.parallelism;
	     i = bitset_next(&j->members.completed, i + 1))
		j->members.ncompleted++;
}

void job_complete_index(struct job_record *j, uint32_t index)
{
	if (bitset_has(&j->members.completed, index))
		return;
	bitset_set(&j->members.completed, index);
	j->update.completed_changed = true;
	j->members.ncompleted += index < j->spec.parallelism;
}

uint32_t job_live(const struct job_record *j)
{
	return j->members.count[ATTEMPT_ORDERED] + j->members.count[ATTEMPT_PENDING] +
	       j->members.count[ATTEMPT_RUNNING] + j->members.count[ATTEMPT_LOST];
}

bool job_state_final(enum job_state s)
{
	return s == JOB_COMPLETED || s == JOB_FAILED;
}

bool job_finished(const struct job_record *j)
{
	return job_state_final(j->life.state);
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
	/* Final once it is stored; until then job_take_back may take it back. */
	[JOB_COMPLETED] = {"Completed", TO(PENDING) | TO(RUNNING)},
	[JOB_FAILED] = {"Failed", TO(PENDING) | TO(RUNNING)},
#undef TO
};

static void move(struct job_record *j, enum job_state to)
{
	state_check(rules, ARRAY_LEN(rules), j->life.state, to);
	j->life.state = to;
}

void job_adopt_state(struct job_record *j, enum job_state to)
{
	if (to != j->life.state)
		move(j, to);
}

void job_set_state(struct core *c, struct job_record *j, enum job_state to)
{
	must(!job_finished(j));
	log_info(c->log, "job state changed", KS("job", j->key),
		 KS("from", job_state_text(j->life.state)), KS("to", job_state_text(to)));
	move(j, to);
}

void job_wake(struct job_record *j, int64_t at_ms)
{
	if (at_ms < j->life.wake_ms)
		j->life.wake_ms = at_ms;
}

void job_set_condition(struct core *c, struct job_record *j, enum job_condition which,
		       enum cond_status st, enum reason reason)
{
	struct cond_state *s = &j->told.conditions[which];
	if (s->status != st)
		s->since_ms = whole_seconds(c->wall_ms);
	s->status = st;
	s->reason = reason;
}

void job_take_back(struct core *c, struct job_record *j)
{
	log_info(c->log, "job end taken back", KS("job", j->key),
		 KS("state", job_state_text(j->life.state)),
		 KS("why", "the job was changed before its end was stored"));
	move(j, j->life.started ? JOB_RUNNING : JOB_PENDING);
	j->life.end_ms = 0;
	j->told.conditions[JC_COMPLETE] = j->told.conditions[JC_FAILED] = (struct cond_state){0};
	job_set_message(j, R_NONE, "%s", "");
}

void job_set_message(struct job_record *j, enum reason reason, const char *fmt, ...)
{
	struct buf b = BUF_INIT(MESSAGE_MAX * 16);
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	j->told.reason = reason;
	free(j->told.message);
	j->told.message = mem_strndup(buf_str(&b), b.len > MESSAGE_MAX ? MESSAGE_MAX : b.len);
	buf_done(&b);
}

uint32_t job_needs_at_once(const struct job_record *j)
{
	uint32_t have = j->members.ncompleted + job_live(j);
	if (j->life.start_ms || have >= j->spec.min_parallelism)
		return 1;
	return j->spec.min_parallelism - have;
}

bool job_refused_by(const struct core *c, const struct job_record *j, const struct node_record *n)
{
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		if (j->refusals.v[i].node == n->idx && j->refusals.v[i].until_ms > c->now_ms)
			return true;
	}
	return false;
}

void job_nodes(const struct job_record *j, struct bitset *ret)
{
	struct attempt *a;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (a->takes_room)
			bitset_set(ret, a->node->idx);
	}
}
