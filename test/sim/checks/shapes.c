/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/shapes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/quantity.h"
#include "test/sim/cluster/proc.h"

/* So long an answer may take; so long a job has waited that does; so long after an answer has
 * changed all are asked again: rounds are a minute apart. */
enum { ANSWER_MS = 1000, WAITS_MS = 10000, AGAIN_MS = 75000 };

static void put_key(struct buf *b, const struct version *job)
{
	buf_printf(b, "%s/%s", job->meta.ns, str_or_empty(job->job.spec.shape));
}

static struct mind_shape *find(const struct mind *m, const struct version *job)
{
	AUTO(buf_done) struct buf key = BUF_INIT(512);
	struct mind_shape *s;
	put_key(&key, job);
	HASH_FIND_STR(m->shapes, buf_str(&key), s);
	return s;
}

static struct mind_shape *find_or_new(struct mind *m, const struct version *job)
{
	AUTO(buf_done) struct buf key = BUF_INIT(512);
	struct mind_shape *s = find(m, job);
	if (s)
		return s;
	put_key(&key, job);
	s = mem_zalloc(1, sizeof *s);
	s->key = buf_steal(&key);
	s->fresh_ms = INT64_MIN;
	HASH_ADD_KEYPTR(hh, m->shapes, s->key, strlen(s->key), s);
	return s;
}

void check_shape_asked(struct checks *c, struct mind *m, const struct pod_create *dry_run)
{
	const struct version *job = world_by_uid(c->world, API_JOB, dry_run->job_uid);
	if (!job)
		return;
	struct mind_shape *s = find_or_new(m, job);
	s->told |= s->asked_ms && !s->vain;
	s->asked_ms = c->world->clock.now_ms;
	s->vain = false;
	if (s->fresh_ms < c->world->server.overhead_ms)
		s->fresh_ms = s->asked_ms;
}

void check_shape_unanswered(struct mind *m, const struct line *l)
{
	struct mind_shape *s = l->job ? find(m, l->job) : NULL;
	if (s)
		s->vain = true;
}

/* By a dry run, and not the first: so all have to be asked. */
void check_shape_changed(struct checks *c, struct mind *m, const struct line *l)
{
	const struct mind_shape *s = l->job ? find(m, l->job) : NULL;
	int64_t changed_ms = c->world->server.overhead_ms;
	if (s && s->told && s->fresh_ms >= changed_ms && m->noticed_ms < changed_ms)
		m->noticed_ms = c->world->clock.now_ms;
}

/* What is known of a shape goes with the last job that has it. */
void check_shapes_gone(struct checks *c)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_JOB];
	struct mind_shape *s, *tmp;
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		HASH_ITER (hh, c->minds->v[i].shapes, s, tmp) {
			bool any = false;
			for (uint32_t k = 0; !any && k < sh->n; k++)
				any = find(&c->minds->v[i], sh->v[k]) == s;
			if (!any)
				mind_shape_forget(&c->minds->v[i], s);
		}
	}
}

bool check_admission_known(const struct checks *c, const struct mind *m, const struct version *job,
			   int64_t at_ms)
{
	const struct mind_shape *s = find(m, job);
	if (!c->world->server.overhead_ms)
		return true; /* it never changed */
	return s && !s->vain && s->fresh_ms >= c->world->server.overhead_ms &&
	       at_ms > s->fresh_ms + ANSWER_MS;
}

int64_t check_takes(const struct checks *c, const struct mind *m, const struct version *job,
		    const char *res)
{
	bool adds = str_eq(res, "cpu") && check_admission_known(c, m, job, c->world->clock.now_ms);
	return reslist_get(&job->job.spec.requests, res) +
	       (adds ? c->world->server.overhead_milli : 0);
}

/* It has waited since before the answer about another shape changed. */
static bool waits(const struct checks *c, const struct mind *m, const struct known_version *k)
{
	const struct job *o = &k->v->job;
	return k->v->kind == API_JOB && str_eq(o->status.reason, "Unschedulable") &&
	       !o->status.attempts && !o->meta.deleted_ms && !o->spec.suspend &&
	       o->meta.generation == 1 && m->noticed_ms > k->since_ms + WAITS_MS &&
	       c->world->clock.now_ms > k->since_ms + WAITS_MS;
}

static void scan(struct checks *c, const struct mind *m)
{
	int64_t changed_ms = c->world->server.overhead_ms;
	if (!m->proc || !m->proc->host.alive || !proc_leads(m->proc) ||
	    m->noticed_ms < changed_ms || c->world->clock.now_ms < m->noticed_ms + AGAIN_MS)
		return;
	for (const struct known_version *k = m->known; k; k = k->hh.next) {
		const struct mind_shape *s = waits(c, m, k) ? find(m, k->v) : NULL;
		if (s && s->fresh_ms < changed_ms)
			world_fail(c->world, "asked-again",
				   "%s asks what admission does to %s no more, though it has "
				   "changed for others",
				   m->proc->host.name, k->v->meta.name);
	}
}

void check_shapes_scan(struct checks *c)
{
	if (!c->world->server.overhead_ms || conns_rough(c->world->conns))
		return;
	for (uint32_t i = 0; i < COORDINATORS; i++)
		scan(c, &c->minds->v[i]);
}
