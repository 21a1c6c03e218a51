/* SPDX-License-Identifier: Apache-2.0 */
/* Backfill. A job that does not fit holds nodes: as many as it needs, of those that could hold its
 * members if there were no other pods; first those that are free now, then those that become free
 * first. An end is the deadline of a job and the grace period of its pods, within a day.
 *
 * - If it is known when the nodes are free, all jobs behind leave them alone, but those that end
 *   before that time.
 * - If it is not known, jobs of lower priority leave them alone; those of the same priority do from
 *   pass_limit_ms on, unless a job ahead holds nodes that could serve as well. After max_hold_ms
 * the nodes are given back, and for a while none are held for the job: for as long at first, then
 * each time for twice as long, a day at most.
 *
 * Of the jobs of a namespace, namespace_holds hold nodes from the jobs of other namespaces: the
 * first in the queue. The others hold them from their own namespace, so that a namespace with many
 * jobs that wait keeps no more from others than one with few. It does so for half of the time at
 * most, where nobody knows until when: see state/share.h.
 *
 * What comes free while a cycle goes on in parts is held for those jobs whom it could serve, until
 * the next cycle chooses again.
 *
 * This is done for the first job that does not fit; for the first jobs that others of lower
 * priority are behind; and for the oldest of those that wait for other nodes than these. Their
 * number is bounded, as is that of jobs that Slurm's backfill tests (bf_max_job_test). */
#include "coordinator/core/place/reserve.h"

#include <stdlib.h>

#include "coordinator/core/place/ends.h"
#include "coordinator/core/place/passer.h"
#include "coordinator/core/place/placing.h"
#include "coordinator/core/state/hold.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/share.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/waiting.h"

enum {
	NAMES_MAX = 2000, /* bytes of names in a log line */
	VAIN_MAX = 6
};

static void tell(struct core *c, const struct reservation *r)
{
	AUTO(buf_done) struct buf names = BUF_INIT(NAMES_MAX);
	const struct bitset *b = &r->nodes;
	reservation_told(c, r->job);
	if (!c->log || c->log->min > LOG_DEBUG)
		return;
	for (uint32_t i = bitset_next(b, 0); i != UINT32_MAX; i = bitset_next(b, i + 1))
		buf_printf(&names, "%s%s", names.len ? "," : "", c->nodes.at[i]->name);
	log_debug(c->log, "nodes reserved", KS("job", r->job->key), KI("count", bitset_count(b)),
		  KI("in_ms", r->at_ms == INT64_MAX ? -1 : r->at_ms - c->now_ms),
		  KI("equal", r->equal), KI("own", r->own), KI("counted", r->until_ms != INT64_MAX),
		  KS("nodes", buf_str(&names)));
}

static int by_time(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	if (a->score != b->score)
		return a->score < b->score ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

/* The node could hold a member of the job if there were no other pods. */
static bool could_hold(const struct core *c, const struct job_record *j, uint32_t node)
{
	const struct node_record *n = c->nodes.at[node];
	return res_fits_whole(c, n, &j->spec.request->needs) && !job_refused_by(c, j, n) &&
	       !job_forbidden_by(c, j, n);
}

/* All nodes that could, without those that can hold no more members of it; some that could not may
 * be there, too. */
static void possible_nodes(struct core *c, const struct job_record *j, struct bitset *ok)
{
	AUTO(mem_freep) uint32_t *there = job_there(c, j);
	bitset_copy(ok, &c->nodes.usable);
	bitset_and(ok, &selection_evaluate(c, j->spec.request)->match);
	levels_with_room(c, &j->spec.request->needs, true, ok);
	if (there)
		job_leave_open(j, there, ok);
	nodes_leave_narrow(c, j, ok);
	objects_leave_reachable(c, j->spec.request, ok);
	/* Nobody knows when a volume is free. */
	objects_leave_attachable(c, j->spec.request, ok);
}

/* Offers the node for as many members as may be there, beside those that are. */
static void offer(struct core *c, const struct job_record *j, const struct passer *p, uint32_t node,
		  uint32_t there)
{
	struct reservation_table *t = &c->reservations;
	const struct node_record *n = c->nodes.at[node];
	const struct needs *needs = &j->spec.request->needs;
	struct candidate at[PER_NODE_MAX];
	uint32_t most = job_most_on_node(j) - there, need = job_needs_at_once(j);
	c->placing->work += WORK_END + n->nlive / ENDS;
	if (!could_hold(c, j, node))
		return;
	most = res_room_whole(c, n, needs, most < need ? most : need);
	uint32_t mine = passer_most(c, p, node, most);
	uint32_t k = ends_rooms(c, n, needs, mine, at);
	int64_t ports_at = ends_ports_at(c, n, j->spec.request);
	if (mine < most)
		at[k++] = (struct candidate){AT_AHEAD, node, most - mine};
	for (uint32_t i = 0; i < k; i++) {
		at[i].score = ports_at > at[i].score ? ports_at : at[i].score;
		VEC_GROW(t->offers, t->noffers, t->offers_cap);
		t->offers[t->noffers++] = at[i];
	}
}

/* Drops the offers of nodes that are not possible any more: several steps may ask, and nodes go in
 * between. */
static void keep_offers(struct reservation_table *t, const struct bitset *ok)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->noffers; i++) {
		if (bitset_has(ok, t->offers[i].node))
			t->offers[n++] = t->offers[i];
	}
	t->noffers = n;
}

