/* SPDX-License-Identifier: Apache-2.0 */
/* What a node has free, by the pods that there are. */
#include "test/sim/checks/free.h"

#include "model/quantity.h"
#include "test/sim/checks/shapes.h"

/* So long pods that came or went may not be known yet. */
enum { FRESH_MS = 5000 };

static void room_key(struct buf *b, const char *node)
{
	buf_printf(b, "room/%s", node);
}

void check_note_room_of(struct checks *c, const char *node)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	room_key(&key, node);
	check_note_changed(c, buf_str(&key));
}

void check_note_room(struct checks *c, const struct version *pod)
{
	if (pod->pod.node)
		check_note_room_of(c, pod->pod.node);
}

bool check_room_changed(struct checks *c, const char *node)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	room_key(&key, node);
	return c->world->clock.now_ms < check_changed_at(c, buf_str(&key)) + FRESH_MS;
}

static bool ended_lately(const struct checks *c, const struct version *p)
{
	return pod_ended(p) && server_wall(&c->world->server) < p->pod.ended_ms + FRESH_MS;
}

uint32_t check_lately_ended(const struct checks *c, const char *node)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->pod.node, node) && ended_lately(c, sh->v[i]);
	return n;
}

/* What pods on the node request; members: only those of jobs. */
static int64_t used(const struct checks *c, const char *node, const char *res, bool members,
		    enum room room)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	int64_t sum = 0;
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *p = sh->v[i];
		bool counts = !pod_ended(p) || (room == ROOM_BEFORE && ended_lately(c, p));
		if (!str_eq(p->pod.node, node) || !counts || (members && !p->meta.owner_uid))
			continue;
		sum += str_eq(res, "pods") ? 1000 : reslist_get(&p->pod.requests, res);
	}
	return sum;
}

static int64_t given(const struct version *compute_node, const char *res)
{
	const struct reslist *l = &compute_node->compute_node.resources;
	for (uint32_t i = 0; i < l->n; i++) {
		if (str_eq(l->v[i].name, res))
			return l->v[i].milli;
	}
	return INT64_MAX;
}

bool check_holds(struct checks *c, const struct version *node, const struct version *compute_node,
		 const char *res, int64_t asked, enum room when)
{
	const char *name = node->meta.name;
	int64_t room = reslist_get(&node->node.allocatable, res);
	int64_t ours = given(compute_node, res);
	if (when != ROOM_EMPTY) {
		room -= used(c, name, res, false, when);
		ours -= ours == INT64_MAX ? 0 : used(c, name, res, true, when);
	}
	return asked <= room && asked <= ours;
}

bool check_ports_free(const struct checks *c, const struct job_spec *s, const char *node,
		      enum room when)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *p = sh->v[i];
		bool has = !pod_ended(p) || (when == ROOM_BEFORE && ended_lately(c, p));
		if (has && str_eq(p->pod.node, node) &&
		    host_ports_conflict(&p->pod.ports, &s->ports) &&
		    (when != ROOM_EMPTY || !p->meta.owner_uid))
			return false;
	}
	return true;
}

bool check_room_beside(struct checks *c, struct mind *m, const char *on, const struct version *job,
		       const struct version *other)
{
	const struct known_version *node = mind_find(m, API_NODE, NULL, on);
	const struct known_version *cn = mind_find(m, API_COMPUTE_NODE, NULL, on);
	const struct reslist *l = &job->job.spec.requests;
	if (!node || !cn)
		return true;
	if (host_ports_conflict(&job->job.spec.ports, &other->job.spec.ports))
		return false;
	for (uint32_t i = 0; i <= l->n; i++) {
		const char *res = i < l->n ? l->v[i].name : "cpu"; /* admission may add it */
		int64_t takes = check_takes(c, m, job, res), needs = check_takes(c, m, other, res);
		if (takes && needs && !check_holds(c, node->v, cn->v, res, takes + needs, ROOM_NOW))
			return false;
	}
	return check_holds(c, node->v, cn->v, "pods", 2000, ROOM_NOW);
}
