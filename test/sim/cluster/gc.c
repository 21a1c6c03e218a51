/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster's garbage collector: what belongs to an owner that is gone goes too; a job deleted
 * in the foreground waits for its pods; one deleted with orphan leaves them without an owner. Then
 * the collector takes its own finalizer off; the job stays for as long as somebody else's is there.
 * It looks at the world of its own time, a little late. */
#include "test/sim/cluster/gc.h"

#include <stdlib.h>

#include "base/mem.h"

static void on_collect(void *self, uint64_t arg);

/* One round is due at a time: it sees all that happened until then. */
static void collect_soon(struct cluster *cl)
{
	if (cl->collecting)
		return;
	cl->collecting = true;
	clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 20, 1000),
		 on_collect, cl, 0);
}

static void orphan(struct cluster *cl, enum api_kind kind, const char *uid)
{
	const struct shelf *sh = &cl->world.server.store.shelf[kind];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!str_eq(sh->v[i]->meta.owner_uid, uid))
			continue;
		struct version *c = version_clone(sh->v[i]);
		if (kind == API_POD)
			server_count(&cl->world.server, FACT_ORPHANED);
		c->meta.owner_kind = c->meta.owner_name = c->meta.owner_uid = NULL;
		server_put(&cl->world.server, c);
	}
}

static uint32_t delete_pods(struct cluster *cl, const char *uid)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = sh->n; i-- > 0;) {
		if (!str_eq(sh->v[i]->meta.owner_uid, uid))
			continue;
		n++;
		server_delete(&cl->world.server, sh->v[i]);
	}
	return n;
}

/* One job with a deletionTimestamp; false: it waits for its pods. */
static bool finalize(struct cluster *cl, struct version *job)
{
	if (job->meta.orphan_finalizer) {
		orphan(cl, API_POD, job->meta.uid);
		orphan(cl, API_SERVICE, job->meta.uid);
	} else if (job->foreground && delete_pods(cl, job->meta.uid) > 0) {
		return false;
	}
	if (!job->held) {
		store_remove(&cl->world.server.store, job);
	} else if (job->meta.orphan_finalizer || job->foreground) {
		struct version *c = version_clone(job);
		server_count(&cl->world.server, FACT_HELD);
		c->meta.orphan_finalizer = c->foreground = false;
		server_put(&cl->world.server, c);
	}
	return true;
}

static void finalize_jobs(struct cluster *cl)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_JOB];
	for (uint32_t i = sh->n; i-- > 0;) {
		if (sh->v[i]->meta.deleted_ms && !finalize(cl, sh->v[i]))
			collect_soon(cl);
	}
}

static void collect(struct cluster *cl, enum api_kind kind)
{
	const struct shelf *sh = &cl->world.server.store.shelf[kind];
	for (uint32_t i = sh->n; i-- > 0;) {
		const char *owner = sh->v[i]->meta.owner_uid;
		if (!owner || world_by_uid(&cl->world, API_JOB, owner))
			continue;
		if (kind == API_POD)
			server_count(&cl->world.server, FACT_COLLECTED);
		server_delete(&cl->world.server, sh->v[i]);
	}
}

static void collect_compute_nodes(struct cluster *cl)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_COMPUTE_NODE];
	for (uint32_t i = sh->n; i-- > 0;) {
		const char *owner = sh->v[i]->node_owner_uid;
		if (owner && !world_by_uid(&cl->world, API_NODE, owner))
			server_delete(&cl->world.server, sh->v[i]);
	}
}

static void on_collect(void *self, uint64_t arg)
{
	struct cluster *cl = self;
	(void)arg;
	cl->collecting = false;
	finalize_jobs(cl);
	collect(cl, API_POD);
	collect(cl, API_SERVICE);
	collect_compute_nodes(cl);
}

void gc_change(struct cluster *cl, const struct change *ch)
{
	const struct version *v = ch->now;
	bool job_leaves = v->kind == API_JOB && (ch->ev == WATCH_DELETED || v->meta.deleted_ms);
	bool node_left = v->kind == API_NODE && ch->ev == WATCH_DELETED;
	bool owned_born = !ch->prev && (v->kind == API_POD || v->kind == API_SERVICE ||
					v->kind == API_COMPUTE_NODE);
	if (job_leaves || node_left || owned_born)
		collect_soon(cl);
}
