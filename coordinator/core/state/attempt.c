/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/attempt.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/hash.h"
#include "base/state.h"
#include "base/text.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"
#include "coordinator/core/state/volumes.h"

/*	   pod seen	 container started
 * Ordered -------> Pending -------> Running		    any of them, node lost: Lost
 *    |		      |		       |		    Lost, node answers: back
 *    |		      |		       |   ended by itself
 *    `---------------+----------------+-------------------> Ended
 *		      | attempt_stop	    pod gone		    its pod succeeded: Ended
 *		      `------------> Stopping ---------> (freed)
 */
static const struct state_rule rules[ATTEMPT_STATE_N] = {
#define TO(s) STATE_BIT(ATTEMPT_##s)
	[ATTEMPT_NONE] = {"None", TO(ORDERED) | TO(PENDING) | TO(RUNNING) | TO(ENDED)},
	[ATTEMPT_ORDERED] = {"Ordered",
			     TO(PENDING) | TO(RUNNING) | TO(LOST) | TO(STOPPING) | TO(ENDED)},
	[ATTEMPT_PENDING] = {"Pending", TO(RUNNING) | TO(LOST) | TO(STOPPING) | TO(ENDED)},
	[ATTEMPT_RUNNING] = {"Running", TO(LOST) | TO(STOPPING) | TO(ENDED)},
	[ATTEMPT_LOST] = {"Lost",
			  TO(ORDERED) | TO(PENDING) | TO(RUNNING) | TO(STOPPING) | TO(ENDED)},
	[ATTEMPT_STOPPING] = {"Stopping", TO(ENDED)},
	[ATTEMPT_ENDED] = {"Ended", 0},
#undef TO
};

static uint64_t name_hash(const char *ns, const char *pod)
{
	return hash_keyed_str(hash_keyed_str(11, ns), pod);
}

static uint64_t id_hash(const struct job_record *j, uint32_t index, uint32_t attempt)
{
	return hash_mix(hash_mix(17, (uint64_t)j->id << 32 | index), attempt);
}

struct pod_key {
	const char *ns, *pod;
};

static bool same_pod(struct hlink *x, const void *key)
{
	const struct attempt *a = OWNER_OF(x, struct attempt, by_pod);
	const struct pod_key *k = key;
	bool ns = str_eq(a->job->ns, k->ns), pod = str_eq(a->pod, k->pod);
	return ns & pod;
}

static bool same_id(struct hlink *x, const void *key)
{
	const struct attempt *a = OWNER_OF(x, struct attempt, by_id);
	return !memcmp(&a->id, key, sizeof a->id);
}

struct attempt *attempt_find_pod(const struct core *c, const char *ns, const char *pod)
{
	const struct pod_key k = {str_or_empty(ns), str_or_empty(pod)};
	struct hlink *x = hmap_find(&c->attempts.by_pod, name_hash(k.ns, k.pod), same_pod, &k);
	return x ? OWNER_OF(x, struct attempt, by_pod) : NULL;
}

struct attempt *attempt_find(const struct core *c, const struct job_record *j, uint32_t index,
			     uint32_t attempt)
{
	const struct attempt_id k = {j->id, index, attempt};
	struct hlink *x = hmap_find(&c->attempts.by_id, id_hash(j, index, attempt), same_id, &k);
	return x ? OWNER_OF(x, struct attempt, by_id) : NULL;
}

bool attempt_live(const struct attempt *a)
{
	return a->state >= ATTEMPT_ORDERED && a->state <= ATTEMPT_LOST;
}

bool attempt_seen(const struct attempt *a)
{
	return *a->pod_uid;
}

bool attempt_current(const struct attempt *a)
{
	return job_current(a->job, a->id.index) == a;
}

uint32_t job_members_seen(const struct job_record *j)
{
	const struct attempt *a;
	uint32_t n = 0;
	for (a = j->members.attempts; a != j->members.ended; a = a->job_next)
		n += attempt_live(a) && attempt_current(a) && attempt_seen(a);
	return n;
}

