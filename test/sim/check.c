/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants, looked at with every change, request and message. What the programs could not have
 * known is allowed for: a change younger than KNOWING_MS, a machine that was faulty. */
#include <stdlib.h>
#include <string.h>

#include "base/bitset.h"
#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "sim.h"

enum { KNOWING_MS = 30000, FAULTY_MS = 120000, WITHDRAWN_MS = 30000 };

struct made { /* an attempt whose pod was created */
	UT_hash_handle hh;
	char *key; /* uid/index/attempt */
	int64_t at_ms;
	bool recorded; /* the number was in status when the pod went: it must not come again */
};

struct changed { /* when a node's or ComputeNode's placement facts changed last */
	UT_hash_handle hh;
	char *name;
	int64_t at_ms;
};

struct told { /* one order that an agent has or had */
	char *pod;
	bool present;
	int64_t left_ms;
};

struct ordered { /* what an agent process was told to run */
	const struct proc *proc;
	uint32_t incarnation;
	uint64_t epoch, session, revision;
	struct told *v;
	uint32_t n, cap;
};

struct checks {
	struct sim *sim;
	struct made *made;
	struct changed *changed;
	struct ordered ordered[MACHINES_MAX];
	uint32_t nordered;
	uint64_t epoch; /* the highest that an agent was told */
	int64_t led_ms; /* since when */
};

struct checks *checks_new(struct sim *s)
{
	struct checks *c = mem_zalloc(1, sizeof *c);
	c->sim = s;
	c->led_ms = INT64_MIN / 2;
	return c;
}

static void ordered_clear(struct ordered *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		free(o->v[i].pod);
	free(o->v);
	*o = (struct ordered){0};
}

struct checks *checks_free(struct checks *c)
{
	struct made *m, *mtmp;
	struct changed *h, *htmp;
	HASH_ITER (hh, c->made, m, mtmp) {
		HASH_DEL(c->made, m);
		free(m->key);
		free(m);
	}
	HASH_ITER (hh, c->changed, h, htmp) {
		HASH_DEL(c->changed, h);
		free(h->name);
		free(h);
	}
	for (uint32_t i = 0; i < c->nordered; i++)
		ordered_clear(&c->ordered[i]);
	free(c);
	return NULL;
}

/* ---- helpers ---- */

static bool ended(const struct version *v)
{
	return v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
}

static bool live(const struct version *v)
{
	return !ended(v) && !v->meta.deleted_ms;
}

static const char *label(const struct version *v, const char *key)
{
	return str_or_empty(kvs_get(&v->meta.labels, key));
}

static bool same_index(const struct version *a, const struct version *b)
{
	return a != b && str_eq(a->meta.owner_uid, b->meta.owner_uid) &&
	       str_eq(label(a, LABEL_INDEX), label(b, LABEL_INDEX));
}

static bool faulty(struct checks *c, const char *node)
{
	const struct machine *m = sim_machine(c->sim, node);
	return !m || m->down || m->kubelet_down || c->sim->clock.now_ms < m->faulty_ms + FAULTY_MS;
}

/* Whoever deletes a Node says that nothing runs there any more. */
static bool node_went(struct checks *c, const char *node)
{
	const struct machine *m = sim_machine(c->sim, node);
	return !m || c->sim->clock.now_ms < m->unregistered_ms + FAULTY_MS;
}

static bool index_completed(const struct version *job, const struct version *pod)
{
	struct bitset done = {0};
	enum rc rc = bitset_parse_ranges(&done, str_or_empty(job->job.status.completed),
					 PARALLELISM_MAX);
	bool has = rc == RC_OK &&
		   bitset_has(&done, (uint32_t)strtoul(label(pod, LABEL_INDEX), NULL, 10));
	bitset_done(&done);
	return has;
}

/* Younger than what a program must know; or said while a leader heard nothing. */
static bool changed_lately(struct checks *c, const char *name)
{
	const struct sim *s = c->sim;
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	return h && (s->clock.now_ms < h->at_ms + KNOWING_MS ||
		     (h->at_ms + KNOWING_MS > s->deaf_from_ms &&
		      s->clock.now_ms < s->deaf_until_ms + KNOWING_MS));
}

static void note_changed(struct checks *c, const char *name)
{
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	if (!h) {
		h = mem_zalloc(1, sizeof *h);
		h->name = mem_strdup(name);
		HASH_ADD_KEYPTR(hh, c->changed, h->name, strlen(h->name), h);
	}
	h->at_ms = c->sim->clock.now_ms;
}

