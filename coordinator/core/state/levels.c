/* SPDX-License-Identifier: Apache-2.0 */
/* There are two kinds of sets of nodes. A level has the nodes that are equally full, in steps of
 * about a thousandth. A step of a resource has the nodes with at least so much of it, in four steps
 * to each doubling. */
#include "coordinator/core/state/levels.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/tables.h"
#include "model/quantity.h"

/* Grows with v: exact up to 7, then four steps to each doubling. */
static uint32_t step_of(int64_t v)
{
	if (v < 4)
		return v > 0 ? (uint32_t)v : 0;
	uint32_t msb = 63 - (uint32_t)__builtin_clzll((uint64_t)v);
	return (msb - 1) * 4 + (uint32_t)(v >> (msb - 2) & 3);
}

static void step_set(struct stepset *s, uint32_t node, uint32_t to)
{
	uint32_t from = s->at[node];
	for (uint32_t k = from + 1; k <= to; k++)
		bitset_set(&s->at_least[k], node);
	for (uint32_t k = from; k > to; k--)
		bitset_clear(&s->at_least[k], node);
	s->at[node] = (uint8_t)to;
}

static struct stepset *stepset_of(struct stepset **v, uint32_t res, uint32_t cap)
{
	if (!v[res])
		v[res] = mem_zalloc(1, sizeof *v[res]);
	struct stepset *s = v[res];
	if (s->cap < cap) {
		s->at = mem_realloc(s->at, cap, sizeof *s->at);
		memset(s->at + s->cap, 0, cap - s->cap);
		s->cap = cap;
	}
	return s;
}

static void tables_grow(struct core *c)
{
	struct levels *l = &c->levels;
	if (l->cap < c->nodes.cap) {
		l->of = mem_realloc(l->of, c->nodes.cap, sizeof *l->of);
		memset(l->of + l->cap, 0, (c->nodes.cap - l->cap) * sizeof *l->of);
		l->cap = c->nodes.cap;
	}
	if (!l->nres) {
		l->nres = RES_NAMES_MAX;
		l->free = mem_zalloc(l->nres, sizeof(struct stepset *));
		l->whole = mem_zalloc(l->nres, sizeof(struct stepset *));
	}
}

static void level_out(struct levels *l, uint32_t node)
{
	if (!l->of[node])
		return;
	uint32_t at = l->of[node] - 1u;
	l->of[node] = 0;
	bitset_clear(&l->level[at], node);
	if (--l->count[at] == 0)
		bitset_clear(&l->used, at);
}

static void level_in(struct levels *l, uint32_t node, uint32_t at)
{
	if (l->of[node] == at + 1)
		return;
	level_out(l, node);
	l->of[node] = (uint16_t)(at + 1);
	bitset_set(&l->level[at], node);
	if (l->count[at]++ == 0)
		bitset_set(&l->used, at);
}

/* Both are scaled down if their product would not fit. */
static uint32_t level_at(int64_t used, int64_t cap)
{
	if (cap <= 0 || used <= 0)
		return 0;
	if (used >= cap)
		return LEVELS - 1;
	uint32_t shift = cap >> 52 ? 12 : 0;
	return (uint32_t)((used >> shift) * (LEVELS - 1) / (cap >> shift));
}

/* How full the node is: the fullest of cpu, memory and pods. All pods count, as they do for
 * kube-scheduler's NodeResourcesFit: a node that pods of others fill is not empty. */
static uint32_t node_level(const struct core *c, const struct node_record *n)
{
	const int64_t *alloc = res_row(c, n, ROW_ALLOC), *used = res_row(c, n, ROW_USED);
	const int64_t *foreign = res_row(c, n, ROW_FOREIGN);
	const int64_t *nominated = res_row(c, n, ROW_NOMINATED);
	uint32_t most = 0;
	for (uint32_t r = RES_CPU; r <= RES_PODS; r++) {
		uint32_t at = level_at(
			quantity_sum(used[r], quantity_sum(foreign[r], nominated[r])), alloc[r]);
		most = at > most ? at : most;
	}
	return most;
}

void levels_update(struct core *c, const struct node_record *n, bool whole)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	const int64_t *most = res_row(c, n, ROW_WHOLE);
	tables_grow(c);
	level_in(&c->levels, n->idx, node_level(c, n));
	for (uint32_t r = 0; r < c->res.n; r++) {
		step_set(stepset_of(c->levels.free, r, c->nodes.cap), n->idx,
			 step_of(cap[r] - used[r]));
		if (whole)
			step_set(stepset_of(c->levels.whole, r, c->nodes.cap), n->idx,
				 step_of(most[r]));
	}
}

void levels_remove(struct core *c, const struct node_record *n)
{
	struct levels *l = &c->levels;
	if (n->idx >= l->cap)
		return;
	level_out(l, n->idx);
	for (uint32_t r = 0; r < c->res.n; r++) {
		step_set(stepset_of(l->free, r, c->nodes.cap), n->idx, 0);
		step_set(stepset_of(l->whole, r, c->nodes.cap), n->idx, 0);
	}
}

static void stepset_free(struct stepset *s)
{
	for (uint32_t k = 0; s && k < STEPS_N; k++)
		bitset_done(&s->at_least[k]);
	if (s)
		free(s->at);
	free(s);
}

void levels_done(struct core *c)
{
	struct levels *l = &c->levels;
	for (uint32_t i = 0; i < LEVELS; i++)
		bitset_done(&l->level[i]);
	for (uint32_t r = 0; r < l->nres; r++) {
		stepset_free(l->free[r]);
		stepset_free(l->whole[r]);
	}
	bitset_done(&l->used);
	free(l->of);
	free(l->free);
	free(l->whole);
	*l = (struct levels){0};
}

const struct bitset *levels_at_least(const struct core *c, uint32_t res, int64_t milli, bool empty)
{
	if (res >= c->levels.nres)
		return NULL;
	const struct stepset *s = empty ? c->levels.whole[res] : c->levels.free[res];
	return s ? &s->at_least[step_of(milli)] : NULL;
}

void levels_with_room(const struct core *c, const struct needs *needs, bool empty,
		      struct bitset *ok)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		const struct need *need = &needs->v[i];
		if (!need->milli)
			continue;
		const struct bitset *b = levels_at_least(c, need->res, need->milli, empty);
		if (b)
			bitset_and(ok, b);
		else
			bitset_zero(ok);
	}
}
