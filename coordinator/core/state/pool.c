/* SPDX-License-Identifier: Apache-2.0 */
/* The rule is that of kube-scheduler (FindMatchingVolume): of the volumes of the claim's class with
 * its volumeMode, its access modes and at least its size, from which the node is reached, the
 * smallest. */
#include "coordinator/core/state/pool.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/terms.h"

enum { WHERE_MAX = 1024 * 1024 };

static void pooled_free(struct pooled *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		free(v[i].name);
		free(v[i].rv);
		free(v[i].where);
	}
	free(v);
}

static void given_free(struct given *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		free(v[i].volume);
		free(v[i].ns);
		free(v[i].claim);
		free(v[i].uid);
	}
	free(v);
}

static void given_add(struct lookup *l, const struct needed *volume)
{
	if (!*str_or_empty(volume->for_claim) || l->ngiven_next == POOL_MAX)
		return;
	VEC_GROW(l->given_next, l->ngiven_next, l->given_cap);
	l->given_next[l->ngiven_next++] = (struct given){.volume = mem_strdup(volume->meta.name),
							 .ns = mem_strdup(volume->for_ns),
							 .claim = mem_strdup(volume->for_claim),
							 .uid = mem_strdup(volume->for_uid)};
}

const char *pool_given(const struct lookup *pool, const struct lookup *claim)
{
	for (uint32_t i = 0; i < pool->ngiven; i++) {
		const struct given *g = &pool->given[i];
		if (str_eq(g->claim, claim->name) && str_eq(g->ns, claim->ns) &&
		    (!*g->uid || str_eq(g->uid, claim->uid)))
			return g->volume;
	}
	return NULL;
}

void pool_add(struct lookup *l, const struct needed *volume)
{
	AUTO(buf_done) struct buf where = BUF_INIT(WHERE_MAX);
	if (!str_eq(volume->storage_class, l->name))
		return;
	if (volume->taken)
		given_add(l, volume);
	if (volume->taken || l->npool_next == POOL_MAX)
		return;
	for (size_t i = 0; i < ARRAY_LEN(volume->where); i++)
		terms_put(&where, volume->where[i].v, volume->where[i].n);
	if (buf_rc(&where) != RC_OK)
		return; /* nobody can say where a volume of so many places is */
	VEC_GROW(l->pool_next, l->npool_next, l->pool_cap);
	l->pool_next[l->npool_next++] = (struct pooled){.name = mem_strdup(volume->meta.name),
							.rv = mem_strdup(volume->meta.rv),
							.where = buf_steal(&where),
							.bytes = volume->bytes,
							.modes = volume->modes,
							.block = volume->block};
}

/* The smallest first; of equal ones, that whose name comes first. */
static int by_size(const void *pa, const void *pb)
{
	const struct pooled *a = pa, *b = pb;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? -1 : 1;
	return strcmp(a->name, b->name);
}

void pool_end(struct lookup *l, bool complete)
{
	if (complete) {
		pooled_free(l->pool, l->npool);
		l->pool = l->pool_next;
		l->npool = l->npool_next;
		given_free(l->given, l->ngiven);
		l->given = l->given_next;
		l->ngiven = l->ngiven_next;
		if (l->npool)
			qsort(l->pool, l->npool, sizeof *l->pool, by_size);
	} else {
		pooled_free(l->pool_next, l->npool_next);
		given_free(l->given_next, l->ngiven_next);
	}
	l->pool_next = NULL;
	l->npool_next = l->pool_cap = 0;
	l->given_next = NULL;
	l->ngiven_next = l->given_cap = 0;
}

void pool_done(struct lookup *l)
{
	pool_end(l, false);
	pooled_free(l->pool, l->npool);
	given_free(l->given, l->ngiven);
}

static bool meets(const struct pooled *v, const struct lookup *claim)
{
	return !v->taken && v->bytes >= claim->bytes && v->block == claim->block &&
	       (claim->modes & ~v->modes) == 0;
}

static void reach(const struct core *c, const struct pooled *v, struct bitset *nodes)
{
	struct reader r = {v->where};
	for (size_t i = 0; i < 2; i++) {
		AUTO(bitset_done) struct bitset ok = {0};
		terms_match(c, &r, &ok);
		bitset_and(nodes, &ok);
	}
}

void pool_match(const struct core *c, const struct lookup *pool, const struct lookup *claim,
		struct bitset *nodes)
{
	AUTO(bitset_done) struct bitset any = {0};
	for (uint32_t i = 0; i < pool->npool; i++) {
		AUTO(bitset_done) struct bitset some = {0};
		if (!meets(&pool->pool[i], claim))
			continue;
		bitset_copy(&some, nodes);
		reach(c, &pool->pool[i], &some);
		bitset_or(&any, &some);
	}
	bitset_and(nodes, &any);
}

static bool is_picked(const struct picked *l, const struct pooled *volume)
{
	for (uint32_t i = 0; i < l->n; i++) {
		if (l->v[i] == volume)
			return true;
	}
	return false;
}

const struct pooled *pool_pick(const struct core *c, const struct lookup *pool,
			       const struct lookup *claim, uint32_t node, const struct picked *but)
{
	for (uint32_t i = 0; i < pool->npool; i++) {
		AUTO(bitset_done) struct bitset one = {0};
		if (!meets(&pool->pool[i], claim) || is_picked(but, &pool->pool[i]))
			continue;
		bitset_set(&one, node);
		reach(c, &pool->pool[i], &one);
		if (bitset_has(&one, node))
			return &pool->pool[i];
	}
	return NULL;
}

void pool_take(struct lookup *l, const char *name)
{
	for (uint32_t i = 0; i < l->npool; i++) {
		if (str_eq(l->pool[i].name, name))
			l->pool[i].taken = true;
	}
}
