/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/dependencies.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/hash.h"
#include "coordinator/core/state/job.h"

struct target_name {
	const char *ns, *name;
};

static uint64_t target_hash(const struct target_name *k)
{
	return hash_keyed_str(hash_keyed_str(41, k->ns), k->name);
}

static bool same_target(struct hlink *x, const void *key)
{
	const struct dependency_target *t = OWNER_OF(x, struct dependency_target, by_name);
	const struct target_name *k = key;
	return str_eq(t->ns, k->ns) && str_eq(t->name, k->name);
}

static bool same_share(struct hlink *x, const void *key)
{
	return str_eq(OWNER_OF(x, struct dependency_share, by_ns)->ns, key);
}

static struct dependency_target *target_find(const struct core *c, const char *ns, const char *name)
{
	const struct target_name k = {ns, name};
	struct hlink *x = hmap_find(&c->dependencies.targets, target_hash(&k), same_target, &k);
	return x ? OWNER_OF(x, struct dependency_target, by_name) : NULL;
}

/* One block holds the target and both names. */
static struct dependency_target *target_get(struct core *c, const char *ns, const char *name)
{
	const struct target_name k = {ns, name};
	struct dependency_target *t = target_find(c, ns, name);
	if (t)
		return t;
	size_t nns = strlen(ns) + 1, nname = strlen(name) + 1;
	t = mem_zalloc(1, sizeof *t + nns + nname);
	char *text = (char *)(t + 1);
	memcpy(text, ns, nns);
	memcpy(text + nns, name, nname);
	t->ns = text;
	t->name = text + nns;
	hmap_add(&c->dependencies.targets, &t->by_name, target_hash(&k));
	return t;
}

static struct dependency_share *share_get(struct core *c, const char *ns)
{
	uint64_t hash = hash_keyed_str(43, ns);
	struct hlink *x = hmap_find(&c->dependencies.shares, hash, same_share, ns);
	if (x)
		return OWNER_OF(x, struct dependency_share, by_ns);
	size_t n = strlen(ns) + 1;
	struct dependency_share *s = mem_zalloc(1, sizeof *s + n);
	memcpy(s->ns, ns, n);
	hmap_add(&c->dependencies.shares, &s->by_ns, hash);
	return s;
}

static void wake_all(struct core *c, struct dependency_target *t)
{
	struct dependency_entry *e;
	DL_FOREACH (t->first, e)
		job_dirty(c, e->job);
}

/* The first of too many: what the others say of the state will not be renewed. */
static void crowd(struct core *c, struct dependency_target *t)
{
	if (t->n == DEPENDENTS_TOLD_MAX + 1)
		wake_all(c, t);
}

static void watch(struct core *c, struct dependency_entry *e)
{
	struct dependency_share *s = share_get(c, e->job->ns);
	if (s->n >= DEPENDENCIES_NS_MAX)
		return;
	s->n++;
	e->target = target_get(c, e->job->ns, e->name);
	DL_APPEND(e->target->first, e);
	e->target->n++;
	crowd(c, e->target);
}

static void share_put(struct core *c, const char *ns)
{
	struct dependency_share *s = share_get(c, ns);
	if (--s->n)
		return;
	hmap_del(&c->dependencies.shares, &s->by_ns);
	free(s);
}

static void unwatch(struct core *c, struct dependency_entry *e)
{
	struct dependency_target *t = e->target;
	struct job_record *of;
	if (!t)
		return;
	e->target = NULL;
	DL_DELETE(t->first, e);
	share_put(c, e->job->ns);
	if (--t->n)
		return;
	of = job_find(c, t->ns, t->name);
	hmap_del(&c->dependencies.targets, &t->by_name);
	free(t);
	if (of)
		job_dirty(c, of); /* its ttl may have waited for this */
}

void dependencies_unwatch(struct core *c, struct job_record *j)
{
	for (uint32_t i = 0; j->depends && i < j->depends->n; i++)
		unwatch(c, &j->depends->v[i]);
}

void dependencies_free(struct core *c, struct job_record *j)
{
	dependencies_unwatch(c, j);
	free(j->depends);
	j->depends = NULL;
}

/* One block holds the entries and their names. */
static struct job_dependencies *make(struct job_record *j, const struct job_spec *spec)
{
	size_t bytes = 0;
	for (uint32_t i = 0; i < spec->ndepends_on; i++)
		bytes += strlen(spec->depends_on[i].name) + 1;
	struct job_dependencies *d =
		mem_zalloc(1, sizeof *d + spec->ndepends_on * sizeof d->v[0] + bytes);
	char *text = (char *)&d->v[spec->ndepends_on];
	for (uint32_t i = 0; i < spec->ndepends_on; i++) {
		const struct dependency *x = &spec->depends_on[i];
		size_t n = strlen(x->name) + 1;
		memcpy(text, x->name, n);
		d->v[d->n++] = (struct dependency_entry){
			.job = j, .name = text, .condition = x->condition};
		text += n;
	}
	return d;
}

