/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to a create is believed before the watch shows the pod, but not for ever: a complete
 * list without the pod may have begun before the create, so then the pod is read live. */
#include "agent/core/pods.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/message.h"

enum { ASK_AGAIN_MS = 1000 };

struct pod_record *pods_find(const struct pod_table *t, const char *key)
{
	struct pod_record *p = NULL;
	HASH_FIND_STR(t->records, key, p);
	return p;
}

uint32_t pods_count(const struct pod_table *t)
{
	return HASH_COUNT(t->records);
}

static struct pod_record *add(struct pod_table *t, char *own_key)
{
	struct pod_record *p = mem_zalloc(1, sizeof *p);
	p->key = own_key;
	HASH_ADD_KEYPTR(hh, t->records, p->key, strlen(p->key), p);
	return p;
}

void pods_drop(struct pod_table *t, struct pod_record *p)
{
	foreign_set(&t->foreign, &p->load, false, NULL);
	HASH_DEL(t->records, p);
	member_copy_free(p->member);
	free(p->key);
	free(p->uid);
	free(p);
}

void pods_done(struct pod_table *t)
{
	struct pod_record *p, *next;
	HASH_ITER (hh, t->records, p, next)
		pods_drop(t, p);
	foreign_done(&t->foreign);
}

/* ---- members ---- */

static void log_phase(const struct pod_table *t, const struct member *m)
{
	AUTO(mem_freep) char *job = pod_key(m->ns, m->job_name);
	log_info(t->log, "member seen", KS("job", job), KI("member", m->index),
		 KI("attempt", m->attempt), KS("pod", m->pod),
		 KS("phase", member_phase_text(m->phase)), KS("reason", m->reason));
}

static void set_member(const struct pod_table *t, struct step *st, struct pod_record *p,
		       const struct member *m)
{
	if (p->member && member_copy_same(p->member, m))
		return;
	bool moved = !p->member || p->member->m.phase != m->phase ||
		     !str_eq(p->member->m.reason, m->reason);
	struct member_copy *own = member_copy_new(m); /* first: m may point into the old copy */
	member_copy_free(p->member);
	p->member = own;
	p->changed = st->report = true;
	if (moved)
		log_phase(t, &own->m);
}

/* The pod is no member any more, or was deleted: its member is reported as GONE unless it had come
 * to its end. */
static void member_gone(const struct pod_table *t, struct step *st, struct pod_record *p)
{
	if (!p->member || member_phase_final(p->member->m.phase))
		return;
	struct member m = p->member->m;
	m.phase = MEMBER_GONE;
	m.ready = false;
	set_member(t, st, p, &m);
}

/* ---- what is observed ---- */

static bool is_terminal(const struct pod *pod)
{
	return pod->phase == POD_SUCCEEDED || pod->phase == POD_FAILED;
}

static void leave_out(struct pod_table *t, const char *key)
{
	if (!t->left_out)
		log_error(t->log, "pod left out, the node has too many; its requests do not count",
			  KS("pod", key), KI("most", NODE_PODS_MAX));
	t->left_out++;
}

/* The pod's record, made if need be. NULL: the pod needs none, because it is a foreign one that has
 * ended and takes no room any more; or the node has too many foreign pods. A member always has one:
 * else it would count as gone while it runs. */
static struct pod_record *record_of(struct pod_table *t, const struct pod *pod, bool is_member)
{
	AUTO(mem_freep) char *key = pod_key(pod->meta.ns, pod->meta.name);
	struct pod_record *p = pods_find(t, key);
	if (p || (!is_member && is_terminal(pod)))
		return p;
	if (is_member || pods_count(t) < NODE_PODS_MAX)
		return add(t, STEAL(key));
	leave_out(t, key);
	return NULL;
}

static void set_alive(struct pod_record *p, const char *uid, bool confirmed)
{
	if (!p->alive || !str_eq(p->uid, uid))
		p->confirmed = p->doubted = false;
	p->alive = true;
	if (confirmed) {
		p->confirmed = true;
		p->doubted = false;
	}
	mem_strset(&p->uid, uid);
}

void pods_put(struct pod_table *t, struct step *st, const struct pod *pod, bool confirmed)
{
	struct member m;
	bool is_member = member_of_pod(pod, &m);
	struct pod_record *p = record_of(t, pod, is_member);
	if (!p)
		return;
	set_alive(p, pod->meta.uid, confirmed);
	p->is_member = is_member;
	step_touch(st, p->key);
	if (is_member) {
		foreign_set(&t->foreign, &p->load, false, NULL);
		set_member(t, st, p, &m);
		return;
	}
	foreign_set(&t->foreign, &p->load, !is_terminal(pod), pod);
	member_gone(t, st, p); /* orphaned */
	if (!p->member && !p->load.counts)
		pods_drop(t, p);
}

