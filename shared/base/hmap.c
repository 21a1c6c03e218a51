/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hmap.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BUCKETS_MIN = 64, BUCKETS_MAX = 1 << 30 };

void hmap_done(struct hmap *m)
{
	free(m->v);
	*m = (struct hmap){0};
}

/* The power of two at or below the number of buckets. */
static uint32_t level(const struct hmap *m)
{
	return 1u << (31 - __builtin_clz(m->buckets));
}

static uint32_t bucket(const struct hmap *m, uint64_t hash)
{
	uint32_t l = level(m), i = (uint32_t)(hash & (2 * (uint64_t)l - 1));
	return i < m->buckets ? i : i & (l - 1);
}

static void make_room(struct hmap *m)
{
	if (m->buckets < m->cap)
		return;
	must(m->buckets < BUCKETS_MAX); /* its entries alone would fill any memory */
	m->cap = m->cap ? m->cap * 2 : BUCKETS_MIN;
	m->v = mem_realloc(m->v, m->cap, sizeof *m->v);
}

/* Adds a bucket; all of its entries stand in one other bucket. */
static void split(struct hmap *m)
{
	make_room(m);
	uint32_t fresh = m->buckets, from = fresh - level(m);
	struct hlink **keep = &m->v[from], **move = &m->v[fresh], *x = m->v[from];
	m->buckets++;
	for (; x; x = x->next) {
		struct hlink ***to = bucket(m, x->hash) == fresh ? &move : &keep;
		**to = x;
		*to = &x->next;
	}
	*keep = *move = NULL;
	/* The next split meets entries that nobody has read for long. */
	__builtin_prefetch(m->v[m->buckets - level(m)]);
}

static void init(struct hmap *m)
{
	make_room(m);
	for (uint32_t i = 0; i < BUCKETS_MIN; i++)
		m->v[i] = NULL;
	m->buckets = BUCKETS_MIN;
}

void hmap_add(struct hmap *m, struct hlink *x, uint64_t hash)
{
	if (!m->buckets)
		init(m);
	else if (m->n >= m->buckets)
		split(m);
	struct hlink **b = &m->v[bucket(m, hash)];
	x->hash = hash;
	x->next = *b;
	*b = x;
	m->n++;
}

void hmap_del(struct hmap *m, struct hlink *x)
{
	struct hlink **p = &m->v[bucket(m, x->hash)];
	while (*p != x) {
		must(*p);
		p = &(*p)->next;
	}
	*p = x->next;
	m->n--;
}

struct hlink *hmap_find(const struct hmap *m, uint64_t hash, hmap_same *same, const void *key)
{
	struct hlink *x = m->buckets ? m->v[bucket(m, hash)] : NULL;
	while (x && (x->hash != hash || !same(x, key)))
		x = x->next;
	return x;
}
