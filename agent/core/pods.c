/* SPDX-License-Identifier: Apache-2.0 */
/* The pods of the node: members, followed and told; all others, counted. The answer to a create is
 * believed before the watch shows it, but not for ever: a complete list without it may have begun
 * before the create, so then the pod is read live. */
#include <stdlib.h>
#include <string.h>

#include "agent/core/impl.h"
#include "base/hash.h"

enum { ASK_AGAIN_MS = 1000 };

struct podrec *ac_pods_find(const struct agent_core *c, const char *key)
{
	struct podrec *p = NULL;
	HASH_FIND_STR(c->pods, key, p);
	return p;
}

static void log_phase(const struct agent_core *c, const struct member *m)
{
	log_info(c->log, "member", KS("job", m->job_name), KI("member", m->index),
		 KI("attempt", m->attempt), KS("ns", m->ns), KS("pod", m->pod),
		 KS("phase", member_phase_text(m->phase)), KS("reason", m->reason));
}

static void set_member(struct agent_core *c, struct podrec *p, const struct member *m)
{
	if (p->member && ac_held_same(p->member, m))
		return;
	bool moved = !p->member || p->member->m.phase != m->phase ||
		     !str_eq(p->member->m.reason, m->reason);
	struct held *own = ac_held_new(m); /* before the old one goes: m may be made of it */
	ac_held_free(p->member);
	p->member = own;
	p->changed = c->report = true;
	if (moved)
		log_phase(c, &own->m);
}

static void set_requests(struct agent_core *c, struct podrec *p, bool counts,
			 const struct reslist *l)
{
	c->capacity_dirty = c->capacity_dirty || p->counts || counts;
	free(p->res);
	p->res = NULL;
	p->nres = 0;
	p->counts = counts;
	if (!counts || l->n == 0)
		return;
	size_t bytes = 0;
	for (uint32_t i = 0; i < l->n; i++)
		bytes += strlen(l->v[i].name) + 1;
	p->res = mem_alloc(l->n * sizeof *p->res + bytes);
	char *at = (char *)(p->res + l->n);
	for (uint32_t i = 0; i < l->n; i++) {
		size_t len = strlen(l->v[i].name) + 1;
		memcpy(at, l->v[i].name, len);
		p->res[i] = (struct res){at, l->v[i].milli};
		at += len;
	}
	p->nres = l->n;
}

void ac_pods_drop(struct agent_core *c, struct podrec *p)
{
	set_requests(c, p, false, NULL);
	HASH_DEL(c->pods, p);
	ac_held_free(p->member);
	free(p->key);
	free(p->uid);
	free(p);
}

/* How a member is told of whose pod is there no more, or is a member no more. */
static void member_gone(struct agent_core *c, struct podrec *p)
{
	if (!p->member || member_phase_final(p->member->m.phase))
		return;
	struct member m = p->member->m;
	m.phase = MEMBER_GONE;
	m.ready = false;
	set_member(c, p, &m);
}

static struct podrec *add(struct agent_core *c, char *own_key)
{
	struct podrec *p = mem_zalloc(1, sizeof *p);
	p->key = own_key;
	HASH_ADD_KEYPTR(hh, c->pods, p->key, strlen(p->key), p);
	return p;
}

void ac_pods_upsert(struct agent_core *c, const struct pod *pod, bool confirmed)
{
	AUTO(mem_freep) char *key = ac_key(pod->meta.ns, pod->meta.name);
	bool terminal = pod->phase == POD_SUCCEEDED || pod->phase == POD_FAILED;
	struct podrec *p = ac_pods_find(c, key);
	struct member m;
	if (!p && HASH_COUNT(c->pods) >= NODE_PODS_MAX) {
		if (!c->overflowed)
			log_error(c->log, "too many pods on this node", KS("pod", key));
		c->overflowed = true;
		return;
	}
	if (!p)
		p = add(c, STEAL(key));
	if (!p->alive || !str_eq(p->uid, pod->meta.uid))
		p->confirmed = p->doubted = false;
	p->alive = true;
	if (confirmed) {
		p->confirmed = true;
		p->doubted = false;
	}
	mem_strset(&p->uid, pod->meta.uid);
	p->is_member = member_of_pod(pod, &m);
	if (p->is_member) {
		set_requests(c, p, false, NULL);
		set_member(c, p, &m);
	} else {
		set_requests(c, p, !terminal, &pod->requests);
		member_gone(c, p); /* orphaned: it is a member no more */
	}
	struct orderrec *o = ac_orders_find(c, p->key);
	if (o)
		ac_orders_look(c, o);
}

