/* SPDX-License-Identifier: Apache-2.0 */
/* The jobs stand in blocks, so that to come and to leave costs a block, not the queue. */
#include "coordinator/core/state/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/state.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/waiting.h"

bool queue_ahead(const struct job_record *a, const struct job_record *b)
{
	if (a->spec.priority != b->spec.priority)
		return a->spec.priority > b->spec.priority;
	if (a->object.created_ms != b->object.created_ms)
		return a->object.created_ms < b->object.created_ms;
	int names = strcmp(a->key, b->key);
	return names ? names < 0 : a->id < b->id;
}

static struct queue_item *item(const struct queue *q, struct queue_position p)
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

/* Of the first item that is not ahead of j; behind the last block: there is none. */
static struct queue_position position(const struct queue *q, const struct job_record *j)
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

static struct queue_position position_of(const struct queue *q, const struct job_record *j)
{
	struct queue_position p = position(q, j);
	must(p.block < q->nblocks && item(q, p)->job == j);
	return p;
}

struct queue_item *queue_find(struct core *c, const struct job_record *j)
{
	return item(&c->queue, position_of(&c->queue, j));
}

static void add_block(struct queue *q, uint32_t at)
{
	VEC_GROW(q->block, q->nblocks, q->cap);
	memmove(q->block + at + 1, q->block + at, (q->nblocks - at) * sizeof(struct queue_block *));
	q->block[at] = mem_zalloc(1, sizeof(struct queue_block));
	q->nblocks++;
}

static void drop_block(struct queue *q, uint32_t at)
{
	free(q->block[at]);
	q->nblocks--;
	memmove(q->block + at, q->block + at + 1, (q->nblocks - at) * sizeof(struct queue_block *));
}

/* The upper half gets a block of its own; where p is then. */
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

/* A place for one more at p, or at the end of the block before. */
static struct queue_position make_room(struct queue *q, struct queue_position p)
{
	if (p.block == q->nblocks && p.block && q->block[p.block - 1]->n < QBLOCK)
		return (struct queue_position){p.block - 1, q->block[p.block - 1]->n};
	if (p.block == q->nblocks)
		add_block(q, p.block);
	return q->block[p.block]->n < QBLOCK ? p : split(q, p);
}

static void insert(struct queue *q, struct queue_item it)
{
	struct queue_position p = make_room(q, position(q, it.job));
	struct queue_block *b = q->block[p.block];
	memmove(b->v + p.i + 1, b->v + p.i, (b->n - p.i) * sizeof *b->v);
	b->v[p.i] = it;
	b->n++;
	q->n++;
}

static struct job_record *job_at(const struct queue *q, struct queue_position p)
{
	if (p.block < q->nblocks && p.i == q->block[p.block]->n)
		p = (struct queue_position){p.block + 1, 0};
	return p.block < q->nblocks ? item(q, p)->job : NULL;
}

static struct queue_item take_out(struct queue *q, const struct job_record *j)
{
	struct queue_position p = position_of(q, j);
	struct queue_block *b = q->block[p.block];
	struct queue_item it = b->v[p.i];
	if (q->next == j)
		q->next = job_at(q, (struct queue_position){p.block, p.i + 1});
	b->n--;
	q->n--;
	memmove(b->v + p.i, b->v + p.i + 1, (b->n - p.i) * sizeof *b->v);
	if (!b->n)
		drop_block(q, p.block);
	return it;
}

/*	   comes	    does not fit		   may fit now
 * Out ----------> New --------------------> Blocked <------------------> Again
 *  ^		    | ^ \			^  |	    does not fit	    |
 *  |		    v |	 \  it fits		|  |			    |
 *  |		  Looked  `------> Done <-------|--+------------------------'
 *  |		    `---------------^-----------'
 *  `--- leaves, from each of them
 */
static const struct state_rule rules[QUEUE_STAGE_N] = {
#define TO(s) STATE_BIT(QUEUE_##s)
	[QUEUE_OUT] = {"Out", TO(NEW)},
	[QUEUE_NEW] = {"New", TO(LOOKED) | TO(OUT)},
	[QUEUE_LOOKED] = {"Looked", TO(NEW) | TO(BLOCKED) | TO(DONE) | TO(OUT)},
	[QUEUE_BLOCKED] = {"Blocked", TO(AGAIN) | TO(DONE) | TO(OUT)},
	[QUEUE_AGAIN] = {"Again", TO(BLOCKED) | TO(OUT)},
	[QUEUE_DONE] = {"Done", TO(NEW) | TO(OUT)},
#undef TO
};

static void set_stage(struct job_record *j, enum queue_stage to)
{
	if (j->place.stage == to)
		return;
	state_check(rules, ARRAY_LEN(rules), j->place.stage, to);
	j->place.stage = to;
}

/* To be looked at in any case: it came, or it changed. */
static void look_again(struct job_record *j)
{
	set_stage(j, job_blocked(j) ? QUEUE_AGAIN : QUEUE_NEW);
}

bool queue_looked(struct job_record *j)
{
	bool news = j->place.stage == QUEUE_NEW || j->place.stage == QUEUE_AGAIN;
	if (news)
		set_stage(j, j->place.stage == QUEUE_NEW ? QUEUE_LOOKED : QUEUE_BLOCKED);
	return news;
}

bool queue_block(struct job_record *j)
{
	bool news = !job_blocked(j);
	set_stage(j, QUEUE_BLOCKED);
	return news;
}

void queue_satisfied(struct core *c, struct queue_item *it)
{
	set_stage(it->job, QUEUE_DONE);
	it->done = true;
	c->queue.ndone++;
}

void queue_refresh(struct core *c, struct job_record *j)
{
	look_again(j);
	c->queue.fresh[c->queue.nfresh++] = j;
}

