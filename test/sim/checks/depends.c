/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/depends.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { OUTLIVES_MS = 30000 }; /* a job its ttl, at most, for those that wait for it */

static void put_key(struct buf *b, const struct version *job, const struct dependency *d)
{
	buf_printf(b, "%s/%s/%s", job->meta.uid, d->name, dependency_text(d->condition));
}

static bool was_true(const struct checks *c, const struct version *job, const struct dependency *d)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct changed *h;
	put_key(&key, job, d);
	HASH_FIND_STR(c->satisfied, buf_str(&key), h);
	return h != NULL;
}

static void note(struct checks *c, const struct version *job, const struct dependency *d)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct store *s = &c->world->server.store;
	if (!depends_true(store_find(s, API_JOB, job->meta.ns, d->name), d->condition) ||
	    was_true(c, job, d))
		return;
	struct changed *h = mem_zalloc(1, sizeof *h);
	put_key(&key, job, d);
	h->name = buf_steal(&key);
	h->at_ms = c->world->clock.now_ms;
	HASH_ADD_KEYPTR(hh, c->satisfied, h->name, strlen(h->name), h);
}

void check_note_dependencies(struct checks *c, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_JOB];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct job_spec *spec = &sh->v[i]->job.spec;
		for (uint32_t k = 0; k < spec->ndepends_on; k++) {
			if (sh->v[i] == job || str_eq(spec->depends_on[k].name, job->meta.name))
				note(c, sh->v[i], &spec->depends_on[k]);
		}
	}
}

/* Of a job that was changed, an order may be under way that was right before. */
void check_depends_born(struct checks *c, const struct version *pod)
{
	const struct version *job = world_by_uid(c->world, API_JOB, pod->meta.owner_uid);
	if (!job || job->meta.generation != 1 || job->job.status.start_ms)
		return;
	for (uint32_t i = 0; i < job->job.spec.ndepends_on; i++) {
		const struct dependency *d = &job->job.spec.depends_on[i];
		if (!was_true(c, job, d))
			world_fail(c->world, "depends-early", "%s starts, and %s was never %s",
				   job->meta.name, d->name, dependency_text(d->condition));
	}
}

void check_depends_told(struct checks *c, const struct version *was, const struct version *is)
{
	const struct job_status *a = &was->job.status, *b = &is->job.status;
	if (c->said_step != c->world->clock.steps)
		return;
	for (uint32_t i = 0; i < b->nsatisfied; i++) {
		if (!was_true(c, is, &b->satisfied[i]))
			world_fail(c->world, "depends-told", "job %s: %s was never %s",
				   is->meta.name, b->satisfied[i].name,
				   dependency_text(b->satisfied[i].condition));
	}
	for (uint32_t i = 0; i < a->nsatisfied; i++) {
		if (was->meta.generation == is->meta.generation &&
		    b->observed_generation == a->observed_generation &&
		    !depends_told(is, &a->satisfied[i]))
			world_fail(c->world, "depends-forgot", "job %s: %s was %s, and is no more",
				   is->meta.name, a->satisfied[i].name,
				   dependency_text(a->satisfied[i].condition));
	}
}

static bool left_alone(struct checks *c, const struct version *v, const char *name)
{
	enum { WRITE_MS = 2000 };
	const struct job *job = &v->job;
	for (uint32_t i = 0; i < job->spec.ndepends_on; i++) {
		const struct dependency *d = &job->spec.depends_on[i];
		if (str_eq(d->name, name) && was_true(c, v, d) && !depends_told(v, d))
			return !job->status.start_ms && !check_final(job->status.state) &&
			       !v->meta.deleted_ms && v->meta.generation == 1 &&
			       v->meta.created_ms + WRITE_MS < server_wall(&c->world->server);
	}
	return false;
}

void check_depends_deleted(struct checks *c, const char *who, const struct api_request *req)
{
	const struct store *s = &c->world->server.store;
	const struct version *gone = store_find(s, API_JOB, req->ns, req->name);
	const struct shelf *sh = &s->shelf[API_JOB];
	int64_t late_ms = gone ? gone->job.status.end_ms + gone->job.spec.ttl_s * 1000 : 0;
	for (uint32_t i = 0; gone && i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.ns, gone->meta.ns) &&
		    left_alone(c, sh->v[i], gone->meta.name) &&
		    server_wall(&c->world->server) < late_ms + OUTLIVES_MS)
			world_fail(c->world, "depends-lost",
				   "%s deletes %s, and %s has not stored that it saw the end", who,
				   gone->meta.name, sh->v[i]->meta.name);
	}
}

/* ---- when all is quiet ---- */

static const struct version *named(struct cluster *cl, const struct version *job, uint32_t i)
{
	return store_find(&cl->world.server.store, API_JOB, job->meta.ns,
			  job->job.spec.depends_on[i].name);
}

static bool open_at(const struct version *job, uint32_t i)
{
	return !depends_told(job, &job->job.spec.depends_on[i]);
}

static bool waits(const struct version *job)
{
	return !job->job.status.start_ms && !check_final(job->job.status.state);
}

static bool leads_to(struct cluster *cl, const struct version *from, const struct version *to,
		     uint32_t steps)
{
	for (uint32_t i = 0; steps && waits(from) && i < from->job.spec.ndepends_on; i++) {
		const struct version *v = open_at(from, i) ? named(cl, from, i) : NULL;
		if (v && waits(v) && (v == to || leads_to(cl, v, to, steps - 1)))
			return true;
	}
	return false;
}

void check_depends_quiet(struct cluster *cl, const struct version *v)
{
	enum { STEPS = 12 };
	const struct job_status *st = &v->job.status;
	bool open = false;
	bool says = str_eq(st->reason, "WaitingForDependencies");
	bool circle = str_eq(st->reason, "DependencyCircle");
	if (st->state != JOB_PENDING || st->start_ms || v->meta.deleted_ms || st->active)
		return;
	for (uint32_t i = 0; i < v->job.spec.ndepends_on; i++) {
		const struct dependency *d = &v->job.spec.depends_on[i];
		if (!open_at(v, i))
			continue;
		open = true;
		if (depends_true(named(cl, v, i), d->condition))
			world_fail(&cl->world, "depends-stuck", "job %s waits for %s, which is %s",
				   v->meta.name, d->name, dependency_text(d->condition));
		if (depends_never(named(cl, v, i), d->condition))
			world_fail(&cl->world, "depends-vain", "job %s waits for %s in vain",
				   v->meta.name, d->name);
	}
	if (open != (says || circle) || (open && circle != leads_to(cl, v, v, STEPS)))
		world_fail(&cl->world, "depends-words", "job %s waits: %s", v->meta.name,
			   str_or_empty(st->message));
}

void check_depends_free(struct checks *c)
{
	struct changed *h, *tmp;
	HASH_ITER (hh, c->satisfied, h, tmp) {
		HASH_DEL(c->satisfied, h);
		free(h->name);
		free(h);
	}
}
