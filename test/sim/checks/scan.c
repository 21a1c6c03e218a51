/* SPDX-License-Identifier: Apache-2.0 */
/* What must come to pass in time, looked at now and then: a superseded member goes when its node
 * answers, and members move when the selection changed. */
#include "test/sim/checks/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/edit.h"
#include "test/sim/checks/lost.h"
#include "test/sim/checks/mind.h"
#include "test/sim/checks/place.h"
#include "test/sim/checks/said.h"
#include "test/sim/checks/shapes.h"
#include "test/sim/checks/waits.h"
#include "test/sim/world/needed.h"

enum { SCAN_MS = 2000, MOVE_MS = 15000, SOON_MS = 30000, IN_TIME_MS = 90000 };

struct moved { /* a job whose selection a user has changed */
	UT_hash_handle hh;
	char *uid;
	int64_t at_ms;
	struct version *was; /* before that; NULL: two changes so close that they may be one */
};

void check_moves_free(struct checks *c)
{
	struct moved *m, *tmp;
	HASH_ITER (hh, c->moved, m, tmp) {
		HASH_DEL(c->moved, m);
		version_unref(m->was);
		free(m->uid);
		free(m);
	}
}

void check_note_selection(struct checks *c, struct version *was, const struct version *is)
{
	struct moved *m;
	if (was->meta.generation == is->meta.generation ||
	    check_same_selection(&was->job.spec, &is->job.spec))
		return;
	HASH_FIND_STR(c->moved, is->meta.uid, m);
	if (!m) {
		m = mem_zalloc(1, sizeof *m);
		m->uid = mem_strdup(is->meta.uid);
		HASH_ADD_KEYPTR(hh, c->moved, m->uid, strlen(m->uid), m);
		m->at_ms = INT64_MIN / 2;
	}
	bool alone = c->world->clock.now_ms > m->at_ms + KNOWING_MS;
	version_unref(m->was);
	m->was = alone ? was : NULL;
	if (m->was)
		version_ref(m->was);
	m->at_ms = c->world->clock.now_ms;
}

/* All has been well there for so long that everybody concerned must know. */
static bool well(struct checks *c, const char *node)
{
	const struct machine *m = cluster_machine(c->cluster, node);
	return !check_faulty(c, node) && m->agent.host.alive &&
	       (!m->agent.host.paused_until_ms ||
		m->agent.host.paused_until_ms + IN_TIME_MS < c->world->clock.now_ms);
}

static unsigned long attempt_of(const struct version *pod)
{
	return strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10);
}

static void scan_superseded(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	int64_t wall = server_wall(&c->world->server);
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (check_same_index(o, pod) && check_live(o) && attempt_of(o) > attempt_of(pod) &&
		    o->meta.created_ms + SOON_MS < wall)
			world_fail(c->world, "superseded-lives", "%s lives on %s beside %s",
				   pod->meta.name, pod->pod.node, o->meta.name);
	}
}

/* Nobody reaches it, another one has its host name: its address would keep its gang waiting. */
static void scan_address(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	int64_t wall = server_wall(&c->world->server);
	if (!*check_label(pod, LABEL_CURRENT))
		return;
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (check_same_index(o, pod) && !pod_ended(o) && attempt_of(o) > attempt_of(pod) &&
		    o->meta.created_ms + SOON_MS < wall)
			world_fail(c->world, "address-kept", "%s on %s is an address beside %s",
				   pod->meta.name, pod->pod.node, o->meta.name);
	}
}

static void scan_moved(struct checks *c, const struct version *pod, const struct version *job)
{
	const struct store *st = &c->world->server.store;
	const struct version *node = store_find(st, API_NODE, NULL, pod->pod.node);
	const struct version *compute_node = store_find(st, API_COMPUTE_NODE, NULL, pod->pod.node);
	struct moved *m;
	HASH_FIND_STR(c->moved, job->meta.uid, m);
	if (!m || !m->was || !node || c->world->clock.now_ms < m->at_ms + MOVE_MS ||
	    check_changed_at(c, pod->pod.node) >= m->at_ms)
		return;
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 16);
	const struct job_spec spec = needed_tolerating(&a, st, &job->job.spec);
	if (check_excluded(&m->was->job.spec, &spec, node, compute_node))
		world_fail(c->world, "move-missed", "%s stays on %s, which no longer matches",
			   pod->meta.name, pod->pod.node);
}

static void check_heard(struct checks *c, const struct version *pod, const struct version *job)
{
	scan_moved(c, pod, job);
	check_waits(c, pod, job);
}

static bool led_for(const struct checks *c, int64_t ms)
{
	const struct cluster *cl = c->cluster;
	return cl->world.clock.now_ms >= c->led_ms + ms &&
	       cl->world.clock.now_ms >= cl->deaf_until_ms + ms;
}

void check_scan(struct checks *c)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	if (c->world->clock.now_ms < c->scanned_ms + SCAN_MS)
		return;
	c->scanned_ms = c->world->clock.now_ms;
	check_refusals(c);
	check_doubt(c);
	if (conns_rough(c->world->conns) || !led_for(c, MOVE_MS))
		return;
	check_unready(c);
	check_shapes_scan(c);
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *pod = sh->v[i];
		const struct version *job =
			world_by_uid(c->world, API_JOB, str_or_empty(pod->meta.owner_uid));
		const struct machine *m = cluster_machine(c->cluster, pod->pod.node);
		if (pod->forged)
			continue;
		if (job && !pod_ended(pod) && led_for(c, IN_TIME_MS))
			scan_address(c, pod);
		if (!job || !check_live(pod) || !m || m->kubelet_down)
			continue;
		if (led_for(c, IN_TIME_MS) && mind_answers(c, pod->pod.node, SOON_MS))
			scan_superseded(c, pod);
		if (well(c, pod->pod.node) && mind_answers(c, pod->pod.node, MOVE_MS))
			check_heard(c, pod, job);
	}
}