/* Finds, for each node that could hold a member of the job, when it can, and sorts them by that
 * time. False: some nodes are still to be asked. */
static bool offers(struct core *c, const struct job_record *j)
{
	AUTO(bitset_done) struct bitset ok = {0};
	struct reservation_table *t = &c->reservations;
	struct passer p = passer_of(c, j);
	if (t->asking != j)
		t->noffers = t->ask_next = 0;
	t->asking = j;
	possible_nodes(c, j, &ok);
	AUTO(mem_freep) uint32_t *there = job_there(c, j);
	for (uint32_t i = bitset_next(&ok, t->ask_next); i != UINT32_MAX;
	     i = bitset_next(&ok, t->ask_next)) {
		offer(c, j, &p, i, there ? there[i] : 0);
		t->ask_next = i + 1;
		if (c->placing->work >= work_most(c)) /* at least one node was asked */
			return false;
	}
	keep_offers(t, &ok);
	if (t->noffers)
		qsort(t->offers, t->noffers, sizeof *t->offers, by_time);
	t->asking = NULL;
	return true;
}

/* A node that could hold a member of the job could hold one of a job that holds nodes, too. */
static bool shares(const struct core *c, const struct job_record *j, const struct bitset *ok)
{
	AUTO(bitset_done) struct bitset both = {0};
	for (uint32_t k = 0; k < c->reservations.n; k++) {
		if (reservation_foreign(&c->reservations.v[k], j->ns))
			continue;
		bitset_copy(&both, ok);
		bitset_and(&both, &c->reservations.v[k].possible);
		for (uint32_t i = bitset_next(&both, 0); i != UINT32_MAX;
		     i = bitset_next(&both, i + 1)) {
			if (could_hold(c, j, i))
				return true;
		}
	}
	return false;
}

static int64_t pass_ends(const struct core *c, const struct job_record *j)
{
	return j->place.since_ms + c->cfg.pass_limit_ms;
}

/* Jobs of lower priority may be behind. */
static bool above_floor(const struct core *c, const struct job_record *j)
{
	return j->spec.priority > c->reservations.floor;
}

static void wake_at(struct core *c, int64_t at_ms)
{
	if (at_ms > c->now_ms && at_ms < c->reservations.wake_ms)
		c->reservations.wake_ms = at_ms;
}

/* The nodes would be held from other namespaces, too. */
static bool may_bind_others(const struct core *c, const struct job_record *j, bool known)
{
	uint32_t most = c->cfg.namespace_holds;
	return !most ||
	       ((known || !share_pause(c, j->ns)) && reservations_binding(c, j->ns) < most);
}

/* A hold without a known end. False: it is over. */
static bool hold_goes_on(struct core *c, struct job_record *j)
{
	int64_t most = c->cfg.max_hold_ms;
	if (!j->place.held_ms) {
		hold_since(j, c->now_ms);
		waiting_soon(c, j); /* its message says so */
	}
	if (c->now_ms < j->place.held_ms + most)
		return true;
	int64_t pause = most << (j->place.in_vain < VAIN_MAX ? j->place.in_vain : VAIN_MAX);
	hold_pause(j, c->now_ms + (pause < HORIZON_MS ? pause : HORIZON_MS));
	waiting_soon(c, j);
	log_debug(c->log, "nodes held in vain", KS("job", j->key));
	return false;
}

/* For how many members nodes are offered. */
static uint32_t offered(const struct reservation_table *t)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < t->noffers && n < PARALLELISM_MAX; i++)
		n += t->offers[i].members;
	return n;
}

/* The first offers, which are enough for so many members. */
static uint32_t first_offers(const struct reservation_table *t, uint32_t members)
{
	uint32_t n = 0, i = 0;
	while (n < members)
		n += t->offers[i++].members;
	return i;
}

/* The job had all nodes that it needs when it was looked at, so it waits for something else. If
 * some came free since, the next cycle gives them to it. */
static bool has_all(const struct core *c, uint32_t n)
{
	const struct candidate *v = c->reservations.offers;
	for (uint32_t i = 0; i < n; i++) {
		if (v[i].score > c->now_ms || bitset_has(&c->queue.grown, v[i].node))
			return false;
	}
	return true;
}

