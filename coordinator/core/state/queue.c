/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/queue.h"

#include "base/state.h"
#include "coordinator/core/state/hold.h"
#include "coordinator/core/state/job_told.h"
#include "coordinator/core/state/queue_blocks.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/share.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/waiting.h"

enum { HOLDS_APART_MS = 1000 };

struct queue_item *queue_find(struct core *c, const struct job_record *j)
{
	return blocks_item(&c->queue, blocks_find(&c->queue, j));
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

/* The job came or changed: it is looked at in any case. */
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

void queue_placed(const struct core *c, struct job_record *j, uint32_t members)
{
	j->place.want -= members;
	if (members)
		hold_forget(c, j);
}

/* When a cycle is due so that nodes may be held for the job. Many jobs share one cycle. */
static void note_wake(struct core *c, const struct queue_item *it)
{
	struct queue *q = &c->queue;
	int64_t soonest = c->now_ms + HOLDS_APART_MS;
	if (it->hold_ms <= c->now_ms || it->impossible)
		return;
	soonest = it->hold_ms > soonest ? it->hold_ms : soonest;
	q->wake_ms = soonest < q->wake_ms ? soonest : q->wake_ms;
}

void queue_hold_from(struct core *c, struct queue_item *it, int64_t at_ms)
{
	it->hold_ms = at_ms;
	note_wake(c, it);
}

int32_t queue_floor(const struct core *c)
{
	const struct queue *q = &c->queue;
	if (!q->nblocks)
		return INT32_MIN;
	const struct queue_block *last = q->block[q->nblocks - 1];
	return last->v[last->n - 1].job->spec.priority;
}

void queue_until(struct queue_item *it, int64_t cpu, int64_t memory)
{
	it->cpu = cpu;
	it->memory = memory;
}

void queue_possible(struct queue_item *it, bool possible)
{
	it->impossible = !possible;
}

void queue_satisfied(struct core *c, struct queue_item *it)
{
	set_stage(it->job, QUEUE_DONE);
	it->done = true;
	c->queue.ndone++;
}

void queue_refresh(struct core *c, struct job_record *j)
{
	set_stage(j, QUEUE_NEW);
	c->queue.new_jobs[c->queue.nnew++] = j;
}

static void join_new(struct core *c, struct job_record *j)
{
	struct queue *q = &c->queue;
	set_stage(j, QUEUE_NEW);
	/* Nodes may have to be held from one of lower priority than all others. */
	bool lowest = c->reservations.n && j->spec.priority < c->reservations.floor;
	if (q->nnew < NEW_JOBS_MAX && !lowest)
		q->new_jobs[q->nnew++] = j;
	else
		queue_due(c);
}

static void leave_new(struct core *c, const struct job_record *j)
{
	struct queue *q = &c->queue;
	for (uint32_t i = 0; i < q->nnew; i++) {
		if (q->new_jobs[i] == j)
			q->new_jobs[i--] = q->new_jobs[--q->nnew];
	}
}

void queue_look(struct core *c, struct job_record *j)
{
	if (!job_queued(j))
		return;
	struct queue_item *it = queue_find(c, j);
	queue_until(it, -1, -1);
	it->done = false;
	look_again(j);
	queue_due(c);
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
	job_told_waiting(j, false);
	hold_forget(c, j);
	blocks_insert(&c->queue, (struct queue_item){.job = j, .cpu = -1, .memory = -1});
	join_new(c, j);
}

static void leave(struct core *c, struct job_record *j)
{
	leave_new(c, j);
	waiting_forget(j);
	set_stage(j, QUEUE_OUT);
	j->place.want = 0;
	reservation_leave(c, j);
}

void queue_take(struct core *c, struct job_record *j)
{
	if (!job_queued(j))
		return;
	blocks_remove(&c->queue, j);
	leave(c, j);
}

void queue_prioritize(struct core *c, struct job_record *j, int32_t priority)
{
	if (job_queued(j) && j->spec.priority != priority) {
		struct queue_item it = blocks_remove(&c->queue, j);
		j->spec.priority = priority;
		blocks_insert(&c->queue, it);
		c->queue.moved = true;
	}
	j->spec.priority = priority;
}

/* Afterwards all blocks but the last are full. */
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
			*blocks_item(q, to) = b->v[i];
			q->n++;
			to = to.i + 1 < QBLOCK ? (struct queue_position){to.block, to.i + 1}
					       : (struct queue_position){to.block + 1, 0};
		}
	}
	blocks_cut(q, to);
}