static bool is_ended_member(const struct pod_record *p)
{
	return p->is_member && member_phase_final(p->member->m.phase);
}

void pods_make_room(struct pod_table *t, bool (*needed)(const void *self, const char *key),
		    const void *self)
{
	struct pod_record *p, *next, *untold = NULL;
	if (pods_count(t) < NODE_PODS_MAX)
		return;
	HASH_ITER (hh, t->records, p, next) {
		if (!is_ended_member(p) || needed(self, p->key))
			continue;
		if (!p->changed) {
			pods_drop(t, p);
			return;
		}
		untold = untold ? untold : p;
	}
	if (untold)
		pods_drop(t, untold);
}

static void set_deleted(struct pod_table *t, struct step *st, struct pod_record *p)
{
	p->alive = false;
	step_touch(st, p->key);
	foreign_set(&t->foreign, &p->load, false, NULL);
	member_gone(t, st, p);
	if (!p->member)
		pods_drop(t, p);
}

void pods_deleted(struct pod_table *t, struct step *st, const struct meta *meta)
{
	AUTO(mem_freep) char *key = pod_key(meta->ns, meta->name);
	struct pod_record *p = pods_find(t, key);
	bool any = str_or_empty(meta->uid)[0] == '\0';
	if (p && p->alive && (any || str_eq(p->uid, meta->uid)))
		set_deleted(t, st, p);
}

/* ---- doubts ---- */

void pods_synced(struct pod_table *t, const struct step *st)
{
	struct pod_record *p, *next;
	HASH_ITER (hh, t->records, p, next) {
		if (p->alive && !p->confirmed) {
			p->doubted = t->doubts = true;
			p->ask_ms = st->now_ms;
		}
	}
	if (!t->synced)
		log_info(t->log, "pods of the node listed", KS("node", t->node),
			 KI("pods", pods_count(t)));
	t->synced = true;
}

/* Only the pods that we have created are believed unseen, so a doubted pod is a member. */
static void ask(struct step *st, struct pod_record *p)
{
	if (p->ask_ms > st->now_ms) {
		step_due(st, p->ask_ms);
		return;
	}
	must(p->member);
	p->asking = true;
	step_act(st, &(struct agent_action){.type = AACT_READ,
					    .read = {p->member->m.ns, p->member->m.pod}});
}

void pods_ask(struct pod_table *t, struct step *st)
{
	struct pod_record *p, *next;
	if (!t->doubts)
		return;
	t->doubts = false;
	HASH_ITER (hh, t->records, p, next) {
		if (!p->alive || !p->doubted)
			continue;
		t->doubts = true;
		if (!p->asking)
			ask(st, p);
	}
}

void pods_read(struct pod_table *t, struct step *st, const struct agent_event *ev)
{
	AUTO(mem_freep) char *key = pod_key(ev->created.ns, ev->created.name);
	struct pod_record *p = pods_find(t, key);
	const struct pod *pod = ev->created.pod;
	enum rc rc = ev->created.rc;
	if (!p || !p->asking)
		return;
	p->asking = false;
	if (!p->alive || !p->doubted)
		return; /* the watch was faster */
	if (rc != RC_OK && rc != RC_NOTFOUND) {
		p->ask_ms = st->now_ms + ASK_AGAIN_MS;
		return;
	}
	p->doubted = false;
	bool exists = rc == RC_OK && pod && str_eq(pod->meta.uid, p->uid);
	if (!exists)
		set_deleted(t, st, p);
}

/* ---- for others ---- */

void pods_sum(struct pod_table *t, struct step *st)
{
	struct pod_record *p, *next;
	if (!t->foreign.dirty)
		return;
	foreign_sum_begin(&t->foreign);
	HASH_ITER (hh, t->records, p, next)
		foreign_sum_add(&t->foreign, &p->load);
	if (t->foreign.left_out && !t->foreign.left_out_told)
		log_warn(t->log, "foreign load left out, it has too many names of resources",
			 KS("node", t->node), KI("most", FOREIGN_NAMES_MAX));
	t->foreign.left_out_told = t->foreign.left_out;
	if (foreign_sum_end(&t->foreign))
		st->report = true;
}

void pods_tell_end_again(struct pod_table *t, struct step *st, const char *key)
{
	struct pod_record *p = pods_find(t, key);
	if (p && !p->alive)
		p->changed = st->report = true;
}

void pods_forget_end(struct pod_table *t, const char *key)
{
	struct pod_record *p = pods_find(t, key);
	if (p && !p->alive && !p->changed)
		pods_drop(t, p);
}