/* ---- a pod is born ---- */

static struct made *made_find(struct checks *c, const struct version *pod, struct buf *key)
{
	struct made *m;
	buf_printf(key, "%s/%s/%s", pod->meta.owner_uid, label(pod, LABEL_INDEX),
		   label(pod, LABEL_ATTEMPT));
	HASH_FIND_STR(c->made, buf_str(key), m);
	return m;
}

/* A lost answer and a deletion at once cannot be told from a create that never was: allowed for a
 * moment. A number that no status held is lost with the leader that gave it. */
static void check_attempt_once(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct made *m = made_find(c, pod, &key);
	if (m && m->recorded && c->sim->clock.now_ms > m->at_ms + KNOWING_MS)
		sim_fail(c->sim, "launch-once", "pod %s was created again", pod->meta.name);
	if (m)
		return;
	m = mem_zalloc(1, sizeof *m);
	m->key = buf_steal(&key);
	m->at_ms = c->sim->clock.now_ms;
	HASH_ADD_KEYPTR(hh, c->made, m->key, strlen(m->key), m);
}

static void pod_gone(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	const struct version *job = sim_by_uid(c->sim, API_JOB, pod->meta.owner_uid);
	struct made *m = made_find(c, pod, &key);
	if (m && job && job->job.status.attempts >= strtoul(label(pod, LABEL_ATTEMPT), NULL, 10))
		m->recorded = true;
}

/* A create of the leader before, of its own or through an agent, may arrive late: nothing fences
 * it. */
static bool led_lately(const struct checks *c)
{
	return c->sim->clock.now_ms < c->led_ms + KNOWING_MS;
}

static bool completed_lately(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (same_index(sh->v[i], pod) && sh->v[i]->pod.phase == POD_SUCCEEDED &&
		    server_wall(&c->sim->server) < sh->v[i]->pod.ended_ms + KNOWING_MS)
			return true;
	}
	return false;
}

/* Under Wait never; else only while one of the machines is in doubt: what was lost may be replaced,
 * and an agent that stood still carries out what it was told before. */
static void check_one_live(struct checks *c, const struct version *job, const struct version *pod)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	bool wait =
		job && job->job.spec.on_node_loss == LOSS_WAIT && !changed_lately(c, job->meta.uid);
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (!same_index(o, pod) || ended(o))
			continue;
		if (wait && (live(o) || faulty(c, o->pod.node)) && !node_went(c, o->pod.node))
			sim_fail(c->sim, "one-live-wait", "%s while %s exists", pod->meta.name,
				 o->meta.name);
		if (live(o) && !faulty(c, o->pod.node) && !faulty(c, pod->pod.node) &&
		    !(job && job->job.spec.credentials && led_lately(c)))
			sim_fail(c->sim, "one-live", "%s while %s lives on %s", pod->meta.name,
				 o->meta.name, o->pod.node);
	}
}

static void check_room(struct checks *c, const struct version *pod)
{
	struct sim *s = c->sim;
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	const struct version *node = store_find(&s->server.store, API_NODE, NULL, pod->pod.node);
	const struct version *cnode = store_find(&s->server.store, API_CNODE, NULL, pod->pod.node);
	for (uint32_t i = 0; node && i < pod->pod.requests.n; i++) {
		const char *res = pod->pod.requests.v[i].name;
		int64_t room = reslist_get(&node->node.allocatable, res), sum = 0;
		if (cnode && reslist_get(&cnode->cnode.resources, res) < room)
			room = reslist_get(&cnode->cnode.resources, res);
		for (uint32_t k = 0; k < sh->n; k++) {
			if (live(sh->v[k]) && str_eq(sh->v[k]->pod.node, pod->pod.node))
				sum += reslist_get(&sh->v[k]->pod.requests, res);
		}
		if (sum > room)
			sim_fail(s, "room", "%s takes %s on %s above what there is", pod->meta.name,
				 res, pod->pod.node);
	}
}

