/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/tickets.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/state/attempt_orders.h"
#include "coordinator/core/state/job_record.h"

enum { LEAST = 4, MOST = 1024, INITIAL = 16 };
enum { NODE_PART = 4, FEW_NODES = 3, REFUSED_TOGETHER_MS = 10000, SLOW_MS = 5000 };

static void share_free(struct core *c, struct ticket_share *s)
{
	must(!s->users && !s->held && !s->jobs.n);
	HASH_DEL(c->tickets.shares, s);
	heap_remove(&c->tickets.turns, &s->turn);
	heap_done(&s->jobs);
	free(s->ns);
	free(s);
}

/* The share that was looked up last stays, also without users: mostly it is the next one, too. */
static void set_recent(struct core *c, struct ticket_share *s)
{
	struct ticket_share *before = c->tickets.recent;
	c->tickets.recent = s;
	if (before && !before->users)
		share_free(c, before);
}

void tickets_forget(struct core *c)
{
	uint32_t initial = c->cfg.creates_initial ? c->cfg.creates_initial : INITIAL;
	struct pace_config window = {
		.least = initial < LEAST ? initial : LEAST,
		.most = initial > MOST ? initial : MOST,
		.initial = initial,
	};
	must(!c->tickets.nwaiting);
	set_recent(c, NULL);
	must(!c->tickets.shares);
	pace_init(&c->tickets.pace, &window);
	c->tickets.refused_ms = INT64_MIN / 2;
}

/* The numbers of the leader before begin elsewhere. */
void tickets_begin(struct core *c, uint64_t epoch)
{
	enum { EPOCH_BITS = 16 };
	c->tickets.last = (uint32_t)epoch << EPOCH_BITS;
}

/* ---- shares ---- */

static struct ticket_share *share_get(struct core *c, const char *ns)
{
	struct ticket_share *s = c->tickets.recent;
	if (s && !strcmp(s->ns, ns))
		return s;
	HASH_FIND_STR(c->tickets.shares, ns, s);
	if (!s) {
		s = mem_zalloc(1, sizeof *s);
		s->ns = mem_strdup(ns);
		HASH_ADD_KEYPTR(hh, c->tickets.shares, s->ns, strlen(s->ns), s);
	}
	set_recent(c, s);
	return s;
}

static void share_use(struct core *c, struct job_record *j)
{
	if (!j->tickets.share)
		j->tickets.share = share_get(c, j->ns);
	j->tickets.share->users++;
}

static void share_leave(struct core *c, struct job_record *j)
{
	struct ticket_share *s = j->tickets.share;
	if (!j->tickets.held && !j->tickets.waiting)
		j->tickets.share = NULL;
	if (--s->users == 0 && s != c->tickets.recent)
		share_free(c, s);
}

/* Whoever holds the fewest is next; of the jobs of a namespace that hold as many, the one of which
 * the fewest wait. */
static void turns_changed(struct core *c, struct job_record *j)
{
	struct ticket_share *s = j->tickets.share;
	int64_t key = (int64_t)j->tickets.held << 32 | j->tickets.waiting;
	heap_set(&s->jobs, &j->tickets.turn, j->tickets.first ? key : INT64_MAX);
	heap_set(&c->tickets.turns, &s->turn, s->jobs.n ? (int64_t)s->held : INT64_MAX);
}

/* ---- lists ---- */

static void list_in(struct core *c, struct attempt *a)
{
	struct job_tickets *t = &a->job->tickets;
	DL_APPEND2(t->first, a, ticket.prev, ticket.next);
	a->ticket.state = TICKET_WAITS;
	turns_changed(c, a->job);
}

static void unlist(struct attempt *a)
{
	if (a->ticket.state == TICKET_PARKED)
		DL_DELETE2(a->node->tickets.parked, a, ticket.prev, ticket.next);
	else
		DL_DELETE2(a->job->tickets.first, a, ticket.prev, ticket.next);
	a->ticket.state = TICKET_NONE;
}

static void list_out(struct core *c, struct attempt *a)
{
	unlist(a);
	turns_changed(c, a->job);
}

static void park(struct core *c, struct attempt *a)
{
	list_out(c, a);
	DL_APPEND2(a->node->tickets.parked, a, ticket.prev, ticket.next);
	a->ticket.state = TICKET_PARKED;
}

/* A ticket of the node came back. Without any, nothing would wake the others. */
static void unpark(struct core *c, struct node_record *n)
{
	struct attempt *a;
	while ((a = n->tickets.parked)) {
		list_out(c, a);
		list_in(c, a);
		if (n->tickets.held)
			return;
	}
}

static bool waits(const struct attempt *a)
{
	return a->ticket.state == TICKET_WAITS || a->ticket.state == TICKET_PARKED;
}

static void enter(struct core *c, struct attempt *a)
{
	share_use(c, a->job);
	a->job->tickets.waiting++;
	c->tickets.nwaiting++;
	list_in(c, a);
}

