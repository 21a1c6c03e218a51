/* SPDX-License-Identifier: Apache-2.0 */
/* What agents were told to run, and whether they do that only. */
#include "test/sim/checks/orders.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sync/agent_session.h"

static void clear(struct ordered *o)
{
	for (uint32_t i = 0; i < o->n; i++)
		free(o->v[i].pod);
	free(o->v);
	*o = (struct ordered){0};
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

/* One create for each ticket that the agent was given. What the process before it has asked for may
 * still come. A create for which this process has no ticket is not its own: it counts for nothing
 * here, or the next one of this process would seem to be one too many. */
static bool has_ticket(const struct checks *c, const struct ordered *o, struct told *t)
{
	if (c->world->clock.now_ms < o->since_ms + WITHDRAWN_MS)
		return true;
	if (t->creates == t->tickets)
		return false;
	t->creates++;
	return true;
}

/* An agent creates only what the newest orders that it has tell it to run; a request may have been
 * on its way for a while, longer than the process that sent it lived. Two processes may be the
 * agents of one node. */
void check_ordered(struct checks *c, const char *who, const char *pod)
{
	const struct told *without = NULL;
	if (c->world->server.late)
		return;
	for (uint32_t i = 0; i < c->nordered; i++) {
		if (!str_eq(c->ordered[i].proc->host.name, who))
			continue;
		struct told *t = told_find(&c->ordered[i], pod);
		if (!t || (!t->present && c->world->clock.now_ms >= t->left_ms + WITHDRAWN_MS))
			continue;
		if (has_ticket(c, &c->ordered[i], t))
			return;
		without = t;
	}
	if (without)
		world_fail(c->world, "create-without-ticket",
			   "%s creates %s for the %u. time, and had %u tickets for it", who, pod,
			   without->creates + 1, without->tickets);
	else
		world_fail(c->world, "create-unordered", "%s creates %s, for which it has no order",
			   who, pod);
}

/* A number is given once, whoever leads (protocol.md): an agent takes one that it has used for that
 * pod for the same ticket. */
static void check_number(struct checks *c, uint64_t epoch, const struct order *o)
{
	struct ticketed *t;
	if (!o->ticket)
		return;
	HASH_FIND(hh, c->tickets, &o->ticket, sizeof o->ticket, t);
	if (t && (t->epoch != epoch || !str_eq(t->pod, o->pod)))
		world_fail(c->world, "ticket-once", "%s is ordered with ticket %u, which %s had",
			   o->pod, o->ticket, t->pod);
	if (t)
		return;
	t = mem_zalloc(1, sizeof *t);
	*t = (struct ticketed){.number = o->ticket, .epoch = epoch, .pod = mem_strdup(o->pod)};
	HASH_ADD(hh, c->tickets, number, sizeof t->number, t);
}

static bool is_gone(const struct msg_orders *m, uint32_t number)
{
	for (uint32_t i = 0; i < m->ngone; i++) {
		if (m->gone[i] == number)
			return true;
	}
	return !m->since;
}

static void take_orders(struct ordered *o, const struct msg_orders *m, int64_t now_ms)
{
	for (uint32_t i = 0; i < o->n; i++) {
		if (!o->v[i].present || !is_gone(m, o->v[i].number))
			continue;
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
		t->number = m->orders[i].number;
		t->tickets += m->orders[i].ticket && m->orders[i].ticket != t->ticket;
		if (m->orders[i].ticket)
			t->ticket = m->orders[i].ticket;
	}
}

static struct asked *asked_find(struct checks *c, const char *uid, const char *index,
				struct buf *key)
{
	struct asked *a;
	buf_printf(key, "%s/%s", uid, index);
	HASH_FIND_STR(c->asked, buf_str(key), a);
	return a;
}

void check_note_asked(struct checks *c, const char *job_uid, uint32_t number, uint32_t attempt)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	AUTO(buf_done) struct buf index = BUF_INIT(16);
	buf_printf(&index, "%u", number);
	struct asked *a = asked_find(c, job_uid, buf_str(&index), &key);
	if (!a) {
		a = mem_zalloc(1, sizeof *a);
		a->key = buf_steal(&key);
		HASH_ADD_KEYPTR(hh, c->asked, a->key, strlen(a->key), a);
	}
	a->attempt = attempt > a->attempt ? attempt : a->attempt;
}

uint32_t check_asked(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	struct asked *a = asked_find(c, pod->meta.owner_uid, check_label(pod, LABEL_INDEX), &key);
	return a ? a->attempt : 0;
}

/* A new process has no orders; an older epoch's are not to be obeyed; an answer with the revision
 * that is known says that nothing changed. */