static void check_match(struct checks *c, const struct version *job, const struct version *pod)
{
	struct sim *s = c->sim;
	const struct version *node = store_find(&s->server.store, API_NODE, NULL, pod->pod.node);
	const struct version *cnode = store_find(&s->server.store, API_CNODE, NULL, pod->pod.node);
	const struct kvs *want = &job->job.spec.node_selector;
	if (!node)
		return;
	if (node->node.unschedulable || (cnode && cnode->cnode.unschedulable))
		sim_fail(s, "cordon", "%s was placed on cordoned %s", pod->meta.name,
			 pod->pod.node);
	if (node->node.ready != COND_TRUE)
		sim_fail(s, "ready", "%s was placed on %s, which is not ready", pod->meta.name,
			 pod->pod.node);
	for (uint32_t i = 0; i < want->n; i++) {
		const char *has = kvs_get(&node->meta.labels, want->v[i].key);
		if (cnode && label_may_overlay(want->v[i].key) &&
		    kvs_get(&cnode->meta.labels, want->v[i].key))
			has = kvs_get(&cnode->meta.labels, want->v[i].key);
		if (!str_eq(has, want->v[i].val))
			sim_fail(s, "match", "%s does not match %s", pod->pod.node, pod->meta.name);
	}
}

/* Each member of a job stands on its own node. */
static void check_own_node(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *o = sh->v[i];
		if (o != pod && live(o) && !same_index(o, pod) &&
		    str_eq(o->meta.owner_uid, pod->meta.owner_uid) &&
		    str_eq(o->pod.node, pod->pod.node))
			sim_fail(c->sim, "own-node", "%s and %s on %s", pod->meta.name,
				 o->meta.name, pod->pod.node);
	}
}

static void pod_born(struct checks *c, const struct version *pod)
{
	const struct version *job = sim_by_uid(c->sim, API_JOB, str_or_empty(pod->meta.owner_uid));
	check_attempt_once(c, pod);
	check_one_live(c, job, pod);
	if (job && index_completed(job, pod) && !faulty(c, pod->pod.node) &&
	    !completed_lately(c, pod))
		sim_fail(c->sim, "rerun", "%s: its index is completed already", pod->meta.name);
	if (faulty(c, pod->pod.node) || changed_lately(c, pod->pod.node))
		return;
	if (job && job->job.spec.credentials && led_lately(c))
		return;
	check_room(c, pod);
	check_own_node(c, pod);
	if (job && !changed_lately(c, job->meta.uid))
		check_match(c, job, pod);
}

/* ---- a job's status ---- */

static bool final_state(enum job_state s)
{
	return s == JOB_COMPLETED || s == JOB_FAILED;
}

static void status_written(struct checks *c, const struct version *was, const struct version *is)
{
	const struct job_status *a = &was->job.status, *b = &is->job.status;
	struct bitset before = {0}, after = {0};
	if (final_state(a->state) && a->state != b->state)
		sim_fail(c->sim, "final", "job %s went from %s to %s", is->meta.name,
			 job_state_text(a->state), job_state_text(b->state));
	if (bitset_parse_ranges(&before, str_or_empty(a->completed), PARALLELISM_MAX) ||
	    bitset_parse_ranges(&after, str_or_empty(b->completed), PARALLELISM_MAX)) {
		sim_fail(c->sim, "completed-format", "job %s: \"%s\"", is->meta.name, b->completed);
	} else {
		uint32_t n = bitset_count(&after);
		bitset_andnot(&before, &after);
		if (bitset_count(&before) && is->meta.generation == was->meta.generation &&
		    b->observed_generation == a->observed_generation)
			sim_fail(c->sim, "completed-shrinks", "job %s: %s then %s", is->meta.name,
				 a->completed, b->completed);
		if (b->succeeded != n)
			sim_fail(c->sim, "succeeded", "job %s: succeeded %u, completedIndexes %s",
				 is->meta.name, b->succeeded, b->completed);
	}
	bitset_done(&before);
	bitset_done(&after);
	if (b->attempts < a->attempts)
		sim_fail(c->sim, "attempts", "job %s: attempts fell from %u to %u", is->meta.name,
			 a->attempts, b->attempts);
	if (b->failed < a->failed)
		sim_fail(c->sim, "failed-falls", "job %s: failed fell from %u to %u", is->meta.name,
			 a->failed, b->failed);
}

static void note_orphans(struct checks *c, const char *uid)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, uid))
			note_changed(c, sh->v[i]->pod.node);
	}
}

static bool kvs_same(const struct kvs *a, const struct kvs *b)
{
	for (uint32_t i = 0; i < a->n; i++) {
		if (!str_eq(kvs_get(b, a->v[i].key), a->v[i].val))
			return false;
	}
	return a->n == b->n;
}