static void die(struct agent_core *c, struct podrec *p)
{
	struct orderrec *o = ac_orders_find(c, p->key);
	p->alive = false;
	set_requests(c, p, false, NULL);
	member_gone(c, p);
	if (!p->member)
		ac_pods_drop(c, p);
	if (o)
		ac_orders_look(c, o);
}

void ac_pods_gone(struct agent_core *c, const struct meta *meta)
{
	AUTO(mem_freep) char *key = ac_key(meta->ns, meta->name);
	struct podrec *p = ac_pods_find(c, key);
	/* The pod of that name may be another one already. */
	if (p && p->alive && (str_or_empty(meta->uid)[0] == '\0' || str_eq(p->uid, meta->uid)))
		die(c, p);
}

void ac_pods_synced(struct agent_core *c)
{
	struct podrec *p, *next;
	HASH_ITER (hh, c->pods, p, next) {
		if (p->alive && !p->confirmed) {
			p->doubted = c->doubts = true;
			p->ask_ms = c->now_ms;
		}
	}
	if (!c->synced)
		log_info(c->log, "pods of the node are known", KS("node", c->node),
			 KI("pods", HASH_COUNT(c->pods)));
	c->synced = true;
	ac_orders_look_all(c);
}

/* Only our own creates are believed unseen, so what is doubted is a member. */
static void ask(struct agent_core *c, struct podrec *p)
{
	if (p->ask_ms > c->now_ms) {
		c->next_due_ms = p->ask_ms < c->next_due_ms ? p->ask_ms : c->next_due_ms;
		return;
	}
	must(p->member);
	p->asking = true;
	ac_act(c, &(struct agent_action){.type = AACT_READ,
					 .read = {p->member->m.ns, p->member->m.pod}});
}

void ac_pods_ask(struct agent_core *c)
{
	struct podrec *p, *next;
	if (!c->doubts)
		return;
	c->doubts = false;
	HASH_ITER (hh, c->pods, p, next) {
		if (!p->alive || !p->doubted)
			continue;
		c->doubts = true;
		if (!p->asking)
			ask(c, p);
	}
}

void ac_pods_read(struct agent_core *c, const struct agent_event *ev)
{
	AUTO(mem_freep) char *key = ac_key(ev->created.ns, ev->created.name);
	struct podrec *p = ac_pods_find(c, key);
	const struct pod *pod = ev->created.pod;
	if (!p || !p->asking)
		return;
	p->asking = false;
	if (!p->alive || !p->doubted)
		return; /* the watch was faster */
	bool ours = ev->created.rc == RC_OK && pod && str_eq(pod->meta.uid, p->uid);
	if (!ours && ev->created.rc != RC_OK && ev->created.rc != RC_NOTFOUND) {
		p->ask_ms = c->now_ms + ASK_AGAIN_MS;
		return;
	}
	p->doubted = false;
	if (!ours)
		die(c, p);
}

/* ---- capacity ---- */

static void sum_one(struct agent_core *c, const struct res *r)
{
	for (uint32_t i = 0; i < c->nforeign; i++) {
		if (str_eq(c->foreign[i].name, r->name)) {
			if (__builtin_add_overflow(c->foreign[i].milli, r->milli,
						   &c->foreign[i].milli))
				c->foreign[i].milli = INT64_MAX;
			return;
		}
	}
	VEC_GROW(c->foreign, c->nforeign, c->foreign_cap);
	c->foreign[c->nforeign++] = *r;
}

/* Does not depend on the order of the resources. */
static uint64_t sum_hash(const struct agent_core *c)
{
	uint64_t h = hash_u64(1, c->foreign_pods);
	for (uint32_t i = 0; i < c->nforeign; i++)
		h += hash_u64(hash_str(2, c->foreign[i].name), (uint64_t)c->foreign[i].milli);
	return h;
}

void ac_pods_sum(struct agent_core *c)
{
	struct podrec *p, *next;
	if (!c->capacity_dirty)
		return;
	c->capacity_dirty = false;
	c->nforeign = c->foreign_pods = 0;
	HASH_ITER (hh, c->pods, p, next) {
		c->foreign_pods += p->counts;
		for (uint32_t i = 0; i < p->nres; i++)
			sum_one(c, &p->res[i]);
	}
	uint64_t h = sum_hash(c);
	if (h == c->capacity_hash)
		return;
	c->capacity_hash = h;
	c->capacity_changed = c->report = true;
}
