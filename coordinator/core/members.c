/* SPDX-License-Identifier: Apache-2.0 */
/* Attempts: one pod of one member each. The state says what we do about it, the phase what its pod
 * told last. An attempt that is its index's current one holds the slot; a superseded one only
 * waits to be deleted. Where a lost node restarts a member: att_lost, then place.c. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/hash.h"
#include "base/state.h"
#include "coordinator/core/inside.h"

/*	   pod seen	 container started
 * Ordered -------> Pending -------> Running		    any of them, node lost: Lost
 *    |		      |		       |		    Lost, node answers: back
 *    |		      |		       |   ended by itself
 *    `---------------+----------------+-------------------> Ended
 *		      | we delete it	    pod gone		    it succeeded before: Ended
 *		      `------------> Stopping ---------> (freed)
 */
static const struct state_rule rules[ATT_STATE_N] = {
#define TO(s) STATE_BIT(ATT_##s)
	[ATT_NONE] = {"None", TO(ORDERED) | TO(PENDING) | TO(RUNNING) | TO(ENDED)},
	[ATT_ORDERED] = {"Ordered",
			 TO(PENDING) | TO(RUNNING) | TO(LOST) | TO(STOPPING) | TO(ENDED)},
	[ATT_PENDING] = {"Pending", TO(RUNNING) | TO(LOST) | TO(STOPPING) | TO(ENDED)},
	[ATT_RUNNING] = {"Running", TO(LOST) | TO(STOPPING) | TO(ENDED)},
	[ATT_LOST] = {"Lost", TO(ORDERED) | TO(PENDING) | TO(RUNNING) | TO(STOPPING) | TO(ENDED)},
	[ATT_STOPPING] = {"Stopping", TO(ENDED)},
	[ATT_ENDED] = {"Ended", 0},
#undef TO
};

enum { CREATE_ANSWER_MS = 600000 }; /* the shell always answers: a create goes out once */

static uint64_t name_hash(const char *ns, const char *pod)
{
	return hash_str(hash_str(11, ns), pod);
}

static uint64_t id_hash(const struct mjob *j, uint32_t index, uint32_t attempt)
{
	return hash_u64(hash_u64(17, (uint64_t)j->id << 32 | index), attempt);
}

struct pod_key {
	const char *ns, *pod;
};

static bool same_pod(struct hlink *x, const void *key)
{
	const struct att *a = OWNER_OF(x, struct att, by_pod);
	const struct pod_key *k = key;
	bool ns = str_eq(a->job->ns, k->ns), pod = str_eq(a->pod, k->pod);
	return ns & pod;
}

static bool same_id(struct hlink *x, const void *key)
{
	const struct att *a = OWNER_OF(x, struct att, by_id);
	return !memcmp(&a->id, key, sizeof a->id);
}

struct att *att_find_pod(const struct core *c, const char *ns, const char *pod)
{
	const struct pod_key k = {str_or_empty(ns), str_or_empty(pod)};
	struct hlink *x = hmap_find(&c->atts_pod, name_hash(k.ns, k.pod), same_pod, &k);
	return x ? OWNER_OF(x, struct att, by_pod) : NULL;
}

struct att *att_find(const struct core *c, const struct mjob *j, uint32_t index, uint32_t attempt)
{
	const struct att_id k = {j->id, index, attempt};
	struct hlink *x = hmap_find(&c->atts, id_hash(j, index, attempt), same_id, &k);
	return x ? OWNER_OF(x, struct att, by_id) : NULL;
}

bool att_live(const struct att *a)
{
	return a->state >= ATT_ORDERED && a->state <= ATT_LOST;
}

bool att_seen(const struct att *a)
{
	return *a->pod_uid;
}

bool att_current(const struct att *a)
{
	return a->job->slots[a->id.index].cur == a; /* there since att_new */
}

uint32_t job_seen(const struct mjob *j)
{
	const struct att *a;
	uint32_t n = 0;
	DL_FOREACH2(j->atts, a, job_next)
	n += att_live(a) && att_current(a) && att_seen(a);
	return n;
}

/* A pod that was to be stopped when its node was lost may stay for as long as the node does. */
static bool out_of_reach(const struct att *a)
{
	return a->state == ATT_LOST || (a->state == ATT_STOPPING && a->node->loss != LOSS_NO);
}

bool att_missed(const struct att *a)
{
	const struct mjob *j = a->job;
	return out_of_reach(a) && att_current(a) && a->id.index < j->parallelism &&
	       !bitset_has(&j->completed, a->id.index);
}

bool att_replaceable(const struct att *a)
{
	return out_of_reach(a) && (a->node->loss == LOSS_SURE || a->job->on_loss == LOSS_REPLACE);
}