static void waits_no_more(struct core *c, struct attempt *a)
{
	a->job->tickets.waiting--;
	c->tickets.nwaiting--;
	unlist(a);
}

static void leave(struct core *c, struct attempt *a)
{
	waits_no_more(c, a);
	turns_changed(c, a->job);
	share_leave(c, a->job);
}

void ticket_want(struct core *c, struct attempt *a)
{
	if (a->ticket.state == TICKET_NONE)
		enter(c, a);
}

/* ---- tickets ---- */

/* To one that counts as a user of its share already. */
static void give(struct core *c, struct attempt *a)
{
	struct job_tickets *t = &a->job->tickets;
	if (++c->tickets.last == 0)
		c->tickets.last = 1;
	a->ticket = (struct attempt_ticket){
		.state = TICKET_HELD, .number = c->tickets.last, .since_ms = c->now_ms};
	t->held++;
	t->share->held++;
	a->node->tickets.held++;
	turns_changed(c, a->job);
	pace_started(&c->tickets.pace);
	attempt_order_changed(c, a);
}

static void take(struct core *c, struct attempt *a)
{
	struct job_tickets *t = &a->job->tickets;
	a->ticket.state = TICKET_NONE;
	t->held--;
	t->share->held--;
	a->node->tickets.held--;
	turns_changed(c, a->job);
	share_leave(c, a->job);
	unpark(c, a->node);
	attempt_order_changed(c, a);
}

void ticket_found(struct core *c, struct attempt *a)
{
	if (ticket_held(a))
		return;
	if (waits(a))
		leave(c, a);
	c->tickets.found++;
	share_use(c, a->job);
	give(c, a);
}

/* Its create would be sent now. Who is stopped has left the lists. */
static bool would_begin(const struct attempt *a)
{
	if (*a->pod_uid)
		return false;
	return a->by_coordinator || (a->state == ATTEMPT_ORDERED && node_answers(a->node));
}

static bool has_share(const struct core *c, const struct node_record *n)
{
	uint32_t part = c->tickets.pace.window / NODE_PART;
	return n->tickets.held >= (part ? part : 1);
}

static struct attempt *head(const struct core *c)
{
	if (!c->tickets.turns.n)
		return NULL;
	const struct ticket_share *s =
		OWNER_OF(heap_first(&c->tickets.turns), struct ticket_share, turn);
	return OWNER_OF(heap_first(&s->jobs), struct job_record, tickets.turn)->tickets.first;
}

struct attempt *tickets_next(struct core *c)
{
	struct attempt *a;
	while (pace_may(&c->tickets.pace, c->now_ms) && (a = head(c))) {
		if (would_begin(a) && has_share(c, a->node)) {
			park(c, a);
			continue;
		}
		if (would_begin(a)) {
			waits_no_more(c, a);
			give(c, a);
			return a;
		}
		leave(c, a);
	}
	return NULL;
}

int64_t tickets_deadline(const struct core *c)
{
	return c->tickets.turns.n ? pace_deadline(&c->tickets.pace) : INT64_MAX;
}

/* ---- back ---- */

void ticket_answered(struct core *c, struct attempt *a)
{
	if (!ticket_held(a))
		return;
	take(c, a);
	pace_answered(&c->tickets.pace, PACE_CREATE, a->ticket.since_ms, c->now_ms);
}

void ticket_failed(struct core *c, struct attempt *a)
{
	if (c->now_ms - a->ticket.since_ms >= SLOW_MS)
		ticket_answered(c, a);
	else
		ticket_back(c, a);
}

static bool refusal_counts(struct core *c, const struct attempt *a)
{
	uint64_t node = a->by_coordinator ? 0 : (uint64_t)a->node->idx + 1;
	bool together = c->now_ms - c->tickets.refused_ms <= REFUSED_TOGETHER_MS;
	bool other = node != c->tickets.refused_node;
	c->tickets.refused_node = node;
	c->tickets.refused_ms = c->now_ms;
	return !node || c->nodes.n < FEW_NODES || (together && other);
}

void ticket_refused(struct core *c, struct attempt *a, int64_t retry_after_ms)
{
	if (!ticket_held(a))
		return;
	take(c, a);
	if (refusal_counts(c, a))
		pace_refused(&c->tickets.pace, a->ticket.since_ms, c->now_ms, retry_after_ms,
			     a->by_pod.hash);
	else
		pace_back(&c->tickets.pace);
}

void ticket_back(struct core *c, struct attempt *a)
{
	if (!ticket_held(a))
		return;
	take(c, a);
	pace_back(&c->tickets.pace);
}

void ticket_drop(struct core *c, struct attempt *a)
{
	struct node_record *n = a->node;
	ticket_back(c, a);
	if (waits(a))
		leave(c, a);
	if (!n->tickets.held)
		unpark(c, n);
}
