/* SPDX-License-Identifier: Apache-2.0 */
/* The queue: priority, then age. It may be long, and most of what waits goes on waiting, so with
 * each job stands what must have become free on one node for it to be worth a look: a cycle walks
 * over a hundred thousand of these in a fraction of a millisecond. New jobs are looked at alone. */
#include <stdlib.h>
#include <string.h>

#include "base/mutant.h"
#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

bool queue_ahead(const struct mjob *a, const struct mjob *b)
{
	if (a->priority != b->priority && !MUTANT(age_only))
		return a->priority > b->priority;
	if (a->created_ms != b->created_ms)
		return a->created_ms < b->created_ms;
	int names = strcmp(a->key, b->key);
	return names ? names < 0 : a->id < b->id;
}

static void swap(struct qitem *a, struct qitem *b)
{
	struct qitem t = *a;
	*a = *b;
	*b = t;
}

static void sift(struct qitem *v, uint32_t i, uint32_t n)
{
	for (uint32_t child = 2 * i + 1; child < n; i = child, child = 2 * i + 1) {
		if (child + 1 < n && queue_ahead(v[child].job, v[child + 1].job))
			child++;
		if (!queue_ahead(v[i].job, v[child].job))
			return;
		swap(&v[i], &v[child]);
	}
}

static void sort(struct queue *q)
{
	for (uint32_t i = q->n / 2; i > 0; i--)
		sift(q->v, i - 1, q->n);
	for (uint32_t n = q->n; n > 1; n--) {
		swap(&q->v[0], &q->v[n - 1]);
		sift(q->v, 0, n - 1);
	}
	q->dirty = false;
}

/* How many are ahead of j; the queue is in order. */
static uint32_t position(const struct queue *q, const struct mjob *j)
{
	uint32_t lo = 0, hi = q->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (queue_ahead(q->v[mid].job, j))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct qitem *queue_find(struct core *c, const struct mjob *j)
{
	struct queue *q = &c->queue;
	uint32_t i = q->dirty ? 0 : position(q, j);
	while (q->v[i].job != j)
		must(++i < q->n);
	return &q->v[i];
}

/* At its place if the queue is in order; else it is sorted as a whole before the next cycle. */
static void insert(struct queue *q, struct mjob *j)
{
	VEC_GROW(q->v, q->n, q->cap);
	uint32_t at =
		q->dirty || !q->n || queue_ahead(q->v[q->n - 1].job, j) ? q->n : position(q, j);
	memmove(q->v + at + 1, q->v + at, (q->n - at) * sizeof *q->v);
	q->v[at] = (struct qitem){.job = j, .cpu = -1, .memory = -1};
	q->n++;
	if (at < q->at)
		q->at++;
}

static void freshen(struct core *c, struct mjob *j)
{
	struct queue *q = &c->queue;
	if (j->fresh)
		return;
	j->fresh = true;
	if (q->nfresh < FRESH_MAX)
		q->fresh[q->nfresh++] = j;
	else
		c->place_dirty = true;
}

static void unfreshen(struct core *c, struct mjob *j)
{
	struct queue *q = &c->queue;
	j->fresh = false;
	for (uint32_t i = 0; i < q->nfresh; i++) {
		if (q->fresh[i] == j)
			q->fresh[i--] = q->fresh[--q->nfresh];
	}
}

void queue_look(struct core *c, struct mjob *j)
{
	if (!j->queued)
		return;
	struct qitem *it = queue_find(c, j);
	it->cpu = it->memory = -1;
	it->done = false;
	j->fresh = true;
	c->place_dirty = true;
}

void queue_put(struct core *c, struct mjob *j, uint32_t want)
{
	if (j->queued && j->want == want)
		return;
	j->want = want;
	if (j->queued) {
		queue_look(c, j);
		return;
	}
	j->queued = true;
	j->blocked = j->told_waiting = false;
	insert(&c->queue, j);
	freshen(c, j);
}

static void leave(struct core *c, struct mjob *j)
{
	unfreshen(c, j);
	why_forget(c, j);
	j->queued = j->blocked = false;
	j->want = 0;
	if (c->reserved.head != j)
		return;
	reserve_clear(c);
	c->place_dirty = true;
}

void queue_take(struct core *c, struct mjob *j)
{
	struct queue *q = &c->queue;
	if (!j->queued)
		return;
	uint32_t i = (uint32_t)(queue_find(c, j) - q->v);
	q->n--;
	memmove(q->v + i, q->v + i + 1, (q->n - i) * sizeof *q->v);
	if (i < q->at)
		q->at--;
	leave(c, j);
}

void queue_end(struct core *c)
{
	struct queue *q = &c->queue;
	uint32_t n = 0;
	for (uint32_t i = 0; q->ndone && i < q->n; i++) {
		if (q->v[i].done)
			leave(c, q->v[i].job);
		else
			q->v[n++] = q->v[i];
	}
	q->n = q->ndone ? n : q->n;
	q->ndone = 0;
}

void queue_forget(struct core *c)
{
	for (uint32_t i = 0; i < c->queue.n; i++)
		leave(c, c->queue.v[i].job);
	c->queue.n = c->queue.at = c->queue.nfresh = c->queue.ndone = 0;
	c->queue.dirty = false;
	bitset_zero(&c->queue.grown);
	bitset_zero(&c->queue.recapped);
}

/* The node has more room than before, or is another; whole: it may hold more than ever before. */
void queue_grown(struct core *c, const struct mnode *n, bool whole)
{
	bitset_set(&c->queue.grown, n->idx);
	if (whole)
		bitset_set(&c->queue.recapped, n->idx);
	c->place_dirty = true;
}

static void take_growth(struct core *c)
{
	struct queue *q = &c->queue;
	if (!c->place_more) { /* else what the cycle began with counts for the rest of it */
		q->free_cpu = q->free_memory = -1;
		q->recap = false;
	}
	q->recap |= bitset_next(&q->recapped, 0) != UINT32_MAX;
	for (uint32_t i = bitset_next(&q->grown, 0); i != UINT32_MAX;
	     i = bitset_next(&q->grown, i + 1)) {
		const struct mnode *n = i < c->nnodes ? c->node_at[i] : NULL;
		if (!n || !bitset_has(&c->usable, i))
			continue;
		const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
		bool whole = bitset_has(&q->recapped, i);
		int64_t cpu = cap[RES_CPU] - (whole ? 0 : used[RES_CPU]);
		int64_t memory = cap[RES_MEMORY] - (whole ? 0 : used[RES_MEMORY]);
		q->free_cpu = cpu > q->free_cpu ? cpu : q->free_cpu;
		q->free_memory = memory > q->free_memory ? memory : q->free_memory;
	}
	bitset_zero(&q->grown);
	bitset_zero(&q->recapped);
}

void queue_begin(struct core *c)
{
	struct queue *q = &c->queue;
	c->place_dirty = false;
	q->at = 0;
	if (q->dirty)
		sort(q);
	take_growth(c);
	q->nfresh = 0; /* they are in the queue like all others */
}

bool queue_worth(const struct core *c, const struct qitem *it)
{
	const struct queue *q = &c->queue;
	return (it->cpu <= q->free_cpu && it->memory <= q->free_memory) ||
	       (!c->reserved.head && !it->impossible);
}
