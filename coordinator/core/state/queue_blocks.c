/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/queue_blocks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

bool queue_ahead(const struct job_record *a, const struct job_record *b)
{
	if (a->spec.priority != b->spec.priority)
		return a->spec.priority > b->spec.priority;
	if (a->object.created_ms != b->object.created_ms)
		return a->object.created_ms < b->object.created_ms;
	int names = strcmp(a->key, b->key);
	return names ? names < 0 : a->id < b->id;
}

struct queue_item *blocks_item(const struct queue *q, struct queue_position p)
{
	return &q->block[p.block]->v[p.i];
}

static uint32_t block_of(const struct queue *q, const struct job_record *j)
{
	uint32_t lo = 0, hi = q->nblocks;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct queue_block *b = q->block[mid];
		if (queue_ahead(b->v[b->n - 1].job, j))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The position of the first item that is not ahead of j; the end of the queue if there is none. */
static struct queue_position blocks_position(const struct queue *q, const struct job_record *j)
{
	struct queue_position p = {block_of(q, j), 0};
	uint32_t hi = p.block < q->nblocks ? q->block[p.block]->n : 0;
	while (p.i < hi) {
		uint32_t mid = p.i + (hi - p.i) / 2;
		if (queue_ahead(q->block[p.block]->v[mid].job, j))
			p.i = mid + 1;
		else
			hi = mid;
	}
	return p;
}

struct queue_position blocks_find(const struct queue *q, const struct job_record *j)
{
	struct queue_position p = blocks_position(q, j);
	must(p.block < q->nblocks && blocks_item(q, p)->job == j);
	return p;
}

static void add_block(struct queue *q, uint32_t at)
{
	VEC_GROW(q->block, q->nblocks, q->cap);
	memmove(q->block + at + 1, q->block + at, (q->nblocks - at) * sizeof(struct queue_block *));
	q->block[at] = mem_alloc(sizeof(struct queue_block));
	q->block[at]->n = 0; /* the items are written when they come */
	q->nblocks++;
}

void blocks_drop(struct queue *q, uint32_t at)
{
	free(q->block[at]);
	q->nblocks--;
	memmove(q->block + at, q->block + at + 1, (q->nblocks - at) * sizeof(struct queue_block *));
}

/* Moves the upper half into a block of its own; returns where p is then. */
static struct queue_position split(struct queue *q, struct queue_position p)
{
	enum { HALF = QBLOCK / 2 };
	add_block(q, p.block + 1);
	struct queue_block *low = q->block[p.block], *high = q->block[p.block + 1];
	memcpy(high->v, low->v + HALF, (QBLOCK - HALF) * sizeof *low->v);
	low->n = HALF;
	high->n = QBLOCK - HALF;
	return p.i <= HALF ? p : (struct queue_position){p.block + 1, p.i - HALF};
}

/* A position for one more item at p, or at the end of the block before. */
static struct queue_position make_room(struct queue *q, struct queue_position p)
{
	if (p.block == q->nblocks && p.block && q->block[p.block - 1]->n < QBLOCK)
		return (struct queue_position){p.block - 1, q->block[p.block - 1]->n};
	if (p.block == q->nblocks)
		add_block(q, p.block);
	return q->block[p.block]->n < QBLOCK ? p : split(q, p);
}

void blocks_insert(struct queue *q, struct queue_item it)
{
	struct queue_position p = make_room(q, blocks_position(q, it.job));
	struct queue_block *b = q->block[p.block];
	memmove(b->v + p.i + 1, b->v + p.i, (b->n - p.i) * sizeof *b->v);
	b->v[p.i] = it;
	b->n++;
	q->n++;
}

struct job_record *blocks_job(const struct queue *q, struct queue_position p)
{
	if (p.block < q->nblocks && p.i == q->block[p.block]->n)
		p = (struct queue_position){p.block + 1, 0};
	return p.block < q->nblocks ? blocks_item(q, p)->job : NULL;
}

struct queue_item blocks_remove(struct queue *q, const struct job_record *j)
{
	struct queue_position p = blocks_find(q, j);
	struct queue_block *b = q->block[p.block];
	struct queue_item it = b->v[p.i];
	if (q->next == j)
		q->next = blocks_job(q, (struct queue_position){p.block, p.i + 1});
	b->n--;
	q->n--;
	memmove(b->v + p.i, b->v + p.i + 1, (b->n - p.i) * sizeof *b->v);
	if (!b->n)
		blocks_drop(q, p.block);
	return it;
}

void blocks_cut(struct queue *q, struct queue_position end)
{
	for (uint32_t k = 0; k < end.block; k++)
		q->block[k]->n = QBLOCK;
	if (end.i)
		q->block[end.block++]->n = end.i;
	while (q->nblocks > end.block)
		blocks_drop(q, q->nblocks - 1);
}
