/* SPDX-License-Identifier: Apache-2.0 */
/* Placement: a cycle goes through the whole queue, priority then age, against one table that each
 * placement updates. A job gets all that it needs at once or nothing (place_min); what cannot be
 * placed says why (why.c). Work per step is bounded; the cycle goes on where it stopped. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mutant.h"
#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

static bool ahead(const struct mjob *a, const struct mjob *b)
{
	if (a->priority != b->priority && !MUTANT(age_only))
		return a->priority > b->priority;
	if (a->created_ms != b->created_ms)
		return a->created_ms < b->created_ms;
	int names = strcmp(a->key, b->key);
	return names ? names < 0 : a->id < b->id;
}

static void sift(struct mjob **v, uint32_t i, uint32_t n)
{
	for (uint32_t child = 2 * i + 1; child < n; i = child, child = 2 * i + 1) {
		if (child + 1 < n && ahead(v[child], v[child + 1]))
			child++;
		if (!ahead(v[i], v[child]))
			return;
		struct mjob *t = v[i];
		v[i] = v[child];
		v[child] = t;
	}
}

static void sort_queue(struct core *c)
{
	struct mjob **v = c->queue;
	for (uint32_t i = c->nqueue / 2; i > 0; i--)
		sift(v, i - 1, c->nqueue);
	for (uint32_t n = c->nqueue; n > 1; n--) {
		struct mjob *t = v[0];
		v[0] = v[n - 1];
		v[n - 1] = t;
		sift(v, 0, n - 1);
	}
	c->queue_dirty = false;
}

/* How many are ahead of j; the queue is in order. */
static uint32_t position(const struct core *c, const struct mjob *j)
{
	uint32_t lo = 0, hi = c->nqueue;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (ahead(c->queue[mid], j))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* At its place if the queue is in order; else it is sorted as a whole before the next cycle. */
static void insert(struct core *c, struct mjob *j)
{
	VEC_GROW(c->queue, c->nqueue, c->queue_cap);
	uint32_t at = c->queue_dirty ? c->nqueue : position(c, j);
	memmove(c->queue + at + 1, c->queue + at, (c->nqueue - at) * sizeof(struct mjob *));
	c->queue[at] = j;
	c->nqueue++;
	if (at < c->queue_at)
		c->queue_at++;
}

void queue_put(struct core *c, struct mjob *j, uint32_t want)
{
	if (j->queued && j->want == want)
		return;
	j->want = want;
	c->place_dirty = true;
	if (j->queued)
		return;
	j->queued = true;
	j->blocked = j->told_waiting = false;
	j->explain_after_ms = 0;
	insert(c, j);
}

void queue_take(struct core *c, struct mjob *j)
{
	if (!j->queued)
		return;
	uint32_t i = c->queue_dirty ? 0 : position(c, j);
	while (c->queue[i] != j)
		must(++i < c->nqueue);
	c->nqueue--;
	memmove(c->queue + i, c->queue + i + 1, (c->nqueue - i) * sizeof(struct mjob *));
	if (i < c->queue_at)
		c->queue_at--;
	j->queued = j->blocked = false;
	j->want = 0;
	if (c->reserved.job == j)
		reserve_clear(c);
	c->place_dirty = true;
}

uint32_t place_min(const struct mjob *j)
{
	uint32_t have = j->ncompleted + job_live(j);
	if (j->start_ms || have >= j->min_parallelism)
		return 1;
	return j->min_parallelism - have;
}

bool refused_there(const struct core *c, const struct mjob *j, const struct mnode *n)
{
	for (uint32_t i = 0; i < j->nrefusals; i++) {
		if (j->refusals[i].node == n->idx && j->refusals[i].until_ms > c->now_ms)
			return true;
	}
	return false;
}

void place_busy(const struct mjob *j, struct bitset *ret)
{
	struct att *a;
	DL_FOREACH2(j->atts, a, job_next)
	{
		if (a->takes_room)
			bitset_set(ret, a->node->idx);
	}
}

/* Enough of it is placed; whole: it wants no more. What it said it waits for is over, or another.
 */
static void started(struct core *c, struct mjob *j, bool whole)
{
	if (!j->start_ms) {
		j->explain_after_ms = 0;
		j->start_ms = whole_seconds(c->wall_ms);
		if (!j->start_ms)
			j->start_ms = 1000; /* the epoch itself would read as unset */
	}
	job_cond(c, j, JC_SCHEDULED, COND_TRUE, R_Placed);
	if (whole && (j->reason == R_Unschedulable || j->reason == R_Waiting))
		job_say(j, R_NONE, "%s", "");
}

static uint32_t assign(struct core *c, struct mjob *j, const struct cand *v, uint32_t n)
{
	uint32_t k = 0;
	for (uint32_t i = 0; i < j->parallelism && k < n; i++) {
		const struct slot *s = job_slot(j, i);
		if (bitset_has(&j->completed, i) || (s->cur && !att_replaceable(s->cur)) ||
		    s->retry_ms > c->now_ms)
			continue;
		pick_used(c, v[k].node);
		att_place(c, j, i, c->node_at[v[k++].node]);
	}
	return k;
}

static void blocked(struct core *c, struct mjob *j)
{
	reserve_consider(c, j);
	if (j->explain_after_ms <= c->now_ms)
		why_explain(c, j);
	if (!j->blocked)
		job_dirty(c, j);
	j->blocked = true;
}

/* Returns how many were placed. */
static uint32_t place_job(struct core *c, struct mjob *j)
{
	uint32_t fit = 0, placed = 0, need = place_min(j);
	struct reqclass *k = j->cls;
	match_class(c, k);
	/* Nothing has become free since an equal request found no node at all. */
	bool hopeless = k->full_version == c->room_version;
	uint32_t n = hopeless ? 0 : pick(c, j, need, &fit);
	if (n >= need || (n && MUTANT(gang_starts_partly))) {
		started(c, j, n >= j->want);
		placed = assign(c, j, c->cands, n);
	} else if (!hopeless && !fit && !j->nrefusals && !c->reserved.job && !j->atts) {
		k->full_version = c->room_version;
	}
	if (placed)
		job_dirty(c, j);
	j->want -= placed;
	if (j->want)
		blocked(c, j);
	return placed;
}

static void compact(struct core *c)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->nqueue; i++) {
		struct mjob *j = c->queue[i];
		if (j->want) {
			c->queue[n++] = j;
			continue;
		}
		j->queued = j->blocked = false;
	}
	c->nqueue = n;
}

void place_cycle(struct core *c)
{
	uint32_t placed = 0;
	if (!c->place_dirty && !c->place_more)
		return;
	if (!c->place_more || c->queue_dirty) {
		c->place_dirty = false;
		c->queue_at = 0;
		reserve_clear(c);
		if (c->queue_dirty)
			sort_queue(c);
	}
	pick_begin(c);
	c->placing = true;
	while (c->queue_at < c->nqueue && placed < STEP_PLACEMENTS)
		placed += place_job(c, c->queue[c->queue_at++]);
	c->placing = false;
	c->place_more = c->queue_at < c->nqueue;
	if (c->place_more)
		return;
	compact(c);
	pick_end(c);
}
