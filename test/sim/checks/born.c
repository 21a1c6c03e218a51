/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of each pod that comes to be. */
#include "test/sim/checks/born.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitset.h"
#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/checks/lost.h"
#include "test/sim/checks/room.h"

static struct made *made_find(struct checks *c, const struct version *pod, struct buf *key)
{
	struct made *m;
	buf_printf(key, "%s/%s/%s", pod->meta.owner_uid, check_label(pod, LABEL_INDEX),
		   check_label(pod, LABEL_ATTEMPT));
	HASH_FIND_STR(c->made, buf_str(key), m);
	return m;
}

static struct made *made_of(const struct checks *c, const char *uid, uint32_t index,
			    uint32_t attempt)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct made *m;
	buf_printf(&key, "%s/%u/%u", uid, index, attempt);
	HASH_FIND_STR(c->made, buf_str(&key), m);
	return m;
}

bool check_made(const struct checks *c, const char *uid, uint32_t index, uint32_t attempt)
{
	return made_of(c, uid, index, attempt) != NULL;
}

bool check_made_and_gone(const struct checks *c, const struct pod_create *p)
{
	return made_of(c, p->job_uid, p->index, p->attempt) &&
	       !store_find(&c->world->server.store, API_POD, p->ns, p->name);
}

/* A lost answer and a deletion at once cannot be told from a create that never was: allowed for a
 * moment; so may a create come late that got no answer. A number that no status held is lost with
 * the leader that gave it. True: it is the first time. */
static bool check_attempt_once(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct made *m = made_find(c, pod, &key);
	if (m && m->recorded && c->world->clock.now_ms > m->at_ms + KNOWING_MS)
		world_fail(c->world, "launch-once", "pod %s was created again", pod->meta.name);
	if (m) {
		m->again_ms = c->world->clock.now_ms;
		m->asked_ms = 0; /* of the pod that went */
		return false;
	}
	m = mem_zalloc(1, sizeof *m);
	m->key = buf_steal(&key);
	m->at_ms = c->world->clock.now_ms;
	m->late = c->world->server.late;
	HASH_ADD_KEYPTR(hh, c->made, m->key, strlen(m->key), m);
	return true;
}

/* Whether it was asked to stop before it ended. A kubelet whose clock was set may say anything. */
static bool asked_first(const struct checks *c, const struct made *m, const struct version *pod)
{
	const struct machine *on = cluster_machine(c->cluster, pod->pod.node);
	return m->asked_ms && pod->ended_ms >= m->asked_ms && !(on && on->clock_apart);
}

void check_ended(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct made *m = made_find(c, pod, &key);
	if (!m)
		return;
	if (!m->asked_ms && (pod->meta.deleted_ms || pod->pod.disruption_target))
		m->asked_ms = server_wall(&c->world->server);
	m->succeeded |= pod->pod.phase == POD_SUCCEEDED && !asked_first(c, m, pod);
}

bool check_index_earned(const struct checks *c, const char *uid, uint32_t index)
{
	AUTO(buf_done) struct buf start = BUF_INIT(256);
	buf_printf(&start, "%s/%u/", uid, index);
	for (const struct made *m = c->made; m; m = m->hh.next) {
		if (m->succeeded && !strncmp(m->key, buf_str(&start), start.len))
			return true;
	}
	return false;
}

bool check_succeeded(struct checks *c, const struct version *pod)
{
	return check_index_earned(c, pod->meta.owner_uid,
				  (uint32_t)strtoul(check_label(pod, LABEL_INDEX), NULL, 10));
}

static bool of_job(const struct made *m, const char *uid)
{
	size_t n = strlen(uid);
	return !strncmp(m->key, uid, n) && m->key[n] == '/';
}

bool check_made_since(struct checks *c, const char *uid, int64_t ms)
{
	for (const struct made *m = c->made; m; m = m->hh.next) {
		if (of_job(m, uid) && (m->at_ms >= ms || m->again_ms >= ms))
			return true;
	}
	return false;
}

bool check_ever_made(struct checks *c, const char *uid)
{
	return check_made_since(c, uid, INT64_MIN);
}

bool check_index_made(struct checks *c, const char *uid, uint32_t index)
{
	AUTO(buf_done) struct buf start = BUF_INIT(256);
	buf_printf(&start, "%s/%u/", uid, index);
	for (const struct made *m = c->made; m; m = m->hh.next) {
		if (!strncmp(m->key, buf_str(&start), start.len))
			return true;
	}
	return false;
}