void checks_change(struct checks *c, const struct change *ch)
{
	const struct version *v = ch->now;
	if (v->kind == API_POD && ch->ev == WATCH_ADDED && *str_or_empty(v->meta.owner_uid))
		pod_born(c, v);
	if (v->kind == API_POD && ch->ev == WATCH_DELETED && *str_or_empty(v->meta.owner_uid))
		pod_gone(c, v);
	if (v->kind == API_JOB && ch->ev == WATCH_MODIFIED)
		status_written(c, ch->prev, v);
	/* What users said last may not be known yet. */
	if (v->kind == API_JOB && ch->prev && ch->prev->meta.generation != v->meta.generation)
		note_changed(c, v->meta.uid);
	/* The admission policy holds who does not know yet that a pod was orphaned. */
	if (v->kind == API_POD && ch->prev && ch->prev->meta.owner_uid && !v->meta.owner_uid)
		note_changed(c, v->meta.uid);
	if (v->kind == API_POD && !v->meta.owner_uid)
		note_changed(c, v->pod.node);
	/* Until its agent tells that they are foreign now, nobody counts them. */
	if (v->kind == API_JOB && v->meta.orphan_finalizer)
		note_orphans(c, v->meta.uid);
	if (v->kind == API_NODE || (v->kind == API_CNODE &&
				    (!ch->prev || ch->prev->meta.generation != v->meta.generation ||
				     !kvs_same(&ch->prev->meta.labels, &v->meta.labels))))
		note_changed(c, v->meta.name);
}

/* ---- requests ---- */

/* A newer attempt takes its place, or another one has completed the index. */
static bool superseded(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	unsigned long mine = strtoul(label(pod, LABEL_ATTEMPT), NULL, 10);
	for (uint32_t i = 0; i < sh->n; i++) {
		if (same_index(sh->v[i], pod) &&
		    (sh->v[i]->pod.phase == POD_SUCCEEDED ||
		     strtoul(label(sh->v[i], LABEL_ATTEMPT), NULL, 10) > mine))
			return true;
	}
	return false;
}

static bool quota_lately(struct checks *c)
{
	return c->sim->server.pod_quota || c->sim->server.deny_pods ||
	       c->sim->clock.now_ms < c->sim->server.quota_ended_ms + KNOWING_MS;
}

/* The job's attempts that ended by their own fault are more than it may have: it has failed,
 * whether its status says so already or not. */
static bool exhausted(struct checks *c, const struct version *job)
{
	return sim_tally(c->sim, job->meta.uid, "all")->failures > job->job.spec.backoff_limit;
}

/* Why the coordinator may stop a member; anything else is a pod deleted that nobody ordered to
 * stop. */
static bool may_stop(struct checks *c, const struct version *pod, const struct version *job)
{
	return !job || job->meta.deleted_ms || final_state(job->job.status.state) ||
	       job->meta.generation > 1 || superseded(c, pod) || faulty(c, pod->pod.node) ||
	       quota_lately(c) || job->job.spec.active_deadline_s >= 0 || exhausted(c, job) ||
	       job->job.spec.on_node_loss == LOSS_FAIL;
}

static void check_delete(struct checks *c, const char *who, const struct api_request *req)
{
	struct sim *s = c->sim;
	if (req->kind != API_POD && req->kind != API_JOB && req->kind != API_CNODE)
		return;
	if (!*str_or_empty(req->uid)) {
		sim_fail(s, "delete-uid", "%s deletes %s without a UID", who, req->name);
		return;
	}
	const struct version *pod = store_find(&s->server.store, API_POD, req->ns, req->name);
	if (req->kind != API_POD || !pod || !str_eq(pod->meta.uid, req->uid) ||
	    pod->meta.deleted_ms)
		return;
	const struct version *job = sim_by_uid(s, API_JOB, str_or_empty(pod->meta.owner_uid));
	if (!*str_or_empty(pod->meta.owner_uid) && !changed_lately(c, pod->meta.uid))
		sim_fail(s, "foreign-delete", "%s deletes %s, which has no owner", who, req->name);
	else if (job && job->meta.orphan_finalizer)
		sim_fail(s, "orphan", "%s deletes %s of a job that orphans", who, req->name);
	else if (pod->pod.phase == POD_SUCCEEDED && job && !job->meta.deleted_ms &&
		 !faulty(c, pod->pod.node) && server_wall(&s->server) > pod->pod.ended_ms + 6000 &&
		 job->meta.generation == 1 && !index_completed(job, pod))
		sim_fail(s, "uncounted", "%s deletes %s before its success is in status", who,
			 req->name);
	else if (!may_stop(c, pod, job))
		sim_fail(s, "unordered-delete", "%s deletes %s of %s", who, req->name,
			 job->meta.name);
}