static bool was_satisfied(const struct job_dependencies *old, const struct job_status *st,
			  struct dependency_entry *e)
{
	for (uint32_t i = 0; i < st->nsatisfied; i++) {
		const struct dependency *x = &st->satisfied[i];
		if (x->condition == e->condition && str_eq(x->name, e->name))
			return e->stored = true;
	}
	for (uint32_t i = 0; old && i < old->n; i++) {
		const struct dependency_entry *x = &old->v[i];
		if (x->satisfied && x->condition == e->condition && str_eq(x->name, e->name)) {
			e->inflight = x->inflight;
			e->stored = x->stored;
			return true;
		}
	}
	return false;
}

void dependencies_set(struct core *c, struct job_record *j, const struct job_spec *spec,
		      const struct job_status *st)
{
	struct job_dependencies *old = j->depends;
	if (!old && !spec->ndepends_on)
		return;
	must(spec->ndepends_on <= DEPENDENCIES_MAX);
	struct job_dependencies *d = make(j, spec);
	for (uint32_t i = 0; i < d->n; i++) {
		d->v[i].satisfied = was_satisfied(old, st, &d->v[i]);
		d->nopen += !d->v[i].satisfied;
		if (!d->v[i].stored)
			watch(c, &d->v[i]);
	}
	if (old && old->circle)
		dependencies_set_circle(c, j, false);
	d->waits = old && old->waits;
	d->search = true;
	dependencies_free(c, j);
	j->depends = d;
}

bool dependencies_open(const struct job_record *j)
{
	return j->depends && j->depends->nopen;
}

bool dependencies_unwatched(const struct job_record *j)
{
	for (uint32_t i = 0; j->depends && i < j->depends->n; i++) {
		const struct dependency_entry *e = &j->depends->v[i];
		if (!e->satisfied && !e->target)
			return true;
	}
	return false;
}

void dependency_satisfied(struct core *c, struct job_record *j, uint32_t i)
{
	struct dependency_entry *e = &j->depends->v[i];
	must(!e->satisfied);
	log_info(c->log, "dependency satisfied", KS("job", j->key), KS("of", e->name),
		 KS("condition", dependency_text(e->condition)));
	e->satisfied = true;
	j->depends->nopen--;
}

bool dependency_crowded(const struct dependency_entry *e)
{
	return !e->target || e->target->n > DEPENDENTS_TOLD_MAX;
}

void dependencies_inflight(struct job_record *j)
{
	for (uint32_t i = 0; j->depends && i < j->depends->n; i++)
		j->depends->v[i].inflight = j->depends->v[i].satisfied;
}

void dependencies_stored(struct core *c, struct job_record *j)
{
	for (uint32_t i = 0; j->depends && i < j->depends->n; i++) {
		struct dependency_entry *e = &j->depends->v[i];
		if (!e->inflight || e->stored)
			continue;
		e->stored = true;
		unwatch(c, e);
	}
}

/* True: for a job with this condition the new state decides. */
static bool decides(enum dependency_condition condition, enum dependency_state s)
{
	return s >= DEPENDENCY_COMPLETED || (s == DEPENDENCY_RUNS && condition == DEPENDS_STARTED);
}

void dependents_tell(struct core *c, const char *ns, const char *name, enum dependency_state s)
{
	struct dependency_target *t = target_find(c, ns, name);
	struct dependency_entry *e;
	if (!t || t->state == s)
		return;
	t->state = s;
	DL_FOREACH (t->first, e) {
		if (!e->satisfied && (t->n <= DEPENDENTS_TOLD_MAX || decides(e->condition, s)))
			job_dirty(c, e->job);
	}
}

bool dependents_watch(const struct core *c, const struct job_record *j)
{
	return target_find(c, j->ns, j->name) != NULL;
}

void dependencies_set_waits(struct job_record *j, bool waits)
{
	j->depends->waits = waits;
}

void dependencies_set_circle(struct core *c, struct job_record *j, bool circle)
{
	struct dependency_target *t = target_find(c, j->ns, j->name);
	struct dependency_entry *e;
	j->depends->search = false;
	if (j->depends->circle == circle)
		return;
	j->depends->circle = circle;
	DL_FOREACH (t ? t->first : NULL, e) {
		if (e->job->depends->circle != circle)
			dependencies_look_for_circle(c, e->job);
	}
}

void dependencies_look_for_circle(struct core *c, struct job_record *j)
{
	j->depends->search = true;
	job_dirty(c, j);
}

void dependencies_search(struct core *c)
{
	c->dependencies.searches++;
}

void dependencies_worked(struct core *c, uint32_t looks)
{
	c->dependencies.work += looks;
}

uint32_t dependencies_work(struct core *c)
{
	uint32_t work = c->dependencies.work;
	c->dependencies.work = 0;
	return work;
}

bool dependencies_visit(struct core *c, struct job_record *j)
{
	if (j->depends->visited == c->dependencies.searches)
		return false;
	j->depends->visited = c->dependencies.searches;
	return true;
}