uint32_t check_indexes_made(struct checks *c, const char *uid)
{
	AUTO(bitset_done) struct bitset made = {0};
	for (const struct made *m = c->made; m; m = m->hh.next) {
		if (of_job(m, uid))
			bitset_set(&made, (uint32_t)strtoul(m->key + strlen(uid) + 1, NULL, 10));
	}
	return bitset_count(&made);
}

static void gone_key(struct buf *key, const char *uid)
{
	buf_printf(key, "gone/%s", uid);
}

bool check_gone_lately(struct checks *c, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	gone_key(&key, uid);
	return check_changed_lately(c, buf_str(&key));
}

void check_gone(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf went = BUF_INIT(256);
	gone_key(&went, pod->meta.owner_uid);
	check_note_changed(c, buf_str(&went));
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct version *job = world_by_uid(c->world, API_JOB, pod->meta.owner_uid);
	struct made *m = made_find(c, pod, &key);
	if (m && job && !m->regiven &&
	    job->job.status.attempts >= strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10))
		m->recorded = true;
}

/* After the keys of orders were lost, a leader may not know the pod of a number that no status
 * held: it gives the number again, and an agent asks for a pod of that name until the first goes.
 */
void check_note_given(struct checks *c, const char *uid, uint32_t index, uint32_t attempt)
{
	const struct version *job = world_by_uid(c->world, API_JOB, uid);
	struct made *m = made_of(c, uid, index, attempt);
	if (m && job && job->job.status.attempts < attempt)
		m->regiven = true;
}

/* A create of which nobody can know any more: of the previous leader, or one that is carried out
 * when its answer is not waited for any more. Under Wait the latter is waited for all the same. */
static bool unfenced(const struct checks *c)
{
	return c->world->server.late || (c->coordinator_creates && check_led_lately(c));
}

/* When it ended its kubelet says, whose clock may be apart. */
static bool completed_lately(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct machine *on = cluster_machine(c->cluster, sh->v[i]->pod.node);
		if (check_same_index(sh->v[i], pod) && sh->v[i]->pod.phase == POD_SUCCEEDED &&
		    ((on && on->clock_apart) ||
		     server_wall(&c->world->server) < sh->v[i]->pod.ended_ms + KNOWING_MS))
			return true;
	}
	return false;
}

/* By a create that was carried out after the pod it had made, or that another try had made, was
 * gone already. Its attempt was over then, and is not looked for any more. */
static bool came_again(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct made *m = made_find(c, pod, &key);
	return m && m->again_ms;
}

static bool asked(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct made *m = made_find(c, pod, &key);
	return m && m->asked_ms;
}

/* Its success was there for all to see, whether a status told of it or not: nobody had asked it to
 * stop. */
static bool seen_to_succeed(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (check_same_index(o, pod) && o->pod.phase == POD_SUCCEEDED && !asked(c, o) &&
		    !check_faulty(c, o->pod.node) && !came_again(c, o) &&
		    server_wall(&c->world->server) > o->pod.ended_ms + KNOWING_MS)
			return true;
	}
	return false;
}

/* It came when nobody waited for it any more: a moment passes until that is known. */
bool check_came_late(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct made *m = made_find(c, pod, &key);
	return m && m->late && c->world->clock.now_ms < m->at_ms + KNOWING_MS;
}

/* Under Wait never; else only while one of the machines is in doubt: what was lost may be replaced,
 * and an agent that stood still carries out what it was told before. */
/* Pods without a proof are held against a status: what it does not name, because it was not written
 * in time, is no member. */
static bool judged_by_status(const struct checks *c, const struct version *job,
			     const struct version *pod)
{
	enum { UNPROVEN_MS = 120000 };
	const struct server *s = &c->world->server;
	if (!s->unproven_ms || !job || c->world->clock.now_ms >= s->unproven_ms + UNPROVEN_MS)
		return false;
	for (uint32_t i = 0; i < job->job.status.active_nodes.n; i++) {
		if (str_eq(job->job.status.active_nodes.v[i], pod->pod.node))
			return false;
	}
	return true;
}

/* It was placed before the job's spec last changed, so that the spec before decided. Its create may
 * come late: the API server did not answer, or its ticket came late. */
static bool decided_before(struct checks *c, const struct version *job, const struct version *pod)
{
	int64_t placed = check_placed_at(c, pod);
	return placed != INT64_MIN && placed <= check_changed_at(c, job->meta.uid);
}

