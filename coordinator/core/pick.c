/* SPDX-License-Identifier: Apache-2.0 */
/* The best nodes for a job. One look over all nodes costs as much as there are nodes, so in a cycle
 * with many jobs each request keeps a heap of the nodes that fit it, best first, and brings it up
 * to date from the log of the cycle's placements. Both ways give the same answer: the lowest score,
 * and of equal ones the lowest index. */
#include <stdlib.h>

#include "base/mutant.h"
#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

enum { HEAPS_MAX = 256, HEAP_WORTH_JOBS = 8, NOT_IN = UINT32_MAX };

struct pick_heap {
	struct cand *v;
	uint32_t *pos; /* by node; NOT_IN */
	uint32_t n, log_at;
};

/* How full the node would be in what is asked for, in thousandths: the fullest counts. */
static int64_t fullness(const struct core *c, const struct mnode *n, const struct needs *needs)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	int64_t most = 0, sum = 0;
	for (uint32_t i = 0; i < needs->n; i++) {
		uint32_t r = needs->v[i].res;
		if (r == UINT32_MAX || cap[r] <= 0)
			continue;
		int64_t f =
			(int64_t)((double)(used[r] + needs->v[i].milli) * 1000.0 / (double)cap[r]);
		most = f > most ? f : most;
		sum += f;
	}
	return most * 1000 + sum;
}

static int64_t score(const struct core *c, const struct mnode *n, const struct needs *needs)
{
	int64_t full = fullness(c, n, needs);
	return c->cfg.spread ? full : -full;
}

static int cand_after(const struct cand *a, const struct cand *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	return MUTANT(last_of_equals) ? a->node < b->node : a->node > b->node;
}

static void cand_sift(struct cand *v, uint32_t i, uint32_t n)
{
	for (uint32_t child = 2 * i + 1; child < n; i = child, child = 2 * i + 1) {
		if (child + 1 < n && cand_after(&v[child + 1], &v[child]))
			child++;
		if (!cand_after(&v[child], &v[i]))
			return;
		struct cand t = v[i];
		v[i] = v[child];
		v[child] = t;
	}
}

/* Keeps the best want of them in v[0…want-1], best first in no order; a bounded heap. */
static uint32_t cand_add(struct cand *v, uint32_t n, uint32_t want, struct cand x)
{
	if (n < want) {
		uint32_t i = n;
		for (; i && cand_after(&x, &v[(i - 1) / 2]); i = (i - 1) / 2)
			v[i] = v[(i - 1) / 2];
		v[i] = x;
		return n + 1;
	}
	if (cand_after(&v[0], &x)) {
		v[0] = x;
		cand_sift(v, 0, n);
	}
	return n;
}

static struct cand *cand_room(struct core *c, uint32_t want)
{
	if (want > c->cands_cap) {
		c->cands_cap = want;
		c->cands = mem_realloc(c->cands, want, sizeof *c->cands);
	}
	return c->cands;
}

static void sort_cands(struct cand *v, uint32_t n)
{
	for (; n > 1; n--) { /* v is a heap, the worst first */
		struct cand t = v[0];
		v[0] = v[n - 1];
		v[n - 1] = t;
		cand_sift(v, 0, n - 1);
	}
}

/* Over all nodes. */
static uint32_t scan(struct core *c, struct mjob *j, uint32_t want, uint32_t *ret_fit)
{
	AUTO(bitset_done) struct bitset ok = {0}, busy = {0};
	struct cand *v = cand_room(c, want);
	uint32_t n = 0, fit = 0;
	if (!MUTANT(busy_ignored))
		place_busy(j, &busy);
	bitset_copy(&ok, &c->usable);
	bitset_and(&ok, &j->cls->match);
	bitset_andnot(&ok, &busy);
	if (!reserve_allows(c, j))
		bitset_andnot(&ok, &c->reserved.nodes);
	for (uint32_t i = bitset_next(&ok, 0); i != UINT32_MAX; i = bitset_next(&ok, i + 1)) {
		const struct mnode *node = c->node_at[i];
		if (!res_fits(c, node, &j->cls->needs) || refused_there(c, j, node))
			continue;
		fit++;
		n = cand_add(v, n, want, (struct cand){score(c, node, &j->cls->needs), i});
	}
	*ret_fit = fit;
	sort_cands(v, n);
	return n;
}

static void heap_put(struct pick_heap *h, uint32_t i, struct cand x)
{
	h->v[i] = x;
	h->pos[x.node] = i;
}

static void heap_up(struct pick_heap *h, uint32_t i)
{
	struct cand x = h->v[i];
	for (; i && cand_after(&h->v[(i - 1) / 2], &x); i = (i - 1) / 2)
		heap_put(h, i, h->v[(i - 1) / 2]);
	heap_put(h, i, x);
}

static void heap_down(struct pick_heap *h, uint32_t i)
{
	struct cand x = h->v[i];
	for (uint32_t child = 2 * i + 1; child < h->n; i = child, child = 2 * i + 1) {
		if (child + 1 < h->n && cand_after(&h->v[child], &h->v[child + 1]))
			child++;
		if (!cand_after(&x, &h->v[child]))
			break;
		heap_put(h, i, h->v[child]);
	}
	heap_put(h, i, x);
}

