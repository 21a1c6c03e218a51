/* SPDX-License-Identifier: Apache-2.0 */
/* What a coordinator process knows: the last version of each job, node and ComputeNode that a list
 * or a watch has given it. Decisions are judged by it, not by what the API server has by then. */
#include "test/sim/checks/mind.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/agents.h"
#include "test/sim/cluster/proc.h"

static bool followed(enum api_kind kind)
{
	return kind == API_JOB || kind == API_NODE || kind == API_COMPUTE_NODE;
}

static void key_of(struct buf *b, enum api_kind kind, const char *ns, const char *name)
{
	buf_printf(b, "%d/%s/%s", (int)kind, str_or_empty(ns), str_or_empty(name));
}

static void drop(struct mind *m, struct known_version *k)
{
	HASH_DEL(m->known, k);
	version_unref(k->v);
	for (uint32_t i = 0; i < SPECS_KEPT; i++)
		version_unref(k->was[i]);
	free(k->key);
	free(k);
}

void mind_forget(struct mind *m)
{
	struct known_version *k, *tmp;
	HASH_ITER (hh, m->known, k, tmp)
		drop(m, k);
}

static struct known_version *find(const struct mind *m, enum api_kind kind, const char *ns,
				  const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct known_version *k;
	key_of(&key, kind, ns, name);
	HASH_FIND_STR(m->known, buf_str(&key), k);
	return k;
}

const struct known_version *mind_find(const struct mind *m, enum api_kind kind, const char *ns,
				      const char *name)
{
	return find(m, kind, ns, name);
}

/* Made if there is none. */
static struct mind_met *met_of(struct mind *m, const char *ns, const char *name)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct mind_met *met;
	buf_printf(&key, "%s/%s", str_or_empty(ns), str_or_empty(name));
	HASH_FIND_STR(m->met, buf_str(&key), met);
	if (met)
		return met;
	met = mem_zalloc(1, sizeof *met);
	met->key = buf_steal(&key);
	HASH_ADD_KEYPTR(hh, m->met, met->key, strlen(met->key), met);
	return met;
}

const struct mind_met *mind_met_find(const struct mind *m, const char *job_key)
{
	const struct mind_met *met;
	HASH_FIND_STR(m->met, job_key, met);
	return met;
}

/* It is answered with what there is just now, if at all. */
struct mind *mind_named(struct checks *c, const char *who)
{
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		struct mind *m = &c->minds->v[i];
		if (m->proc && str_eq(m->proc->host.name, who))
			return m;
	}
	return NULL;
}

void mind_note_get(struct checks *c, const char *who, const struct api_request *req)
{
	const struct version *job =
		store_find(&c->world->server.store, API_JOB, req->ns, req->name);
	struct mind *m = mind_named(c, who);
	if (!m)
		return;
	struct mind_met *met = met_of(m, req->ns, req->name);
	met->asked = true;
	mem_strset(&met->live, job ? job->meta.uid : NULL);
}

/* It was shown that the object is gone. */
static void lose(struct checks *c, struct mind *m, struct known_version *k)
{
	if (k->v->kind == API_NODE && m->open && proc_leads(m->proc)) /* what it ran is given up */
		check_agent_forgotten(c, k->v->meta.name);
	drop(m, k);
}

static void put(struct checks *c, struct mind *m, struct version *v)
{
	int64_t now_ms = c->world->clock.now_ms;
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct known_version *k = find(m, v->kind, v->meta.ns, v->meta.name);
	if (v->kind == API_JOB)
		met_of(m, v->meta.ns, v->meta.name)->shown = true;
	if (v->kind == API_JOB && v->meta.deleted_ms && v->meta.orphan_finalizer)
		mind_job_of(m, v->meta.uid)->orphans = true;
	if (k && !str_eq(k->v->meta.uid, v->meta.uid)) {
		lose(c, m, k);
		k = NULL;
	}
	if (!k) {
		key_of(&key, v->kind, v->meta.ns, v->meta.name);
		k = mem_zalloc(1, sizeof *k);
		k->key = buf_steal(&key);
		k->since_ms = now_ms;
		k->unready_ms = -1;
		HASH_ADD_KEYPTR(hh, m->known, k->key, strlen(k->key), k);
	} else if (v->kind == API_JOB && k->v->meta.generation != v->meta.generation) {
		version_unref(k->was[SPECS_KEPT - 1]);
		for (uint32_t i = SPECS_KEPT - 1; i > 0; i--)
			k->was[i] = k->was[i - 1];
		k->was[0] = k->v;
	} else {
		version_unref(k->v);
	}
	version_ref(v);
	if (v->node.ready == COND_TRUE)
		k->unready_ms = -1;
	else if (k->unready_ms < 0)
		k->unready_ms = now_ms;
	k->v = v;
	k->list = m->list[v->kind];
}

void mind_saw(struct checks *c, const struct proc *p, enum watch_event ev, struct version *v)
{
	struct mind *m = check_mind(c, p);
	if (!m || !followed(v->kind))
		return;
	if (ev != WATCH_DELETED) {
		put(c, m, v);
		return;
	}
	struct known_version *k = find(m, v->kind, v->meta.ns, v->meta.name);
	if (k && v->kind == API_COMPUTE_NODE &&
	    k->v->compute_node.status.state == COMPUTE_NODE_FAILED)
		mind_node_of(m, v->meta.name)->told_failed = true;
	if (k)
		lose(c, m, k);
}

void mind_list(struct checks *c, const struct proc *p, enum api_kind kind, bool ends)
{
	struct mind *m = check_mind(c, p);
	struct known_version *k, *tmp;
	if (!m || !followed(kind))
		return;
	if (!ends) {
		m->list[kind]++;
		return;
	}
	HASH_ITER (hh, m->known, k, tmp) {
		if (k->v->kind == kind && k->list != m->list[kind])
			lose(c, m, k);
	}
}