static void check_one_live(struct checks *c, const struct version *job, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	bool wait = job && job->job.spec.on_node_loss == LOSS_WAIT &&
		    !check_changed_lately(c, job->meta.uid) && !decided_before(c, job, pod);
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (!check_same_index(o, pod) || pod_ended(o) || judged_by_status(c, job, o))
			continue;
		if (wait && (check_live(o) || check_faulty(c, o->pod.node)) &&
		    !check_node_went(c, o->pod.node) && !check_node_went(c, pod->pod.node) &&
		    !came_again(c, o))
			world_fail(c->world, "one-live-wait", "%s while %s exists", pod->meta.name,
				   o->meta.name);
		if (check_live(o) && !check_faulty(c, o->pod.node) &&
		    !check_given_up(c, job, o->pod.node) && !check_faulty(c, pod->pod.node) &&
		    !unfenced(c) && !check_came_late(c, o) && !came_again(c, o))
			world_fail(c->world, "one-live", "%s while %s lives on %s", pod->meta.name,
				   o->meta.name, o->pod.node);
	}
}

/* No member goes where a host port of it is taken, by a pod that is known for a while. */
static void check_ports(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (o != pod && check_live(o) && str_eq(o->pod.node, pod->pod.node) &&
		    server_wall(&c->world->server) > o->meta.created_ms + KNOWING_MS &&
		    host_ports_conflict(&o->pod.ports, &pod->pod.ports))
			world_fail(c->world, "port", "%s on %s, where %s has a host port of it",
				   pod->meta.name, pod->pod.node, o->meta.name);
	}
}

static void check_match(struct checks *c, const struct version *job, const struct version *pod)
{
	struct world *w = c->world;
	const struct version *node = store_find(&w->server.store, API_NODE, NULL, pod->pod.node);
	const struct version *compute_node =
		store_find(&w->server.store, API_COMPUTE_NODE, NULL, pod->pod.node);
	const struct kvs *want = &job->job.spec.node_selector;
	if (!node)
		return;
	if (node->node.unschedulable || (compute_node && compute_node->compute_node.unschedulable))
		world_fail(w, "cordon", "%s was placed on cordoned %s", pod->meta.name,
			   pod->pod.node);
	if (node->node.ready != COND_TRUE)
		world_fail(w, "ready", "%s was placed on %s, which is not ready", pod->meta.name,
			   pod->pod.node);
	for (uint32_t i = 0; i < want->n; i++) {
		const char *has = kvs_get(&node->meta.labels, want->v[i].key);
		if (compute_node && label_may_overlay(want->v[i].key) &&
		    kvs_get(&compute_node->meta.labels, want->v[i].key))
			has = kvs_get(&compute_node->meta.labels, want->v[i].key);
		if (!str_eq(has, want->v[i].val))
			world_fail(w, "match", "%s does not match %s", pod->pod.node,
				   pod->meta.name);
	}
}

/* No more members of a job stand on a node than may share it. Of a job that is deleted nobody here
 * knows how many may. */
static void check_own_node(struct checks *c, const struct version *pod)
{
	const struct version *job = world_by_uid(c->world, API_JOB, pod->meta.owner_uid);
	uint32_t most = job ? job_per_node(&job->job.spec) : PER_NODE_MAX, n = 1;
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (o != pod && check_live(o) && !o->forged && !check_same_index(o, pod) &&
		    str_eq(o->meta.owner_uid, pod->meta.owner_uid) &&
		    str_eq(o->pod.node, pod->pod.node) && ++n > most)
			world_fail(c->world, "own-node", "%s and %s on %s, where %u may be",
				   pod->meta.name, o->meta.name, pod->pod.node, most);
	}
}

/* What is said of a node after a member was placed there moves it no more, however long its agent
 * takes to create the pod. */
static bool said_since(struct checks *c, const struct version *pod)
{
	int64_t placed_ms = check_placed_at(c, pod);
	int64_t said_ms = check_changed_at(c, pod->pod.node);
	return placed_ms != INT64_MIN && said_ms > placed_ms - KNOWING_MS;
}

void check_born(struct checks *c, const struct version *pod)
{
	const struct version *job =
		world_by_uid(c->world, API_JOB, str_or_empty(pod->meta.owner_uid));
	if (check_attempt_once(c, pod))
		check_one_live(c, job, pod);
	if (job && !c->world->server.late &&
	    (check_index_completed(job, pod) || seen_to_succeed(c, pod)) &&
	    !check_faulty(c, pod->pod.node) && !completed_lately(c, pod))
		world_fail(c->world, "rerun", "%s: its index is completed already", pod->meta.name);
	if (check_faulty(c, pod->pod.node) || check_changed_lately(c, pod->pod.node) ||
	    said_since(c, pod))
		return;
	if (unfenced(c))
		return;
	check_room(c, pod);
	check_ports(c, pod);
	check_own_node(c, pod);
	if (job && !check_changed_lately(c, job->meta.uid))
		check_match(c, job, pod);
}