void queue_forget(struct core *c)
{
	struct queue *q = &c->queue;
	for (; q->nblocks; blocks_drop(q, q->nblocks - 1)) {
		struct queue_block *last = q->block[q->nblocks - 1];
		while (last->n)
			leave(c, last->v[--last->n].job);
	}
	q->next = NULL;
	q->moved = false;
	q->n = q->nnew = q->ndone = 0;
	q->wake_ms = INT64_MAX;
	bitset_zero(&q->grown);
	bitset_zero(&q->grown_whole);
}

void queue_idle(struct core *c)
{
	c->queue.cycle_due = c->queue.cycle_paused = false;
}

static void take_growth(struct core *c)
{
	struct queue *q = &c->queue;
	/* A paused cycle goes on with the room that it began with. */
	if (!c->queue.cycle_paused) {
		q->free_cpu = q->free_memory = -1;
		q->any_grown_whole = false;
	}
	q->any_grown_whole |= bitset_next(&q->grown_whole, 0) != UINT32_MAX;
	for (uint32_t i = bitset_next(&q->grown, 0); i != UINT32_MAX;
	     i = bitset_next(&q->grown, i + 1)) {
		const struct node_record *n = c->nodes.at[i];
		if (!n || !bitset_has(&c->nodes.usable, i))
			continue;
		const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
		const int64_t *most = res_row(c, n, ROW_WHOLE);
		bool whole = bitset_has(&q->grown_whole, i);
		int64_t cpu = whole ? most[RES_CPU] : cap[RES_CPU] - used[RES_CPU];
		int64_t memory = whole ? most[RES_MEMORY] : cap[RES_MEMORY] - used[RES_MEMORY];
		q->free_cpu = cpu > q->free_cpu ? cpu : q->free_cpu;
		q->free_memory = memory > q->free_memory ? memory : q->free_memory;
	}
	bitset_zero(&q->grown);
	bitset_zero(&q->grown_whole);
}

void queue_begin(struct core *c)
{
	struct queue *q = &c->queue;
	take_growth(c);
	c->queue.cycle_due = q->moved = false;
	q->nnew = 0; /* the new jobs are in the queue like all others */
	q->wake_ms = INT64_MAX;
}

/* Nodes may be held for the job: for the first of those that do not fit at any time. */
static bool may_hold(const struct core *c, const struct queue_item *it)
{
	const struct reservation_table *t = &c->reservations;
	if (it->impossible || !share_left(c, it->job->ns))
		return false;
	return reservations_none(c, it->job->ns) || t->fell || it->hold_ms <= c->now_ms;
}

static bool worth(const struct core *c, const struct queue_item *it)
{
	const struct queue *q = &c->queue;
	return (it->cpu <= q->free_cpu && it->memory <= q->free_memory) || may_hold(c, it);
}

struct queue_item *queue_walk(struct core *c, struct queue_position *at)
{
	struct queue *q = &c->queue;
	for (; at->block < q->nblocks; *at = (struct queue_position){at->block + 1, 0}) {
		struct queue_block *b = q->block[at->block];
		while (at->i < b->n) {
			struct queue_item *it = &b->v[at->i++];
			note_wake(c, it);
			if (worth(c, it))
				return it;
		}
	}
	return NULL;
}

bool queue_pause(struct core *c, struct queue_position at)
{
	c->queue.next = blocks_job(&c->queue, at);
	c->queue.cycle_paused = c->queue.next;
	return c->queue.cycle_paused;
}

struct queue_position queue_resume(const struct core *c)
{
	const struct queue *q = &c->queue;
	return q->next ? blocks_find(q, q->next) : (struct queue_position){q->nblocks, 0};
}

struct job_record *queue_next_new(struct core *c)
{
	struct queue *q = &c->queue;
	while (q->nnew) {
		uint32_t first = 0;
		for (uint32_t i = 1; i < q->nnew; i++) {
			if (queue_ahead(q->new_jobs[i], q->new_jobs[first]))
				first = i;
		}
		struct job_record *j = q->new_jobs[first];
		q->new_jobs[first] = q->new_jobs[--q->nnew];
		if (j->place.stage == QUEUE_NEW)
			return j;
	}
	return NULL;
}