void orders_message(struct checks *c, const struct proc *to, const struct msg *msg)
{
	const struct msg_orders *m = &msg->orders;
	if (to->kind != PROC_AGENT || msg->type != MSG_ORDERS)
		return;
	struct ordered *o = ordered_of(c, to);
	if (!o) {
		must(c->nordered < MACHINES_MAX);
		o = &c->ordered[c->nordered++];
		o->proc = to;
	}
	if (o->incarnation != to->host.incarnation) {
		clear(o);
		o->proc = to;
		o->incarnation = to->host.incarnation;
		o->since_ms = c->world->clock.now_ms;
	}
	if (m->epoch < o->epoch || (m->epoch == o->epoch && m->session == o->session &&
				    m->revision == o->revision && !m->page))
		return;
	if (m->since && to->host.older)
		world_fail(c->world, "change-unasked",
			   "%s, which takes whole sets alone, is told a change of its orders",
			   to->host.name);
	if (m->since && (m->session != o->session || m->since != o->whole))
		return; /* it is for other orders than the agent has */
	if (m->since)
		server_count(&c->world->server, FACT_ORDERS_CHANGED);
	for (uint32_t i = 0; i < m->norders; i++)
		check_number(c, m->epoch, &m->orders[i]);
	if (!m->more)
		o->whole = m->revision;
	o->epoch = m->epoch;
	o->session = m->session;
	o->revision = m->revision;
	take_orders(o, m, c->world->clock.now_ms);
}

/* ---- the agent's set and the coordinator's ---- */

static const struct proc *leader_of(const struct checks *c, uint64_t epoch)
{
	for (uint32_t i = 0; i < c->cluster->cfg.coordinators; i++) {
		const struct proc *p = &c->cluster->coordinator[i];
		struct coordinator_stats st;
		if (!p->host.alive || !coordinator_leading(p->c))
			continue;
		coordinator_stats(p->c, &st);
		if (st.epoch == epoch)
			return p;
	}
	return NULL;
}

static bool same_pod(const struct order *a, const struct order *b)
{
	return str_eq(a->ns, b->ns) && str_eq(a->pod, b->pod) && str_eq(a->job_uid, b->job_uid) &&
	       str_eq(a->template_hash, b->template_hash) && a->index == b->index &&
	       a->attempt == b->attempt;
}

static bool has_uid(const struct order *o)
{
	return str_or_empty(o->pod_uid)[0] != '\0';
}

/* What the agent has, and what the coordinator has. */
static bool same_order(const struct order *has, const struct order *o)
{
	return same_pod(has, o) && str_eq(str_or_empty(has->pod_uid), str_or_empty(o->pod_uid)) &&
	       has->launch == o->launch && has->ticket == o->ticket;
}

/* The agent has told of the pod, which it learnt when it had the order, or before. So the order is
 * told anew only together with other news. */
static bool told_itself(const struct order *has, const struct order *o)
{
	return same_pod(has, o) && !has_uid(has) && has_uid(o) && !o->launch && !o->ticket;
}

static bool has_order(const struct agent_orders_view *view, const struct order *o)
{
	for (uint32_t i = 0; i < view->n; i++) {
		if (same_order(&view->v[i], o) || told_itself(&view->v[i], o))
			return true;
	}
	return false;
}

/* While both are at the same revision, the agent has the coordinator's set, however that set was
 * told, but for UIDs that the agent has told itself (protocol.md). */
void check_same_orders(struct checks *c, const struct proc *p)
{
	struct agent_orders_view has;
	const struct order *v;
	uint32_t n;
	uint64_t revision;
	if (p->kind != PROC_AGENT || !p->host.alive)
		return;
	struct ordered *o = ordered_of(c, p);
	agent_orders(p->a, &has);
	if (!o || !has.revision || (o->same[0] == has.epoch && o->same[1] == has.revision))
		return;
	const struct proc *leader = leader_of(c, has.epoch);
	if (!leader)
		return;
	coordinator_orders(leader->c, p->host.node, &v, &n, &revision);
	if (revision != has.revision)
		return;
	o->same[0] = has.epoch;
	o->same[1] = has.revision;
	if (n != has.n)
		world_fail(c->world, "same-orders", "%s has %u orders, its coordinator has %u",
			   p->host.name, has.n, n);
	for (uint32_t i = 0; i < n; i++) {
		if (!has_order(&has, &v[i]))
			world_fail(c->world, "same-orders", "%s has another order for %s",
				   p->host.name, v[i].pod);
	}
}

void orders_free(struct checks *c)
{
	struct ticketed *t, *ttmp;
	HASH_ITER (hh, c->tickets, t, ttmp) {
		HASH_DEL(c->tickets, t);
		free(t->pod);
		free(t);
	}
	struct asked *a, *tmp;
	HASH_ITER (hh, c->asked, a, tmp) {
		HASH_DEL(c->asked, a);
		free(a->key);
		free(a);
	}
	for (uint32_t i = 0; i < c->nordered; i++)
		clear(&c->ordered[i]);
}