/* A pod that was to be deleted when its node was lost may stay as long as the node is lost. */
static bool out_of_reach(const struct attempt *a)
{
	return a->state == ATTEMPT_LOST || (a->state == ATTEMPT_STOPPING && a->away);
}

bool attempt_missed(const struct attempt *a)
{
	const struct job_record *j = a->job;
	return out_of_reach(a) && attempt_current(a) && a->id.index < j->spec.completions &&
	       !job_index_over(j, a->id.index);
}

bool attempt_replaceable(const struct attempt *a)
{
	return out_of_reach(a) &&
	       (a->node->verdict.loss == NODE_LOST || a->job->spec.on_loss == LOSS_REPLACE);
}

static void take_room(struct core *c, struct attempt *a, bool take)
{
	if (a->takes_room == take)
		return;
	a->takes_room = take;
	res_use(c, a->node, &a->needs, take ? 1 : -1);
	ports_members_changed(c, a->node, &a->ports);
	volumes_members_changed(c, a->node, &a->volumes);
	a->node->nlive += take ? 1 : -1U;
	if (!take)
		room_grown(c, a->node, false);
	node_dirty(c, a->node);
}

/* Before those of the job that have ended. */
static void job_in(struct attempt *a)
{
	struct job_members *m = &a->job->members;
	if (m->ended)
		DL_PREPEND_ELEM2(m->attempts, m->ended, a, job_prev, job_next);
	else
		DL_APPEND2(m->attempts, a, job_prev, job_next);
}

static void job_out(struct attempt *a)
{
	struct job_members *m = &a->job->members;
	if (m->ended == a)
		m->ended = a->job_next;
	DL_DELETE2(m->attempts, a, job_prev, job_next);
}

static void job_in_ended(struct attempt *a)
{
	struct job_members *m = &a->job->members;
	job_out(a);
	DL_APPEND2(m->attempts, a, job_prev, job_next);
	if (!m->ended)
		m->ended = a;
}

void attempt_set_state(struct core *c, struct attempt *a, enum attempt_state to)
{
	if (a->state == to)
		return;
	state_check(rules, ARRAY_LEN(rules), a->state, to);
	struct job_record *j = a->job;
	if (to > ATTEMPT_ORDERED && to != ATTEMPT_LOST && !ticket_held(a))
		ticket_drop(c, a); /* nobody creates its pod any more */
	if (a->state != ATTEMPT_NONE)
		j->members.count[a->state]--;
	if (a->state == ATTEMPT_RUNNING && a->ready)
		j->members.nready--;
	a->state = to;
	j->members.count[to]++;
	j->members.nspent += attempt_spent(a);
	if (to == ATTEMPT_RUNNING)
		job_note_started(j);
	if (to == ATTEMPT_RUNNING || (to == ATTEMPT_PENDING && j->members.count[to] == 1))
		j->members.starting_ms = c->now_ms;
	if (to == ATTEMPT_RUNNING && a->ready)
		j->members.nready++;
	if (to == ATTEMPT_RUNNING && !a->started_ms)
		a->started_ms = c->now_ms;
	if (to == ATTEMPT_RUNNING)
		log_info(c->log, "member started", KS("job", j->key), KI("member", a->id.index),
			 KI("attempt", a->id.attempt), KS("node", a->node->name));
	if (to == ATTEMPT_ENDED)
		job_in_ended(a);
	take_room(c, a, to != ATTEMPT_ENDED);
	attempt_order_changed(c, a);
	job_dirty(c, j);
	node_dirty(c, a->node);
}

static void node_in(struct attempt *a, struct node_record *n)
{
	DL_APPEND2(n->attempts, a, node_prev, node_next);
	n->nwide += a->id.index >= INDEX_NARROW;
	if (!n->attempts_new)
		n->attempts_new = a;
}

