/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/admitted.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/state/job_members.h"
#include "coordinator/core/state/old_pods.h"
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

/* Whoever may create pods in one namespace can name any UID as their owner's, so a UID alone says
 * nothing. */
static void put_identity(struct buf *b, const char *ns, const char *name, const char *uid)
{
	buf_printf(b, "%s/%s/%s", str_or_empty(ns), str_or_empty(name), str_or_empty(uid));
}

struct job_record *job_find_same(const struct core *c, const char *ns, const char *name,
				 const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct job_record *j;
	put_identity(&key, ns, name, uid);
	HASH_FIND(hh_uid, c->jobs.by_uid, buf_str(&key), key.len, j);
	return j;
}

struct job_record *job_new(struct core *c, const char *ns, const char *name, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024), identity = BUF_INIT(1024);
	struct job_record *j = mem_zalloc(1, sizeof *j);
	put_identity(&identity, ns, name, uid);
	j->identity = mem_strdup(buf_str(&identity));
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
	mem_strset(&j->told.forbidden, "");
	mem_strset(&j->told.doubt, "");
	mem_strset(&j->spec.invalid, "");
	j->id = ++c->jobs.last_id;
	j->timer.kind = TIMER_JOB;
	j->life.deadline_at_ms = j->life.ttl_at_ms = INT64_MAX;
	j->spec.parallelism = j->spec.min_parallelism = 1;
	HASH_ADD_KEYPTR(hh_uid, c->jobs.by_uid, j->identity, strlen(j->identity), j);
	return j;
}

void job_dirty(struct core *c, struct job_record *j)
{
	if (j->dirty)
		return;
	j->dirty = true;
	DL_APPEND(c->jobs.dirty, j);
}

static void dirty_list_remove(struct core *c, struct job_record *j)
{
	if (j->dirty)
		DL_DELETE(c->jobs.dirty, j);
	j->dirty = false;
}

struct job_record *job_take_dirty(struct core *c)
{
	struct job_record *j = c->jobs.dirty;
	if (j)
		dirty_list_remove(c, j);
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
	dirty_list_remove(c, j);
	heap_remove(&c->timers, &j->timer);
	admitted_use(c, j, NULL, NULL);
	templates_use(c, j->ns, j->spec.template_id, -1);
	intern_put(c->strs, j->spec.template_id);
	intern_put(c->strs, j->spec.old_template_id);
	request_put(c, j->spec.request);
	job_followed_selection(c, j);
	bitset_done(&j->members.completed);
	char *own[] = {j->key,
		       j->identity,
		       j->ns,
		       j->name,
		       j->uid,
		       j->status.rv,
		       j->told.message,
		       j->spec.invalid,
		       j->told.create_error,
		       j->told.last_failure,
		       j->told.last_refusal,
		       j->told.forbidden,
		       j->told.doubt};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	job_slots_free(j);
	old_pods_forget(j);
	free(j->refusals.v);
	free(j);
}

void job_set_timer(struct core *c, struct job_record *j, int64_t at_ms)
{
	heap_set(&c->timers, &j->timer, at_ms);
}

void job_pod_vanished(struct job_record *j)
{
	j->check.vanished++;
}

void job_free_if_unused(struct core *c, struct job_record *j)
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