static struct ordered *ordered_of(struct checks *c, const struct proc *p)
{
	for (uint32_t i = 0; i < c->nordered; i++) {
		if (c->ordered[i].proc == p)
			return &c->ordered[i];
	}
	return NULL;
}

static struct told *told_find(struct ordered *o, const char *pod)
{
	for (uint32_t i = 0; i < o->n; i++) {
		if (str_eq(o->v[i].pod, pod))
			return &o->v[i];
	}
	return NULL;
}

/* An agent creates only what the newest orders that it has tell it to run; a request may have been
 * on its way for a while. */
static void check_ordered(struct checks *c, const char *who, const char *pod)
{
	for (uint32_t i = 0; i < c->nordered; i++) {
		if (!str_eq(c->ordered[i].proc->name, who))
			continue;
		const struct told *t = told_find(&c->ordered[i], pod);
		if (t && (t->present || c->sim->clock.now_ms < t->left_ms + WITHDRAWN_MS))
			return;
	}
	sim_fail(c->sim, "create-unordered", "%s creates %s, for which it has no order", who, pod);
}

void checks_request(struct checks *c, const char *who, const struct api_request *req)
{
	static const char *const verbs[] = {"LIST",  "WATCH",  "GET",   "CREATE",
					    "PATCH", "STATUS", "APPLY", "DELETE"};
	if (req->kind != API_LEASE)
		sim_log(c->sim, who, LOG_DEBUG, "request",
			(struct log_kv[]){KS("verb", verbs[req->verb]), KI("kind", req->kind),
					  KS("name", req->name), KS("rv", req->rv)},
			4);
	if (req->verb == API_DELETE)
		check_delete(c, who, req);
	if (req->verb == API_PATCH_STATUS && !*str_or_empty(req->rv))
		sim_fail(c->sim, "unfenced", "%s writes the status of %s unfenced", who, req->name);
	if (req->verb == API_CREATE && req->kind == API_POD && !strncmp(who, "agent/", 6))
		check_ordered(c, who, req->pod_create->name);
}

static void take_orders(struct ordered *o, const struct msg_orders *m, int64_t now_ms)
{
	for (uint32_t i = 0; i < o->n; i++) {
		if (o->v[i].present)
			o->v[i].left_ms = now_ms;
		o->v[i].present = false;
	}
	for (uint32_t i = 0; i < m->norders; i++) {
		struct told *t = told_find(o, m->orders[i].pod);
		if (!t) {
			VEC_GROW(o->v, o->n, o->cap);
			t = &o->v[o->n++];
			*t = (struct told){.pod = mem_strdup(m->orders[i].pod)};
		}
		t->present = true;
	}
}

/* A new process has no orders; an older epoch's are not to be obeyed; an answer with the revision
 * that is known says that nothing changed. */
void checks_message(void *self, const struct proc *to, const struct msg *msg)
{
	struct checks *c = self;
	const struct msg_orders *m = &msg->orders;
	if (msg->type == MSG_WELCOME && msg->welcome.epoch > c->epoch) {
		c->epoch = msg->welcome.epoch;
		c->led_ms = c->sim->clock.now_ms;
	}
	if (to->kind != PROC_AGENT || msg->type != MSG_ORDERS)
		return;
	struct ordered *o = ordered_of(c, to);
	if (!o) {
		must(c->nordered < MACHINES_MAX);
		o = &c->ordered[c->nordered++];
		o->proc = to;
	}
	if (o->incarnation != to->incarnation) {
		ordered_clear(o);
		o->proc = to;
		o->incarnation = to->incarnation;
	}
	if (m->epoch < o->epoch || (m->epoch == o->epoch && m->session == o->session &&
				    m->revision == o->revision && !m->page))
		return;
	o->epoch = m->epoch;
	o->session = m->session;
	o->revision = m->revision;
	take_orders(o, m, c->sim->clock.now_ms);
}

struct sim *checks_sim(struct checks *c)
{
	return c->sim;
}
