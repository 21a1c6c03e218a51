/* SPDX-License-Identifier: Apache-2.0 */
/* EASY backfill. The first job of the queue that does not fit gets a reservation if the empty
 * cluster could hold it: nodes that are kept for it, from the time when they are free by the
 * deadlines of the jobs that run there. A job behind may use these nodes only if its own deadline
 * ends before that time. If no such time can be computed, no nodes are kept, and jobs behind may
 * pass. */
#include "coordinator/core/place/reserve.h"

#include <stdlib.h>
#include <utlist.h>

#include "coordinator/core/place/placing.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/tables.h"

enum { NAMES_MAX = 2000 }; /* bytes of names in a log line */

/* What the end of one attempt gives back, and when. */
struct ending {
	int64_t at;
	const struct attempt *attempt;
};

static void tell(struct core *c, const struct job_record *j)
{
	AUTO(buf_done) struct buf names = BUF_INIT(NAMES_MAX);
	const struct bitset *b = &c->reservation.nodes;
	c->reservation.told = j;
	if (!c->log || c->log->min > LOG_DEBUG)
		return;
	for (uint32_t i = bitset_next(b, 0); i != UINT32_MAX; i = bitset_next(b, i + 1))
		buf_printf(&names, "%s%s", names.len ? "," : "", c->nodes.at[i]->name);
	log_debug(c->log, "nodes reserved", KS("job", j->key), KI("count", bitset_count(b)),
		  KI("in_ms", c->reservation.at_ms - c->now_ms), KS("nodes", buf_str(&names)));
}

/* When the job ends at the latest; INT64_MAX: not known. */
static int64_t ends_at(const struct core *c, const struct job_record *j)
{
	if (j->spec.deadline_s < 0 || !j->object.known)
		return INT64_MAX;
	if (!j->life.start_ms)
		return c->now_ms + j->spec.deadline_s * 1000;
	if (j->life.deadline_at_ms != INT64_MAX)
		return j->life.deadline_at_ms;
	/* The job was placed in this cycle. */
	return c->now_ms + j->life.start_ms + j->spec.deadline_s * 1000 - c->wall_ms;
}

bool reserve_allows(const struct core *c, const struct job_record *j)
{
	if (!c->reservation.holds || c->reservation.head == j)
		return true;
	return ends_at(c, j) <= c->reservation.at_ms;
}

bool reserve_allows_deadline(const struct core *c, int64_t deadline_s)
{
	return !c->reservation.holds ||
	       (deadline_s >= 0 && c->now_ms + deadline_s * 1000 <= c->reservation.at_ms);
}

static int by_end(const void *a, const void *b)
{
	int64_t x = ((const struct ending *)a)->at, y = ((const struct ending *)b)->at;
	return (x > y) - (x < y);
}

/* The attempts on the node whose end is known, those that end first at the beginning. */
static uint32_t endings(const struct core *c, const struct node_record *n, struct ending *v)
{
	const struct attempt *a;
	uint32_t k = 0;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		int64_t at = a->takes_room ? ends_at(c, a->job) : INT64_MAX;
		if (at != INT64_MAX)
			v[k++] = (struct ending){at, a};
	}
	qsort(v, k, sizeof *v, by_end);
	return k;
}

static void give_back(const struct needs *needs, const struct attempt *a, int64_t *left)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		for (uint32_t k = 0; k < a->needs.n; k++) {
			if (a->needs.v[k].res == needs->v[i].res)
				left[i] += a->needs.v[k].milli;
		}
	}
}

static bool enough(const struct needs *needs, const int64_t *left)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		if (left[i] < needs->v[i].milli)
			return false;
	}
	return true;
}

/* When the node has room for one more member, if all members there end at their deadlines;
 * INT64_MAX: not known. */
static int64_t free_at(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	if (res_fits(c, n, needs))
		return c->now_ms;
	AUTO(mem_freep) int64_t *left = mem_zalloc(needs->n + 1, sizeof *left);
	AUTO(mem_freep) struct ending *v = mem_zalloc(n->nlive + 1, sizeof *v);
	uint32_t k = endings(c, n, v);
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res != UINT32_MAX)
			left[i] = cap[needs->v[i].res] - used[needs->v[i].res];
	}
	for (uint32_t i = 0; i < k; i++) {
		give_back(needs, v[i].attempt, left);
		/* Members that end at the same time count together. */
		if ((i + 1 == k || v[i + 1].at > v[i].at) && enough(needs, left))
			return v[i].at > c->now_ms ? v[i].at : c->now_ms;
	}
	return INT64_MAX;
}

static int by_time(const void *pa, const void *pb)
{
	const struct candidate *a = pa, *b = pb;
	if (a->score != b->score)
		return a->score < b->score ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

static void offer(struct core *c, const struct job_record *j, const struct node_record *n,
		  bool busy)
{
	struct reservation *r = &c->reservation;
	if (!res_fits_empty(c, n, &j->spec.request->needs) || job_refused_by(c, j, n) ||
	    job_forbidden_by(c, j, n))
		return;
	int64_t at = busy ? INT64_MAX : free_at(c, n, &j->spec.request->needs);
	VEC_GROW(r->offers, r->noffers, r->offers_cap);
	r->offers[r->noffers++] = (struct candidate){at, n->idx};
	c->placing->work += WORK_END + n->nlive / ENDS;
}

/* Finds, for each node that could ever hold a member of the job, when it can, and sorts them by
 * that time. For a node that holds a member of the job the time is not known. False: some nodes are
 * still to be asked. */
static bool offers(struct core *c, const struct job_record *j)
{
	AUTO(bitset_done) struct bitset ok = {0}, busy = {0};
	struct reservation *r = &c->reservation;
	if (r->asking != j)
		r->noffers = r->ask_next = 0;
	r->asking = j;
	job_nodes(j, &busy);
	bitset_copy(&ok, &c->nodes.usable);
	bitset_and(&ok, &selection_evaluate(c, j->spec.request)->match);
	levels_with_room(c, &j->spec.request->needs, true, &ok);
	for (uint32_t i = bitset_next(&ok, r->ask_next); i != UINT32_MAX;
	     i = bitset_next(&ok, r->ask_next)) {
		offer(c, j, c->nodes.at[i], bitset_has(&busy, i));
		r->ask_next = i + 1;
		if (c->placing->work >= work_most(c)) /* at least one node was asked */
			return false;
	}
	if (r->noffers)
		qsort(r->offers, r->noffers, sizeof *r->offers, by_time);
	r->asking = NULL;
	return true;
}

bool reserve_consider(struct core *c, struct queue_item *it)
{
	const struct job_record *j = it->job;
	struct reservation *r = &c->reservation;
	uint32_t need = job_needs_at_once(j);
	if (r->head || it->impossible)
		return true;
	if (!offers(c, j))
		return false;
	queue_possible(it, r->noffers >= need);
	if (it->impossible) {
		if (r->told == j)
			reservation_untold(c);
		return true;
	}
	r->head = j;
	r->at_ms = r->offers[need - 1].score;
	/* No nodes are kept if no time is known, or if they have room now: then the job lacks
	 * something else. */
	r->holds = r->at_ms != INT64_MAX && r->at_ms > c->now_ms;
	for (uint32_t i = 0; r->holds && i < need; i++)
		bitset_set(&r->nodes, r->offers[i].node);
	if (r->holds)
		tell(c, j);
	else
		reservation_untold(c);
	return true;
}