static void heap_add(struct pick_heap *h, struct cand x)
{
	heap_put(h, h->n++, x);
	heap_up(h, h->n - 1);
}

static void heap_remove(struct pick_heap *h, uint32_t i)
{
	h->pos[h->v[i].node] = NOT_IN;
	struct cand last = h->v[--h->n];
	if (i == h->n)
		return;
	heap_put(h, i, last);
	heap_up(h, i);
	heap_down(h, h->pos[last.node]);
}

static void heap_fill(struct core *c, const struct reqclass *k, struct pick_heap *h)
{
	AUTO(bitset_done) struct bitset ok = {0};
	bitset_copy(&ok, &c->usable);
	bitset_and(&ok, &k->match);
	h->n = 0;
	h->log_at = c->nplaced_log;
	for (uint32_t i = 0; i < c->nnodes; i++)
		h->pos[i] = NOT_IN;
	for (uint32_t i = bitset_next(&ok, 0); i != UINT32_MAX; i = bitset_next(&ok, i + 1)) {
		if (res_fits(c, c->node_at[i], &k->needs))
			heap_put(h, h->n++, (struct cand){score(c, c->node_at[i], &k->needs), i});
	}
	for (uint32_t i = h->n / 2; i > 0; i--)
		heap_down(h, i - 1);
}

static void heap_refresh(struct core *c, const struct reqclass *k, struct pick_heap *h)
{
	if (c->nplaced_log - h->log_at > c->nnodes / 4 + 8) {
		heap_fill(c, k, h);
		return;
	}
	for (; h->log_at < c->nplaced_log; h->log_at++) {
		uint32_t node = c->placed_log[h->log_at], i = h->pos[node];
		if (i == NOT_IN)
			continue;
		if (!res_fits(c, c->node_at[node], &k->needs)) {
			heap_remove(h, i);
			continue;
		}
		h->v[i].score = score(c, c->node_at[node], &k->needs);
		heap_up(h, i);
		heap_down(h, h->pos[node]);
	}
}

static struct pick_heap *heap_of(struct core *c, struct reqclass *k)
{
	struct pick_heap *h = k->heap;
	if (h) {
		heap_refresh(c, k, h);
		return h;
	}
	if (c->nheaps == HEAPS_MAX)
		return NULL;
	h = mem_zalloc(1, sizeof *h);
	h->v = mem_zalloc(c->nnodes + 1, sizeof *h->v);
	h->pos = mem_zalloc(c->nnodes + 1, sizeof *h->pos);
	heap_fill(c, k, h);
	k->heap = h;
	if (!c->heaps)
		c->heaps = mem_zalloc(HEAPS_MAX, sizeof(struct reqclass *));
	c->heaps[c->nheaps++] = k;
	return h;
}

/* The want best of the heap, put back as they were: the log of what is placed corrects them. */
static uint32_t heap_best(struct core *c, struct pick_heap *h, uint32_t want)
{
	struct cand *v = cand_room(c, want);
	uint32_t n = want < h->n ? want : h->n;
	for (uint32_t i = 0; i < n; i++) {
		v[i] = h->v[0];
		heap_remove(h, 0);
	}
	for (uint32_t i = 0; i < n; i++)
		heap_add(h, v[i]);
	return n;
}

static bool plain(const struct core *c, const struct mjob *j)
{
	return c->nqueue >= HEAP_WORTH_JOBS && !j->atts && !j->nrefusals && reserve_allows(c, j);
}

uint32_t pick(struct core *c, struct mjob *j, uint32_t need, uint32_t *ret_fit)
{
	struct pick_heap *h = plain(c, j) ? heap_of(c, j->cls) : NULL;
	if (!h)
		return scan(c, j, j->want, ret_fit);
	*ret_fit = h->n;
	return h->n < need ? 0 : heap_best(c, h, j->want);
}

void pick_used(struct core *c, uint32_t node)
{
	VEC_GROW(c->placed_log, c->nplaced_log, c->placed_log_cap);
	c->placed_log[c->nplaced_log++] = node;
}

void pick_forget(struct core *c, struct reqclass *k)
{
	if (!k->heap)
		return;
	for (uint32_t i = 0; i < c->nheaps; i++) {
		if (c->heaps[i] == k)
			c->heaps[i] = c->heaps[--c->nheaps];
	}
	free(k->heap->v);
	free(k->heap->pos);
	free(k->heap);
	k->heap = NULL;
}

void pick_end(struct core *c)
{
	while (c->nheaps)
		pick_forget(c, c->heaps[c->nheaps - 1]);
	c->nplaced_log = 0;
}

/* Between the steps of a cycle anything may have changed but by our placements. */
void pick_begin(struct core *c)
{
	if (c->pick_room != c->room_version || c->pick_labels != c->label_version)
		pick_end(c);
	c->pick_room = c->room_version;
	c->pick_labels = c->label_version;
}