void attempt_settled(const struct attempt *a)
{
	if (a->node->attempts_new == a)
		a->node->attempts_new = a->node_next;
}

static void node_out(struct attempt *a)
{
	attempt_settled(a);
	DL_DELETE2(a->node->attempts, a, node_prev, node_next);
	a->node->nwide -= a->id.index >= INDEX_NARROW;
}

struct attempt *attempt_new(struct core *c, struct job_record *j, uint32_t index, uint32_t attempt,
			    struct node_record *n)
{
	struct attempt *a = mem_zalloc(1, sizeof *a);
	a->id = (struct attempt_id){j->id, index, attempt};
	a->job = j;
	a->node = n;
	a->timer.kind = TIMER_ATTEMPT;
	a->seen_gen = n->list.generation;
	text_set(&a->pod_uid, "");
	text_set(&a->waiting, "");
	text_set(&a->starting, "");
	member_pod_name(j->name, j->uid, index, attempt, a->pod);
	hmap_add(&c->attempts.by_id, &a->by_id, id_hash(j, index, attempt));
	hmap_add(&c->attempts.by_pod, &a->by_pod, name_hash(j->ns, a->pod));
	job_in(a);
	node_in(a, n);
	job_number_used(j, index, attempt);
	return a;
}

void attempt_pod_seen(struct core *c, struct attempt *a, const char *uid, bool by_agent)
{
	text_set(&a->pod_uid, uid);
	a->agent_knows = by_agent;
	ticket_answered(c, a);
	attempt_order_changed(c, a);
}

void attempt_give_back(struct core *c, const struct attempt *ended)
{
	struct job_record *j = ended->job;
	struct slot *s = job_slot(j, ended->id.index);
	struct attempt *a;
	must(!s->current);
	if (!j->members.count[ATTEMPT_LOST] || job_index_over(j, ended->id.index))
		return;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (a != ended && a->id.index == ended->id.index && a->state == ATTEMPT_LOST &&
		    (!s->current || s->current->id.attempt < a->id.attempt))
			s->current = a;
	}
	if (s->current)
		attempt_order_changed(c, s->current);
}

void attempt_take_slot(struct attempt *a)
{
	struct slot *s = job_slot(a->job, a->id.index);
	if (!s->current)
		s->current = a;
}

void attempt_leave_slot(struct attempt *a)
{
	struct slot *s = job_slot(a->job, a->id.index);
	if (s->current == a)
		s->current = NULL;
}

void attempt_set_timer(struct core *c, struct attempt *a, int64_t at_ms)
{
	heap_set(&c->timers, &a->timer, at_ms);
}

static bool needs_same(const struct needs *a, const struct needs *b)
{
	return a->n == b->n && !memcmp(a->v, b->v, a->n * sizeof *a->v);
}

void attempt_set_needs(struct core *c, struct attempt *a, const struct reslist *requests)
{
	struct needs needs = needs_of(c, requests);
	bool room = a->takes_room;
	if (needs_same(&a->needs, &needs)) {
		needs_done(&needs);
		return;
	}
	take_room(c, a, false);
	needs_done(&a->needs);
	a->needs = needs;
	take_room(c, a, room);
}

void attempt_set_template(struct core *c, struct attempt *a, uint32_t template_id)
{
	intern_ref(c->strs, template_id);
	intern_put(c->strs, a->template_id);
	a->template_id = template_id;
}

void attempt_set_ready(struct core *c, struct attempt *a, bool ready)
{
	if (a->state == ATTEMPT_RUNNING && a->ready != ready) {
		a->job->members.nready += ready ? 1 : -1U;
		job_dirty(c, a->job);
	}
	a->ready = ready;
}

void attempt_set_waiting(struct core *c, struct attempt *a, const char *why)
{
	if (str_eq(a->waiting, why))
		return;
	a->job->members.nwaiting -= *a->waiting != 0;
	a->job->members.nwaiting += *why != 0;
	text_set(&a->waiting, why);
	job_dirty(c, a->job);
}

