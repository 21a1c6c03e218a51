/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants, looked at with every change, request and message. What the programs could not have
 * known is allowed for: a change younger than KNOWING_MS, a machine that was faulty. */
#include <stdlib.h>
#include <string.h>

#include "base/bitset.h"
#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/checks/decide.h"

struct checks *checks_new(struct sim *s)
{
	struct checks *c = mem_zalloc(1, sizeof *c);
	c->sim = s;
	c->minds = mem_zalloc(1, sizeof *c->minds);
	c->led_ms = INT64_MIN / 2;
	return c;
}

struct checks *checks_free(struct checks *c)
{
	struct made *m, *mtmp;
	struct changed *h, *htmp;
	struct asked *a, *atmp;
	HASH_ITER (hh, c->asked, a, atmp) {
		HASH_DEL(c->asked, a);
		free(a->key);
		free(a);
	}
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
	HASH_ITER (hh, c->stopped, h, htmp) {
		HASH_DEL(c->stopped, h);
		free(h->name);
		free(h);
	}
	for (uint32_t i = 0; i < c->nordered; i++)
		check_orders_clear(&c->ordered[i]);
	check_minds_free(c);
	check_rates_free(c);
	check_moves_free(c);
	free(c);
	return NULL;
}

/* ---- helpers ---- */

bool check_live(const struct version *v)
{
	return !pod_ended(v) && !v->meta.deleted_ms;
}

const char *check_label(const struct version *v, const char *key)
{
	return str_or_empty(kvs_get(&v->meta.labels, key));
}

bool check_same_index(const struct version *a, const struct version *b)
{
	return a != b && str_eq(a->meta.owner_uid, b->meta.owner_uid) &&
	       str_eq(check_label(a, LABEL_INDEX), check_label(b, LABEL_INDEX));
}

bool check_broken(struct checks *c, const char *node)
{
	const struct machine *m = sim_machine(c->sim, node);
	return !m || m->down || m->kubelet_down || c->sim->clock.now_ms < m->faulty_ms + FAULTY_MS;
}

bool check_faulty(struct checks *c, const char *node)
{
	const struct machine *m = sim_machine(c->sim, node);
	return check_broken(c, node) || c->sim->clock.now_ms < m->unheard_ms + FAULTY_MS;
}

bool check_slept(const struct checks *c)
{
	const struct sim *s = c->sim;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		const struct proc *p = &s->coordinator[i];
		if (p->slept_ms && s->clock.now_ms < p->host.paused_until_ms + KNOWING_MS)
			return true;
	}
	return false;
}

/* Whoever deletes a Node says that nothing runs there any more; a leader may hear of it late. */
bool check_node_went(struct checks *c, const char *node)
{
	const struct sim *s = c->sim;
	const struct machine *m = sim_machine(c->sim, node);
	return !m || s->clock.now_ms < m->unregistered_ms + FAULTY_MS ||
	       (m->unregistered_ms + FAULTY_MS > s->deaf_from_ms &&
		s->clock.now_ms < s->deaf_until_ms + FAULTY_MS);
}

bool check_index_completed(const struct version *job, const struct version *pod)
{
	struct bitset done = {0};
	enum rc rc = bitset_parse_ranges(&done, str_or_empty(job->job.status.completed),
					 PARALLELISM_MAX);
	bool has = rc == RC_OK &&
		   bitset_has(&done, (uint32_t)strtoul(check_label(pod, LABEL_INDEX), NULL, 10));
	bitset_done(&done);
	return has;
}

/* Younger than what a program must know; or said while a leader heard nothing. */
bool check_changed_lately(struct checks *c, const char *name)
{
	const struct sim *s = c->sim;
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	return h && (s->clock.now_ms < h->at_ms + KNOWING_MS ||
		     (h->at_ms + KNOWING_MS > s->deaf_from_ms &&
		      s->clock.now_ms < s->deaf_until_ms + KNOWING_MS));
}

int64_t check_changed_at(struct checks *c, const char *name)
{
	struct changed *h;
	HASH_FIND_STR(c->changed, name, h);
	return h ? h->at_ms : INT64_MIN;
}

void check_note_changed(struct checks *c, const char *name)
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

bool check_same_kvs(const struct kvs *a, const struct kvs *b)
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
		check_born(c, v);
	if (v->kind == API_POD && ch->ev == WATCH_MODIFIED && *str_or_empty(v->meta.owner_uid))
		check_ended(c, v);
	if (v->kind == API_POD && ch->ev == WATCH_DELETED && *str_or_empty(v->meta.owner_uid))
		check_gone(c, v);
	if (v->kind == API_JOB && ch->ev == WATCH_MODIFIED)
		check_status(c, ch->prev, v);
	if (v->kind == API_JOB && ch->prev)
		check_note_selection(c, ch->prev, v);
	/* What users said last may not be known yet. */
	if (v->kind == API_JOB && ch->prev && ch->prev->meta.generation != v->meta.generation)
		check_note_changed(c, v->meta.uid);
	/* The admission policy holds who does not know yet that a pod was orphaned. */
	if (v->kind == API_POD && ch->prev && ch->prev->meta.owner_uid && !v->meta.owner_uid)
		check_note_changed(c, v->meta.uid);
	if (v->kind == API_POD && !v->meta.owner_uid)
		check_note_changed(c, v->pod.node);
	if (v->kind == API_NODE || (v->kind == API_CNODE &&
				    (!ch->prev || ch->prev->meta.generation != v->meta.generation ||
				     !check_same_kvs(&ch->prev->meta.labels, &v->meta.labels))))
		check_note_changed(c, v->meta.name);
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
	if (req->verb == API_PATCH_STATUS && *who == 'c')
		c->said_step = c->sim->clock.steps;
	c->coordinator_creates = req->verb == API_CREATE && req->kind == API_POD && *who == 'c';
	if (strncmp(who, "coordinator", 11) == 0 || strncmp(who, "agent/", 6) == 0)
		check_rate(c, who, req);
	if (req->verb == API_GET && req->kind == API_JOB)
		check_note_get(c, who, req);
	if (req->verb == API_DELETE)
		check_delete(c, who, req);
	if (req->verb == API_PATCH_STATUS && !*str_or_empty(req->rv))
		sim_fail(c->sim, "unfenced", "%s writes the status of %s unfenced", who, req->name);
	if (req->verb == API_CREATE && req->kind == API_POD)
		check_note_asked(c, req->pod_create->job_uid, req->pod_create->index,
				 req->pod_create->attempt);
	if (req->verb == API_CREATE && req->kind == API_POD && !strncmp(who, "agent/", 6))
		check_ordered(c, who, req->pod_create->name);
}

struct sim *checks_sim(struct checks *c)
{
	return c->sim;
}
