/* SPDX-License-Identifier: Apache-2.0 */
/* A job of which nobody knows when it ends takes no node that a waiting job of higher priority, or
 * the oldest of its own, could use at this moment, unless the nodes of that one were held in vain.
 * Judged by what there is in the world, where nothing has changed for a while: not by what the
 * coordinator says that it holds. */
#include "test/sim/checks/passed.h"

#include "base/mem.h"
#include "model/quantity.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/free.h"
#include "test/sim/checks/kept.h"
#include "test/sim/checks/place.h"
#include "test/sim/checks/shapes.h"
#include "test/sim/checks/share.h"
#include "test/sim/checks/turn.h"
#include "test/sim/cluster/config.h"
#include "test/sim/world/needed.h"

/* So many jobs hold nodes. So long a job may not have been looked at. */
enum { HOLDS_MAX = 8, LOOKED_MS = 10000, UNHEARD_MS = 30000 };

/* Volumes, claims and classes are read now and then: the last change of any must be known. While
 * another node has a volume that one node at a time can have, no nodes are held for the job, and
 * when that ends nobody knows. */
static bool needs_met(struct checks *c, const struct job_spec *s, const struct version *node)
{
	enum { READ_MS = 70000 };
	if (!s->claims.n && !*str_or_empty(s->runtime_class))
		return true;
	if (needed_one_by_one(&c->world->server.store, s))
		return false;
	return c->world->clock.now_ms > check_changed_at(c, CHANGED_NEEDED) + READ_MS &&
	       needed_allows(&c->world->server.store, s, node);
}

static bool could_hold(struct checks *c, struct mind *m, const struct version *job,
		       const struct version *node, enum room when)
{
	const struct job_spec *s = &job->job.spec;
	const struct known_version *cn = mind_find(m, API_COMPUTE_NODE, NULL, node->meta.name);
	if (!cn || check_mismatch(s, node, cn->v) ||
	    !check_holds(c, node, cn->v, "pods", 1000, when))
		return false;
	if (!server_lets_pods_on(&c->world->server, node) || !needs_met(c, s, node) ||
	    !check_ports_free(c, s, node->meta.name, when))
		return false;
	for (uint32_t i = 0; i < s->requests.n; i++) {
		const char *res = s->requests.v[i].name;
		if (!check_holds(c, node, cn->v, res, check_takes(c, m, job, res), when))
			return false;
	}
	if (!check_holds(c, node, cn->v, "cpu", check_takes(c, m, job, "cpu"), when))
		return false; /* admission may add it */
	return node->node.ready == COND_TRUE && !node->node.unschedulable &&
	       !cn->v->compute_node.unschedulable;
}

/* What its kubelet said it lacks, it lacks for a while; jobs hold other nodes meanwhile. */
static bool refused_lately(const struct checks *c, const char *node)
{
	const struct machine *m = cluster_machine(c->cluster, node);
	return m && m->refused_ms && c->world->clock.now_ms < m->refused_ms + REFUSED_MS;
}

bool check_could_take(struct checks *c, struct mind *m, const struct version *job,
		      const struct version *node)
{
	const char *name = node->meta.name;
	return mind_node_of(m, name)->connected && !check_faulty(c, name) &&
	       !refused_lately(c, name) && !check_changed_lately(c, name) &&
	       !check_room_changed(c, name) && !check_lately_ended(c, name) &&
	       could_hold(c, m, job, node, ROOM_NOW);
}

/* What the coordinator knows of the node's room is what there is. An end that its decision counts
 * on is known. */
static bool room_known(struct checks *c, struct mind *m, const struct line *l,
		       const struct version *node)
{
	uint32_t ended = check_lately_ended(c, l->node);
	return mind_node_of(m, l->node)->connected && !check_faulty(c, l->node) &&
	       !refused_lately(c, l->node) && !check_changed_lately(c, l->node) &&
	       !check_room_changed(c, l->node) &&
	       (!ended || (ended == 1 && !could_hold(c, m, l->job, node, ROOM_BEFORE)));
}

/* There are enough nodes for it, and all who decide know them for long. */
static bool could_start(struct checks *c, struct mind *m, const struct version *job)
{
	uint32_t n = 0;
	for (const struct known_version *k = m->known; k; k = k->hh.next)
		n += k->v->kind == API_NODE && mind_node_of(m, k->v->meta.name)->connected &&
		     !check_faulty(c, k->v->meta.name) &&
		     !check_changed_lately(c, k->v->meta.name) &&
		     could_hold(c, m, job, k->v, ROOM_EMPTY);
	return n >= job_gang(&job->job.spec);
}