static void freshen(struct core *c, struct job_record *j)
{
	struct queue *q = &c->queue;
	set_stage(j, QUEUE_NEW);
	if (q->nfresh < FRESH_MAX)
		q->fresh[q->nfresh++] = j;
	else
		c->queue.cycle_due = true;
}

static void unfreshen(struct core *c, struct job_record *j)
{
	struct queue *q = &c->queue;
	for (uint32_t i = 0; i < q->nfresh; i++) {
		if (q->fresh[i] == j)
			q->fresh[i--] = q->fresh[--q->nfresh];
	}
}

void queue_look(struct core *c, struct job_record *j)
{
	if (!job_queued(j))
		return;
	struct queue_item *it = queue_find(c, j);
	it->cpu = it->memory = -1;
	it->done = false;
	look_again(j);
	c->queue.cycle_due = true;
}

void queue_put(struct core *c, struct job_record *j, uint32_t want)
{
	if (job_queued(j) && j->place.want == want)
		return;
	j->place.want = want;
	if (job_queued(j)) {
		queue_look(c, j);
		return;
	}
	j->told.waiting = false;
	insert(&c->queue, (struct queue_item){.job = j, .cpu = -1, .memory = -1});
	freshen(c, j);
}

static void leave(struct core *c, struct job_record *j)
{
	unfreshen(c, j);
	waiting_forget(j);
	set_stage(j, QUEUE_OUT);
	j->place.want = 0;
	reservation_leave(c, j);
}

void queue_take(struct core *c, struct job_record *j)
{
	if (!job_queued(j))
		return;
	take_out(&c->queue, j);
	leave(c, j);
}

void queue_prioritize(struct core *c, struct job_record *j, int32_t priority)
{
	if (job_queued(j) && j->spec.priority != priority) {
		struct queue_item it = take_out(&c->queue, j);
		j->spec.priority = priority;
		insert(&c->queue, it);
		c->queue.moved = true;
	}
	j->spec.priority = priority;
}

/* The blocks are full then, but for the last. */
void queue_end(struct core *c)
{
	struct queue *q = &c->queue;
	struct queue_position to = {0};
	if (!q->ndone)
		return;
	q->n = q->ndone = 0;
	for (uint32_t k = 0; k < q->nblocks; k++) {
		struct queue_block *b = q->block[k];
		for (uint32_t i = 0; i < b->n; i++) {
			if (b->v[i].done) {
				leave(c, b->v[i].job);
				continue;
			}
			*item(q, to) = b->v[i];
			q->n++;
			to = to.i + 1 < QBLOCK ? (struct queue_position){to.block, to.i + 1}
					       : (struct queue_position){to.block + 1, 0};
		}
	}
	for (uint32_t k = 0; k < to.block; k++)
		q->block[k]->n = QBLOCK;
	if (to.i)
		q->block[to.block++]->n = to.i;
	while (q->nblocks > to.block)
		drop_block(q, q->nblocks - 1);
}

void queue_forget(struct core *c)
{
	struct queue *q = &c->queue;
	for (; q->nblocks; drop_block(q, q->nblocks - 1)) {
		struct queue_block *last = q->block[q->nblocks - 1];
		while (last->n)
			leave(c, last->v[--last->n].job);
	}
	q->next = NULL;
	q->moved = false;
	q->n = q->nfresh = q->ndone = 0;
	bitset_zero(&q->grown);
	bitset_zero(&q->recapped);
}

static void take_growth(struct core *c)
{
	struct queue *q = &c->queue;
	if (!c->queue.cycle_paused) { /* else what the cycle began with counts for the rest of it */
		q->free_cpu = q->free_memory = -1;
		q->recap = false;
	}
	q->recap |= bitset_next(&q->recapped, 0) != UINT32_MAX;
	for (uint32_t i = bitset_next(&q->grown, 0); i != UINT32_MAX;
	     i = bitset_next(&q->grown, i + 1)) {
		const struct node_record *n = c->nodes.at[i];
		if (!n || !bitset_has(&c->nodes.usable, i))
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
	take_growth(c);
	c->queue.cycle_due = q->moved = false;
	q->nfresh = 0; /* they are in the queue like all others */
}

static bool worth(const struct core *c, const struct queue_item *it)
{
	const struct queue *q = &c->queue;
	return (it->cpu <= q->free_cpu && it->memory <= q->free_memory) ||
	       (!c->reservation.head && !it->impossible);
}

struct queue_item *queue_walk(struct core *c, struct queue_position *at)
{
	const struct queue *q = &c->queue;
	for (; at->block < q->nblocks; *at = (struct queue_position){at->block + 1, 0}) {
		struct queue_block *b = q->block[at->block];
		while (at->i < b->n) {
			struct queue_item *it = &b->v[at->i++];
			if (worth(c, it))
				return it;
		}
	}
	return NULL;
}

bool queue_pause(struct core *c, struct queue_position at)
{
	c->queue.next = job_at(&c->queue, at);
	return c->queue.next;
}

struct queue_position queue_resume(const struct core *c)
{
	const struct queue *q = &c->queue;
	return q->next ? position_of(q, q->next) : (struct queue_position){q->nblocks, 0};
}

struct job_record *queue_next_new(struct core *c)
{
	struct queue *q = &c->queue;
	while (q->nfresh) {
		uint32_t first = 0;
		for (uint32_t i = 1; i < q->nfresh; i++) {
			if (queue_ahead(q->fresh[i], q->fresh[first]))
				first = i;
		}
		struct job_record *j = q->fresh[first];
		q->fresh[first] = q->fresh[--q->nfresh];
		if (j->place.stage == QUEUE_NEW || j->place.stage == QUEUE_AGAIN)
			return j;
	}
	return NULL;
}
