/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster's garbage collector: what belongs to an owner that is gone goes too; a job deleted
 * in the foreground waits for its pods; one deleted with orphan leaves them without an owner. It
 * looks at the world of its own time, a little late. */
#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/sim.h"

static void on_collect(void *self, uint64_t arg);

/* One round is due at a time: it sees all that happened until then. */
static void collect_soon(struct sim *s)
{
	if (s->collecting)
		return;
	s->collecting = true;
	clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 20, 1000), on_collect, s, 0);
}

static void orphan_pods(struct sim *s, const char *uid)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!str_eq(sh->v[i]->meta.owner_uid, uid))
			continue;
		struct version *c = version_clone(sh->v[i]);
		server_count(&s->server, FACT_ORPHANED);
		c->meta.owner_kind = c->meta.owner_name = c->meta.owner_uid = NULL;
		server_put(&s->server, c);
	}
}

static uint32_t delete_pods(struct sim *s, const char *uid)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = sh->n; i-- > 0;) {
		if (!str_eq(sh->v[i]->meta.owner_uid, uid))
			continue;
		n++;
		server_delete(&s->server, sh->v[i]);
	}
	return n;
}

/* One job with a deletionTimestamp; true: it went. */
static bool finalize(struct sim *s, struct version *job)
{
	if (job->meta.orphan_finalizer)
		orphan_pods(s, job->meta.uid);
	else if (delete_pods(s, job->meta.uid) > 0)
		return false;
	store_remove(&s->server.store, job);
	return true;
}

static void finalize_jobs(struct sim *s)
{
	const struct shelf *sh = &s->server.store.shelf[API_JOB];
	for (uint32_t i = sh->n; i-- > 0;) {
		if (sh->v[i]->meta.deleted_ms && !finalize(s, sh->v[i]))
			collect_soon(s);
	}
}

static void collect_pods(struct sim *s)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	for (uint32_t i = sh->n; i-- > 0;) {
		const char *owner = sh->v[i]->meta.owner_uid;
		if (owner && !sim_by_uid(s, API_JOB, owner)) {
			server_count(&s->server, FACT_COLLECTED);
			server_delete(&s->server, sh->v[i]);
		}
	}
}

static void collect_cnodes(struct sim *s)
{
	const struct shelf *sh = &s->server.store.shelf[API_CNODE];
	for (uint32_t i = sh->n; i-- > 0;) {
		const char *owner = sh->v[i]->node_owner_uid;
		if (owner && !sim_by_uid(s, API_NODE, owner))
			server_delete(&s->server, sh->v[i]);
	}
}

static void on_collect(void *self, uint64_t arg)
{
	struct sim *s = self;
	(void)arg;
	s->collecting = false;
	finalize_jobs(s);
	collect_pods(s);
	collect_cnodes(s);
}

void gc_change(struct sim *s, const struct change *ch)
{
	const struct version *v = ch->now;
	bool job_leaves = v->kind == API_JOB && (ch->ev == WATCH_DELETED || v->meta.deleted_ms);
	bool node_left = v->kind == API_NODE && ch->ev == WATCH_DELETED;
	bool owned_born = !ch->prev && (v->kind == API_POD || v->kind == API_CNODE);
	if (job_leaves || node_left || owned_born)
		collect_soon(s);
}
