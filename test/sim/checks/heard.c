/* SPDX-License-Identifier: Apache-2.0 */

#include "test/sim/checks/heard.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/record.h"

/* A write that gathers what happened in a second follows the last such one by that; requests take
 * a few milliseconds more or less. */
enum { RATE_MS = 950, UNDER_WAY_MS = 2500 };

struct heard *heard_new(struct checks *c)
{
	struct heard *h = mem_zalloc(1, sizeof *h);
	h->checks = c;
	h->world = c->world;
	h->reasons[R_NONE] = true;
	return h;
}

struct heard *heard_free(struct heard *h)
{
	struct heard_job *j, *tmp;
	for (uint32_t i = 0; i < h->n; i++) {
		free(h->v[i].object);
		free(h->v[i].reason);
		free(h->v[i].note);
	}
	for (uint32_t i = 0; i < h->nsaid; i++) {
		free(h->said[i].object);
		free(h->said[i].message);
	}
	free(h->said);
	HASH_ITER (hh, h->jobs, j, tmp) {
		HASH_DEL(h->jobs, j);
		free(j->name);
		free(j);
	}
	free(h->v);
	free(h);
	return NULL;
}

/* Every reason that is written anywhere is one of the table that the documentation shows. */
static void reason(struct heard *h, const char *where, const char *text)
{
	enum reason r = reason_parse(text);
	if (*str_or_empty(text) && r == R_NONE)
		world_fail(h->world, "reason", "%s: %s is not in reasons.def", where, text);
	h->reasons[r] = true;
}

static void said(struct heard *h, const char *object, const char *why, const char *message)
{
	enum reason r = reason_parse(str_or_empty(why));
	reason(h, object, why);
	for (uint32_t i = 0; i < h->nsaid; i++) {
		if (h->said[i].reason == r && str_eq(h->said[i].object, object) &&
		    str_eq(h->said[i].message, str_or_empty(message)))
			return;
	}
	VEC_GROW(h->said, h->nsaid, h->said_cap);
	h->said[h->nsaid++] = (struct heard_said){.object = mem_strdup(object),
						  .message = mem_strdup(str_or_empty(message)),
						  .reason = r,
						  .at_ms = h->world->clock.now_ms};
}

static bool told_as_event(const struct heard *h, const struct heard_said *s)
{
	for (uint32_t i = 0; i < h->n; i++) {
		if (str_eq(h->v[i].object, s->object) &&
		    str_eq(h->v[i].reason, reason_name(s->reason)))
			return true;
	}
	return false;
}

void heard_end(const struct heard *h)
{
	int64_t by = h->world->clock.now_ms - UNDER_WAY_MS;
	for (uint32_t i = 0; i < h->nsaid; i++) {
		if (h->said[i].at_ms < by && reason_warning(h->said[i].reason) &&
		    !told_as_event(h, &h->said[i]))
			world_fail(h->world, "both", "%s says %s, and there is no Event",
				   h->said[i].object, reason_name(h->said[i].reason));
	}
}

static void event(struct heard *h, const struct event_note *ev)
{
	reason(h, ev->name, ev->reason);
	if (!strchr(str_or_empty(ev->note), ' '))
		world_fail(h->world, "event", "%s: an Event %s without a sentence", ev->name,
			   ev->reason);
	if (!reason_event(reason_parse(ev->reason)) ||
	    ev->warning != reason_warning(reason_parse(ev->reason)))
		world_fail(h->world, "event", "%s: %s is of the wrong type", ev->name, ev->reason);
	for (uint32_t i = 0; i < h->n; i++) {
		struct heard_event *o = &h->v[i];
		if (!str_eq(o->object, ev->name) || !str_eq(o->reason, ev->reason) ||
		    !str_eq(o->note, ev->note))
			continue;
		o->n++;
		o->last_ms = h->world->clock.now_ms;
		return;
	}
	VEC_GROW(h->v, h->n, h->cap);
	h->v[h->n++] = (struct heard_event){.object = mem_strdup(ev->name),
					    .reason = mem_strdup(ev->reason),
					    .note = mem_strdup(ev->note),
					    .warning = ev->warning,
					    .n = 1,
					    .last_ms = h->world->clock.now_ms};
}