void attempt_confirm(struct core *c, struct attempt *a)
{
	a->confirmed = true;
	job_changed_indexes(a->job);
	attempt_order_changed(c, a);
	job_dirty(c, a->job);
}

void attempt_doubt(struct core *c, struct attempt *a)
{
	a->confirmed = false;
	node_want_list(a->node);
	attempt_order_changed(c, a);
}

void attempt_free(struct core *c, struct attempt *a)
{
	struct job_record *j = a->job;
	if (attempt_current(a)) {
		job_slot(j, a->id.index)->current = NULL;
		attempt_give_back(c, a);
	}
	take_room(c, a, false);
	ticket_drop(c, a);
	j->members.nwaiting -= *a->waiting != 0;
	j->members.count[a->state]--;
	j->members.nspent -= attempt_spent(a);
	if (a->state == ATTEMPT_RUNNING && a->ready)
		j->members.nready--;
	heap_remove(&c->timers, &a->timer);
	attempt_order_forget(a);
	node_dirty(c, a->node);
	job_dirty(c, j);
	hmap_del(&c->attempts.by_id, &a->by_id);
	hmap_del(&c->attempts.by_pod, &a->by_pod);
	job_out(a);
	node_out(a);
	intern_put(c->strs, a->template_id);
	needs_done(&a->needs);
	free(a->ports.v);
	free(a->volumes.v);
	text_free(a->pod_uid);
	text_free(a->waiting);
	text_free(a->starting);
	free(a);
}

void attempt_move(struct core *c, struct attempt *a, struct node_record *n)
{
	bool room = a->takes_room;
	take_room(c, a, false);
	ticket_drop(c, a);
	attempt_order_forget(a);
	node_dirty(c, a->node);
	node_out(a);
	a->node = n;
	a->agent_knows = false;
	a->seen_gen = n->list.generation;
	node_in(a, n);
	take_room(c, a, room);
	attempt_order_changed(c, a);
	job_dirty(c, a->job); /* the job's status names the nodes of its members */
}

struct attempt *attempt_adopt(struct core *c, struct job_record *j, struct node_record *n,
			      const struct member *m)
{
	struct attempt *a = attempt_new(c, j, m->index, m->attempt, n);
	struct slot *s = job_slot(j, m->index);
	a->template_id = intern_get(c->strs, str_or_empty(m->template_hash));
	job_changed_template(j);
	job_changed_indexes(j);
	a->needs = needs_of(c, &m->requests);
	a->ports = host_ports_copy(&m->ports);
	text_set(&a->pod_uid, m->pod_uid);
	/* While objects are still being listed, the newest attempt is the current one; later, the
	 * first one stays. */
	bool newer = !c->synced && s->current && s->current->id.attempt < m->attempt;
	if (!member_phase_final(m->phase) && (!s->current || newer))
		s->current = a;
	return a;
}

struct attempt *attempt_begin(struct core *c, struct job_record *j, uint32_t index,
			      uint32_t attempt, struct node_record *n)
{
	struct attempt *a = attempt_new(c, j, index, attempt, n);
	a->confirmed = true;
	attempt_set_template(c, a, j->spec.template_id);
	a->needs = needs_copy(&j->spec.request->needs);
	a->ports = host_ports_copy(&j->spec.request->ports);
	a->volumes = volumes_of(j->spec.request);
	job_slot(j, index)->current = a;
	return a;
}

struct attempt *attempt_resume(struct core *c, struct job_record *j, struct node_record *n,
			       const struct member *m)
{
	struct attempt *a = attempt_begin(c, j, m->index, m->attempt, n);
	log_info(c->log, "member resumed", KS("job", j->key), KI("member", m->index),
		 KI("attempt", m->attempt), KS("node", n->name));
	attempt_set_state(c, a, ATTEMPT_ORDERED);
	return a;
}