static void take_room(struct core *c, struct att *a, bool take)
{
	if (a->takes_room == take)
		return;
	a->takes_room = take;
	res_use(c, a->node, &a->needs, take ? 1 : -1);
	a->node->nlive += take ? 1 : -1U;
	if (!take)
		queue_grown(c, a->node, false);
	node_dirty(c, a->node);
}

void att_set(struct core *c, struct att *a, enum att_state to)
{
	if (a->state == to)
		return;
	state_check(rules, ARRAY_LEN(rules), a->state, to);
	struct mjob *j = a->job;
	if (a->state != ATT_NONE)
		j->cnt[a->state]--;
	if (a->state == ATT_RUNNING && a->ready)
		j->nready--;
	a->state = to;
	j->cnt[to]++;
	j->started |= to == ATT_RUNNING;
	if (to == ATT_RUNNING || (to == ATT_PENDING && j->cnt[to] == 1))
		j->starting_ms = c->now_ms;
	if (to == ATT_RUNNING && a->ready)
		j->nready++;
	if (to == ATT_RUNNING)
		log_info(c->log, "member started", KS("job", j->key), KI("member", a->id.index),
			 KI("attempt", a->id.attempt), KS("node", a->node->name));
	take_room(c, a, to != ATT_ENDED);
	orders_changed(c, a);
	job_dirty(c, j);
	node_dirty(c, a->node);
}

static struct att *att_new(struct core *c, struct mjob *j, uint32_t index, uint32_t attempt,
			   struct mnode *n)
{
	struct att *a = mem_zalloc(1, sizeof *a);
	a->id = (struct att_id){j->id, index, attempt};
	a->job = j;
	a->node = n;
	a->timer.kind = TIMER_ATT;
	a->seen_gen = n->list_gen;
	mem_strset(&a->pod_uid, "");
	mem_strset(&a->waiting, "");
	member_pod_name(j->name, j->uid, index, attempt, a->pod);
	hmap_add(&c->atts, &a->by_id, id_hash(j, index, attempt));
	hmap_add(&c->atts_pod, &a->by_pod, name_hash(j->ns, a->pod));
	DL_APPEND2(j->atts, a, job_prev, job_next);
	DL_APPEND2(n->atts, a, node_prev, node_next);
	a->node_news = true;
	struct slot *s = job_slot(j, index);
	if (attempt > s->last)
		s->last = attempt;
	if (attempt > j->attempts)
		j->attempts = attempt;
	return a;
}

/* Its replacement ended without success: one that was lost before has its slot back. It may run
 * still, and what onNodeLoss says now decides of it. */
void att_give_back(struct core *c, struct att *ended)
{
	struct mjob *j = ended->job;
	struct slot *s = job_slot(j, ended->id.index);
	struct att *a;
	must(!s->cur);
	if (!j->cnt[ATT_LOST] || bitset_has(&j->completed, ended->id.index))
		return;
	DL_FOREACH2(j->atts, a, job_next)
	{
		if (a != ended && a->id.index == ended->id.index && a->state == ATT_LOST &&
		    (!s->cur || s->cur->id.attempt < a->id.attempt))
			s->cur = a;
	}
	if (s->cur)
		orders_changed(c, s->cur);
}

void att_free(struct core *c, struct att *a)
{
	struct mjob *j = a->job;
	if (att_current(a)) {
		j->slots[a->id.index].cur = NULL;
		att_give_back(c, a);
	}
	take_room(c, a, false);
	j->nwaiting -= *a->waiting != 0;
	j->cnt[a->state]--;
	if (a->state == ATT_RUNNING && a->ready)
		j->nready--;
	heap_remove(&c->timers, &a->timer);
	orders_forget(a);
	node_dirty(c, a->node);
	job_dirty(c, j);
	hmap_del(&c->atts, &a->by_id);
	hmap_del(&c->atts_pod, &a->by_pod);
	DL_DELETE2(j->atts, a, job_prev, job_next);
	DL_DELETE2(a->node->atts, a, node_prev, node_next);
	intern_put(c->strs, a->thash);
	needs_done(&a->needs);
	free(a->pod_uid);
	free(a->waiting);
	free(a);
}

void att_move(struct core *c, struct att *a, struct mnode *n)
{
	bool room = a->takes_room;
	take_room(c, a, false);
	orders_forget(a);
	node_dirty(c, a->node);
	DL_DELETE2(a->node->atts, a, node_prev, node_next);
	a->node = n;
	a->seen_gen = n->list_gen;
	DL_APPEND2(n->atts, a, node_prev, node_next);
	a->node_news = true;
	take_room(c, a, room);
	orders_changed(c, a);
	job_dirty(c, a->job); /* its status names nodes */
}