static struct heard_job *job_of(struct heard *h, const char *ns, const char *job_name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	buf_printf(&key, "%s/%s", ns, job_name);
	const char *name = buf_str(&key);
	struct heard_job *j;
	HASH_FIND_STR(h->jobs, name, j);
	if (j)
		return j;
	j = mem_zalloc(1, sizeof *j);
	j->name = mem_strdup(name);
	j->last_ms = INT64_MIN / 2;
	HASH_ADD_KEYPTR(hh, h->jobs, j->name, strlen(j->name), j);
	return j;
}

void heard_request(struct heard *h, const char *who, const struct api_request *req)
{
	h->writer = req->verb == API_PATCH_STATUS ? who : NULL;
	h->asked_step = h->world->clock.steps;
	if (req->verb == API_CREATE && req->kind == API_EVENT)
		event(h, req->event);
	if (req->verb == API_CREATE && req->kind == API_POD)
		job_of(h, req->pod_create->ns, req->pod_create->job_name)->asked++;
}

static bool same_state(const struct job_status *a, const struct job_status *b)
{
	if (a->state != b->state || a->start_ms != b->start_ms || a->nconds != b->nconds)
		return false;
	for (uint32_t i = 0; i < a->nconds; i++) {
		if (a->conds[i].status != b->conds[i].status)
			return false;
	}
	return true;
}

/* One write for an object and second, and one at once for a change of state. Slow requests arrive
 * closer together than they were sent; one that went wrong, or met an edit, is written again. */
static void status_written(struct heard *h, const struct change *ch)
{
	struct heard_job *j = job_of(h, ch->now->meta.ns, ch->now->meta.name);
	bool now = !same_state(&ch->prev->job.status, &ch->now->job.status);
	int64_t since = h->world->clock.now_ms - j->last_ms;
	j->writes++;
	/* A state that went and came back before it was written is written at once all the same. */
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	buf_printf(&key, "state/%s", ch->now->meta.uid);
	now |= check_changed_at(h->checks, buf_str(&key)) > h->world->clock.now_ms - RATE_MS;
	bool edited =
		check_changed_at(h->checks, ch->now->meta.uid) > h->world->clock.now_ms - RATE_MS;
	if (!now && since < RATE_MS && !edited && !ch->now->meta.deleted_ms &&
	    !conns_rough(h->world->conns) && j->writer == h->writer)
		world_fail(h->world, "status-rate", "job %s: %d ms after the last write", j->name,
			   (int)since);
	j->writer = h->writer;
	if (!now)
		j->last_ms = h->world->clock.now_ms;
}

void heard_change(struct heard *h, const struct change *ch)
{
	const struct version *v = ch->now;
	const struct cond *conds =
		v->kind == API_JOB ? v->job.status.conds : v->compute_node.status.conds;
	uint32_t n = v->kind == API_JOB ? v->job.status.nconds : v->compute_node.status.nconds;
	if ((v->kind != API_JOB && v->kind != API_COMPUTE_NODE) || ch->ev != WATCH_MODIFIED)
		return;
	said(h, v->meta.name,
	     v->kind == API_JOB ? v->job.status.reason : v->compute_node.status.reason,
	     v->kind == API_JOB ? v->job.status.message : v->compute_node.status.message);
	for (uint32_t i = 0; i < n; i++) {
		said(h, v->meta.name, conds[i].reason, conds[i].message);
		if (!*str_or_empty(conds[i].message))
			world_fail(h->world, "words", "%s: condition %s has no message",
				   v->meta.name, conds[i].type);
	}
	if (v->kind == API_JOB && h->writer && h->asked_step == h->world->clock.steps)
		status_written(h, ch);
	h->writer = NULL;
}

const struct heard_job *heard_job(const struct heard *h, const char *name)
{
	const struct heard_job *j = h->jobs;
	while (j && !str_eq(strchr(j->name, '/') + 1, name))
		j = j->hh.next;
	return j;
}