/* Holds the first nodes of the offers for the job. */
static void hold(struct core *c, struct job_record *j, bool shared)
{
	const struct reservation_table *t = &c->reservations;
	uint32_t need = job_needs_at_once(j), n = first_offers(t, need);
	int64_t at = t->offers[n - 1].score;
	bool known = at < AT_UNKNOWN, equal = known || (!shared && c->now_ms >= pass_ends(c, j));
	bool counts = !known && (equal || above_floor(c, j));
	if (has_all(c, n) || (counts && !hold_goes_on(c, j)))
		return;
	share_count(c, j->ns);
	bool others = may_bind_others(c, j, known);
	struct reservation *r = reservation_add(c, j);
	r->equal = equal;
	r->own = !others;
	r->at_ms = known ? at : INT64_MAX;
	r->until_ms = counts ? j->place.held_ms + c->cfg.max_hold_ms : INT64_MAX;
	r->most = job_most_on_node(j) < need ? job_most_on_node(j) : need;
	for (uint32_t i = 0; i < t->noffers; i++) {
		uint32_t members = t->offers[i].members < need ? t->offers[i].members : need;
		bitset_set(&r->possible, t->offers[i].node);
		if (i < n)
			reservation_hold(c, r, t->offers[i].node, members);
		need -= members;
	}
	wake_at(c, known ? at + OVERDUE_MS : r->until_ms);
	if (!equal)
		wake_at(c, pass_ends(c, j));
	wake_at(c, !others ? share_pause(c, j->ns) : counts ? share_spend(c, j->ns) : 0);
	tell(c, r);
}

/* The job is one of those for which nodes may be held. *ret_shared: a job ahead holds nodes that
 * could serve as well. */
static bool may_hold(struct core *c, const struct queue_item *it, bool *ret_shared)
{
	AUTO(bitset_done) struct bitset ok = {0};
	struct reservation_table *t = &c->reservations;
	const struct job_record *j = it->job;
	bool first = reservations_none(c, j->ns), older = c->now_ms >= pass_ends(c, j);
	if (it->impossible || !share_left(c, j->ns) || j->place.pause_ms > c->now_ms ||
	    (!first && !above_floor(c, j) && !older))
		return false;
	possible_nodes(c, j, &ok);
	/* All that match hold as many members of it as they may already. */
	if (j->members.attempts && bitset_count(&ok) * job_most_on_node(j) < job_needs_at_once(j))
		return false;
	*ret_shared = shares(c, j, &ok);
	if (first || t->asking == j)
		return true;
	share_looked(c, j->ns);
	return above_floor(c, j) || !*ret_shared;
}

/* A new job that is looked at alone is no reason to hold nodes, unless it is behind all for which
 * nodes are held. */
static bool out_of_turn(const struct core *c, const struct job_record *j)
{
	const struct reservation_table *t = &c->reservations;
	return c->placing->cycle == CYCLE_NEW && (!t->n || queue_ahead(j, t->v[t->n - 1].job));
}

/* False: the next step goes on asking. */
static bool consider(struct core *c, struct queue_item *it)
{
	struct reservation_table *t = &c->reservations;
	bool shared = false;
	if (out_of_turn(c, it->job)) {
		queue_due(c);
		return true;
	}
	if (!may_hold(c, it, &shared))
		return true;
	if (!offers(c, it->job))
		return false;
	bool enough = offered(t) >= job_needs_at_once(it->job);
	/* One that has members may get a node when one of them ends. */
	queue_possible(it, enough || it->job->members.attempts);
	if (enough)
		hold(c, it->job, shared);
	return true;
}

bool reserve_consider(struct core *c, struct queue_item *it)
{
	struct job_record *j = it->job;
	if (!consider(c, it))
		return false;
	if (!reservation_of(c, j))
		reservation_untold(c, j);
	if (j->place.pause_ms > c->now_ms)
		queue_hold_from(c, it, j->place.pause_ms);
	else
		queue_hold_from(c, it, above_floor(c, j) ? 0 : pass_ends(c, j));
	return true;
}

bool reserve_holds(const struct core *c, uint32_t node)
{
	for (uint32_t i = 0; i < c->reservations.n; i++) {
		const struct reservation *r = &c->reservations.v[i];
		if (!reservation_binds_nobody(r) && bitset_has(&r->nodes, node))
			return true;
	}
	return false;
}

/* What is held from others than before. */
static bool floor_moved(const struct core *c)
{
	return c->reservations.n && queue_floor(c) != c->reservations.floor;
}

bool reserve_due(const struct core *c)
{
	return reserve_deadline(c) <= c->now_ms || floor_moved(c);
}

int64_t reserve_deadline(const struct core *c)
{
	int64_t a = c->reservations.wake_ms, b = c->queue.wake_ms;
	return a < b ? a : b;
}