static bool denied_to_agents(const struct core *c, const struct mjob *j)
{
	return templates_by_us(c, j->ns, j->thash);
}

/* One try to create the pod: by the node's agent through its order, or by us. */
void att_launch(struct core *c, struct att *a)
{
	struct mjob *j = a->job;
	a->by_us |= !c->cfg.agent_launch || j->credentials || denied_to_agents(c, j);
	orders_changed(c, a);
	if (!a->by_us)
		return;
	struct core_action *act = act_new(c, ACT_POD_CREATE);
	act->pod_create =
		(struct pod_create){.ns = act_str(c, j->ns),
				    .name = act_str(c, a->pod),
				    .job_name = act_str(c, j->name),
				    .job_uid = act_str(c, j->uid),
				    .node = act_str(c, a->node->name),
				    .index = a->id.index,
				    .attempt = a->id.attempt,
				    .parallelism = j->parallelism,
				    .template_hash = act_str(c, intern_str(c->strs, a->thash))};
	a->creating = true;
	heap_set(&c->timers, &a->timer, c->now_ms + CREATE_ANSWER_MS);
}

/* The slot's next attempt: above every number that was ever known of the index, and after a
 * restart above those that we cannot know of. */
struct att *att_place(struct core *c, struct mjob *j, uint32_t index, struct mnode *n)
{
	struct slot *s = job_slot(j, index);
	must(!s->cur || att_replaceable(s->cur));
	if (s->cur)
		orders_changed(c, s->cur); /* superseded: its order is withdrawn */
	uint32_t floor = s->last > j->base_attempt ? s->last : j->base_attempt;
	struct att *a = att_new(c, j, index, floor + 1, n);
	a->confirmed = true;
	a->thash = j->thash;
	intern_ref(c->strs, a->thash);
	a->needs = needs_copy(&j->cls->needs);
	s->cur = a;
	c->stats.placements++;
	log_info(c->log, "member placed", KS("job", j->key), KI("member", index),
		 KI("attempt", a->id.attempt), KS("node", n->name));
	att_set(c, a, ATT_ORDERED);
	att_launch(c, a);
	return a;
}

/* A pod that was there before we knew of it; observe.c says what it tells. */
struct att *att_adopt(struct core *c, struct mjob *j, struct mnode *n, const struct member *m)
{
	struct att *a = att_new(c, j, m->index, m->attempt, n);
	struct slot *s = job_slot(j, m->index);
	a->thash = intern_get(c->strs, str_or_empty(m->template_hash));
	j->rolling = true;
	a->needs = needs_of(c, &m->requests);
	mem_strset(&a->pod_uid, m->pod_uid);
	/* Until everything is known the newest one is the current one; then first come. */
	bool newer = !c->synced && s->cur && s->cur->id.attempt < m->attempt;
	if (!member_phase_final(m->phase) && (!s->cur || newer))
		s->cur = a;
	return a;
}

/* Its pod may come to be at any moment, and only under this number: it goes on as if we had ordered
 * it, so that no other is made beside it. */
struct att *att_resume(struct core *c, struct mjob *j, struct mnode *n, const struct member *m)
{
	struct att *a = att_new(c, j, m->index, m->attempt, n);
	a->confirmed = true;
	a->thash = j->thash;
	intern_ref(c->strs, a->thash);
	a->needs = needs_copy(&j->cls->needs);
	job_slot(j, m->index)->cur = a;
	log_info(c->log, "member resumed", KS("job", j->key), KI("member", m->index),
		 KI("attempt", m->attempt), KS("node", n->name));
	att_set(c, a, ATT_ORDERED);
	return a;
}

/* Its node is lost. It keeps its slot until a replacement is placed (place.c), which onNodeLoss
 * may forbid: if the node answers before, nothing has happened. */
void att_lost(struct core *c, struct att *a)
{
	struct mjob *j = a->job;
	if (!att_live(a) || a->state == ATT_LOST)
		return;
	log_info(c->log, "member lost", KS("job", j->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name));
	att_set(c, a, ATT_LOST);
}

void att_found(struct core *c, struct att *a)
{
	if (a->state != ATT_LOST)
		return;
	if (!att_current(a)) {
		att_stop(c, a, "superseded");
		return;
	}
	log_info(c->log, "member found", KS("job", a->job->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name));
	att_set(c, a,
		!att_seen(a)                 ? ATT_ORDERED
		: a->phase == MEMBER_RUNNING ? ATT_RUNNING
					     : ATT_PENDING);
}