/* ---- minds ---- */

void mind_offers_forget(struct mind *m)
{
	for (uint32_t i = 0; i < m->offers.n; i++)
		free(m->offers.v[i].node);
	free(m->offers.v);
	free(m->offers.uid);
	m->offers = (struct mind_offers){0};
}

void mind_shape_forget(struct mind *m, struct mind_shape *s)
{
	HASH_DEL(m->shapes, s);
	free(s->key);
	free(s);
}

void mind_keep_no_more(struct mind *m, struct mind_kept *k)
{
	HASH_DEL(m->kept, k);
	free(k->key);
	free(k->uid);
	free(k->nodes);
	free(k);
}

void mind_keep_nothing(struct mind *m)
{
	struct mind_kept *k, *tmp;
	HASH_ITER (hh, m->kept, k, tmp)
		mind_keep_no_more(m, k);
}

void mind_forget_leadership(struct mind *m)
{
	struct mind_shape *s, *stmp;
	struct mind_job *j, *jtmp;
	struct mind_failure *f, *ftmp;
	struct mind_att *a, *atmp;
	struct mind_node *n, *ntmp;
	struct mind_met *met, *mtmp;
	mind_keep_nothing(m);
	mind_offers_forget(m);
	m->nshares = 0;
	HASH_ITER (hh, m->met, met, mtmp) {
		HASH_DEL(m->met, met);
		free(met->key);
		free(met->live);
		free(met);
	}
	HASH_ITER (hh, m->atts, a, atmp) {
		HASH_DEL(m->atts, a);
		free(a->key);
		free(a->placed);
		free(a);
	}
	HASH_ITER (hh, m->jobs, j, jtmp) {
		HASH_DEL(m->jobs, j);
		free(j->uid);
		free(j);
	}
	HASH_ITER (hh, m->failures, f, ftmp) {
		HASH_DEL(m->failures, f);
		free(f->key);
		free(f);
	}
	HASH_ITER (hh, m->nodes, n, ntmp) {
		HASH_DEL(m->nodes, n);
		free(n->name);
		free(n);
	}
	HASH_ITER (hh, m->shapes, s, stmp)
		mind_shape_forget(m, s);
	m->noticed_ms = INT64_MIN;
	m->synced_ms = INT64_MAX;
	m->open = m->suspects_itself = false;
	m->vain_ms = 0;
	m->lost_ms = INT64_MIN / 2;
}

struct mind *check_mind(struct checks *c, const struct proc *p)
{
	if (!p || p->kind != PROC_COORDINATOR)
		return NULL;
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		struct mind *m = &c->minds->v[i];
		if (m->proc && m->proc != p)
			continue;
		if (!m->proc || m->incarnation != p->host.incarnation) {
			mind_forget(m);
			mind_forget_leadership(m);
			m->proc = p;
			m->incarnation = p->host.incarnation;
		}
		return m;
	}
	return NULL;
}

void minds_free(struct checks *c)
{
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		mind_forget(&c->minds->v[i]);
		mind_forget_leadership(&c->minds->v[i]);
	}
	free(c->minds);
}

struct mind_job *mind_job_of(struct mind *m, const char *uid)
{
	struct mind_job *j;
	HASH_FIND_STR(m->jobs, uid, j);
	if (j)
		return j;
	j = mem_zalloc(1, sizeof *j);
	j->uid = mem_strdup(uid);
	j->group_ms = INT64_MIN / 2;
	HASH_ADD_KEYPTR(hh, m->jobs, j->uid, strlen(j->uid), j);
	return j;
}

struct mind_node *mind_node_of(struct mind *m, const char *name)
{
	struct mind_node *n;
	HASH_FIND_STR(m->nodes, name, n);
	if (n)
		return n;
	n = mem_zalloc(1, sizeof *n);
	n->name = mem_strdup(name);
	HASH_ADD_KEYPTR(hh, m->nodes, n->name, strlen(n->name), n);
	return n;
}

struct mind_att *mind_att_find(const struct mind *m, const char *uid, uint32_t index,
			       uint32_t attempt)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct mind_att *a;
	buf_printf(&key, "%s/%u/%u", uid, index, attempt);
	HASH_FIND_STR(m->atts, buf_str(&key), a);
	return a;
}

struct mind_att *mind_att_of(struct mind *m, const char *uid, uint32_t index, uint32_t attempt)
{
	AUTO(buf_done) struct buf key = BUF_INIT(128);
	struct mind_att *a = mind_att_find(m, uid, index, attempt);
	if (a)
		return a;
	buf_printf(&key, "%s/%u/%u", uid, index, attempt);
	a = mem_zalloc(1, sizeof *a);
	a->key = buf_steal(&key);
	HASH_ADD_KEYPTR(hh, m->atts, a->key, strlen(a->key), a);
	return a;
}

const char *mind_placed(const struct mind *m, const char *uid, uint32_t index, uint32_t attempt)
{
	const struct mind_att *a = mind_att_find(m, uid, index, attempt);
	return a ? a->placed : NULL;
}

bool mind_answers(struct checks *c, const char *node, int64_t for_ms)
{
	bool any = false;
	for (uint32_t i = 0; i < COORDINATORS; i++) {
		const struct mind *m = &c->minds->v[i];
		const struct mind_node *n;
		if (!m->proc || !m->proc->host.alive || !proc_leads(m->proc))
			continue; /* one that stood still may believe so for a while: ask all */
		HASH_FIND_STR(m->nodes, node, n);
		if (!n || !n->connected || n->silent ||
		    n->since_ms + for_ms >= c->world->clock.now_ms)
			return false;
		any = true;
	}
	return any;
}
