/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/admitted.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "coordinator/core/state/job_failures.h"
#include "coordinator/core/state/job_members.h"
#include "coordinator/core/state/old_pods.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/success.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"

struct job_names {
	const char *ns, *name, *uid;
};

static uint64_t name_hash(const char *ns, const char *name)
{
	return hash_keyed_str(hash_keyed_str(23, ns), name);
}

/* Whoever may create pods in one namespace can name any UID as their owner's, so a UID alone says
 * nothing. */
static uint64_t identity_hash(const struct job_names *k)
{
	return hash_keyed_str(name_hash(k->ns, k->name), k->uid);
}

static bool same_name(struct hlink *x, const void *key)
{
	const struct job_record *j = OWNER_OF(x, struct job_record, by_name);
	const struct job_names *k = key;
	bool ns = str_eq(j->ns, k->ns), name = str_eq(j->name, k->name);
	return ns & name;
}

static bool same_identity(struct hlink *x, const void *key)
{
	const struct job_record *j = OWNER_OF(x, struct job_record, by_identity);
	const struct job_names *k = key;
	bool ns = str_eq(j->ns, k->ns), name = str_eq(j->name, k->name);
	return ns & name & (bool)str_eq(j->uid, k->uid);
}

struct job_record *job_find(const struct core *c, const char *ns, const char *name)
{
	const struct job_names k = {str_or_empty(ns), str_or_empty(name), ""};
	struct hlink *x = hmap_find(&c->jobs.by_name, name_hash(k.ns, k.name), same_name, &k);
	return x ? OWNER_OF(x, struct job_record, by_name) : NULL;
}

struct job_record *job_find_same(const struct core *c, const char *ns, const char *name,
				 const char *uid)
{
	const struct job_names k = {str_or_empty(ns), str_or_empty(name), str_or_empty(uid)};
	struct hlink *x = hmap_find(&c->jobs.by_identity, identity_hash(&k), same_identity, &k);
	return x ? OWNER_OF(x, struct job_record, by_identity) : NULL;
}

/* One block holds "ns/name", then each of the three by itself. */
static void set_names(struct job_record *j, const struct job_names *k)
{
	size_t ns = strlen(k->ns), name = strlen(k->name), uid = strlen(k->uid);
	char *at = j->key = mem_alloc(2 * (ns + name) + uid + 5);
	memcpy(at, k->ns, ns);
	at[ns] = '/';
	memcpy(at + ns + 1, k->name, name + 1);
	j->ns = memcpy(at + ns + name + 2, k->ns, ns + 1);
	j->name = memcpy(at + 2 * ns + name + 3, k->name, name + 1);
	j->uid = memcpy(at + 2 * (ns + name) + 4, k->uid, uid + 1);
}

struct job_record *job_new(struct core *c, const char *ns, const char *name, const char *uid)
{
	const struct job_names k = {str_or_empty(ns), str_or_empty(name), str_or_empty(uid)};
	struct job_record *j = mem_zalloc(1, sizeof *j);
	set_names(j, &k);
	const char **empty[] = {&j->status.rv,         &j->told.message,      &j->told.create_error,
				&j->told.last_failure, &j->told.last_refusal, &j->told.forbidden,
				&j->told.doubt,        &j->spec.invalid};
	for (size_t i = 0; i < ARRAY_LEN(empty); i++)
		text_set(empty[i], "");
	j->id = ++c->jobs.last_id;
	j->timer.kind = TIMER_JOB;
	j->life.deadline_at_ms = j->life.ttl_at_ms = j->life.start_by_ms = INT64_MAX;
	j->spec.completions = j->spec.parallelism = j->spec.min_parallelism = 1;
	DL_APPEND2(c->jobs.all, j, all_prev, all_next);
	hmap_add(&c->jobs.by_identity, &j->by_identity, identity_hash(&k));
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
		hmap_add(&c->jobs.by_name, &j->by_name, name_hash(j->ns, j->name));
	else
		hmap_del(&c->jobs.by_name, &j->by_name);
}

void job_free(struct core *c, struct job_record *j)
{
	must(!j->members.attempts && !j->depends);
	queue_take(c, j);
	if (job_exists(j))
		job_set_named(c, j, false);
	hmap_del(&c->jobs.by_identity, &j->by_identity);
	DL_DELETE2(c->jobs.all, j, all_prev, all_next);
	dirty_list_remove(c, j);
	heap_remove(&c->timers, &j->timer);
	admitted_use(c, j, NULL, NULL);
	templates_use(c, j->ns, j->spec.template_id, -1);
	intern_put(c->strs, j->spec.template_id);
	intern_put(c->strs, j->spec.old_template_id);
	request_put(c, j->spec.request);
	job_followed_selection(c, j);
	success_free(j);
	runs_done(&j->members.completed);
	runs_done(&j->members.failed_indexes);
	const char *texts[] = {j->status.rv,         j->told.message,      j->spec.invalid,
			       j->told.create_error, j->told.last_failure, j->told.last_refusal,
			       j->told.forbidden,    j->told.doubt};
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		text_free(texts[i]);
	free(j->key);
	job_slots_free(j);
	job_failures_free(j);
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