/* Has said for long that it waits for nodes, and never had any. A job with dependencies waits for
 * nodes only since they are satisfied. */
static bool waits(struct checks *c, struct mind *m, const struct known_version *k)
{
	const struct job *o = &k->v->job;
	const struct mind_job *j = mind_job_of(m, k->v->meta.uid);
	return k->v->kind == API_JOB && str_eq(o->status.reason, "Unschedulable") &&
	       !o->status.attempts && !o->meta.deleted_ms && !o->spec.suspend &&
	       !o->spec.ndepends_on && o->meta.generation == 1 && j->group_ms < 0 && !j->vain_ms &&
	       !check_ever_made(c, k->v->meta.uid) && !check_start_over(c, k->v) &&
	       c->world->clock.now_ms > k->since_ms + LOOKED_MS;
}

/* First in line, for longer than others may pass. A leader's count begins when it has waited for
 * agents. */
static bool first_for_long(const struct checks *c, const struct mind *m,
			   const struct known_version *k)
{
	const struct core_config cfg = cluster_coordinator_config(c->cluster).core;
	int64_t least_ms = c->world->clock.now_ms - cfg.pass_limit_ms - LOOKED_MS;
	if (k->since_ms > least_ms || m->synced_ms > least_ms - UNHEARD_MS)
		return false;
	for (const struct known_version *o = m->known; o; o = o->hh.next) {
		if (o != k && o->v->kind == API_JOB && !check_final(o->v->job.status.state) &&
		    (o->v->job.spec.priority > k->v->job.spec.priority ||
		     (o->v->job.spec.priority == k->v->job.spec.priority &&
		      o->v->meta.created_ms <= k->v->meta.created_ms)))
			return false;
	}
	return true;
}

/* Ahead of the job by more than its priority. */
static bool oldest(const struct checks *c, const struct mind *m, const struct known_version *k,
		   const struct version *job)
{
	return k->v->job.spec.priority == job->job.spec.priority &&
	       k->v->meta.created_ms < job->meta.created_ms && first_for_long(c, m, k);
}

bool check_binds_equals(struct checks *c, struct mind *m, const struct version *job)
{
	const struct known_version *k = mind_find(m, API_JOB, job->meta.ns, job->meta.name);
	return k && waits(c, m, k) && first_for_long(c, m, k);
}

/* Of the jobs that wait ahead only the first hold nodes. */
static uint32_t waiting_ahead(const struct mind *m, int32_t priority)
{
	uint32_t n = 0;
	for (const struct known_version *k = m->known; k; k = k->hh.next)
		n += k->v->kind == API_JOB && k->v->job.spec.priority >= priority &&
		     str_eq(k->v->job.status.reason, "Unschedulable");
	return n;
}

/* A job from which the node is kept, for one ahead in whose way it would stand, could not use it
 * now either: what is left over there is for whoever can use it. */
void check_passed(struct checks *c, struct mind *m, const struct line *l)
{
	const struct known_version *node = mind_find(m, API_NODE, NULL, l->node), *k;
	int32_t priority = l->job->job.spec.priority;
	bool judged = node && check_admission_known(c, m, l->job, c->world->clock.now_ms) &&
		      l->job->job.spec.active_deadline_s < 0 && !conns_rough(c->world->conns) &&
		      room_known(c, m, l, node->v) &&
		      m->synced_ms < c->world->clock.now_ms - KNOWING_MS &&
		      waiting_ahead(m, priority) < HOLDS_MAX;
	check_note_room_of(c, l->node);
	for (k = m->known; judged && k; k = k->hh.next) {
		if (k->v->kind != API_JOB ||
		    (k->v->job.spec.priority <= priority && !oldest(c, m, k, l->job)) ||
		    !waits(c, m, k) || !check_admission_known(c, m, k->v, c->world->clock.now_ms) ||
		    !could_hold(c, m, k->v, node->v, ROOM_NOW) || !could_start(c, m, k->v) ||
		    check_room_beside(c, m, l->node, l->job, k->v) ||
		    check_kept_from(c, m, k->v, l->node) || check_own_share(c, m, k->v, l->job))
			continue;
		world_fail(c->world, "passed", "%s places %s on %s, which %s waits for",
			   m->proc->host.name, l->job_key, l->node, k->v->meta.name);
	}
}
