/* SPDX-License-Identifier: Apache-2.0 */
/* Placement: a cycle goes through the whole queue, priority then age, against one table that each
 * placement updates. A job gets all that it needs at once or nothing (place_min); what cannot be
 * placed says why (why.c). A job that comes while nothing has become free is looked at alone: all
 * others wait for what they waited for. Work per step is bounded; a cycle goes on where it stopped.
 */
#include <utlist.h>

#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

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
		why_soon(c, j);
		j->start_ms = whole_seconds(c->wall_ms);
		if (!j->start_ms)
			j->start_ms = 1000; /* the epoch itself would read as unset */
	}
	job_cond(c, j, JC_SCHEDULED, COND_TRUE, R_Placed);
	if (whole && j->reason == R_Unschedulable)
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
		att_place(c, j, i, c->node_at[v[k++].node]);
	}
	c->work += k * WORK_PLACE;
	return k;
}

static int64_t asked(const struct mjob *j, uint32_t res)
{
	for (uint32_t i = 0; i < j->cls->needs.n; i++) {
		if (j->cls->needs.v[i].res == res)
			return j->cls->needs.v[i].milli;
	}
	return 0;
}

/* False: it is not all done in this step. */
static bool blocked(struct core *c, struct qitem *it, bool kept)
{
	struct mjob *j = it->job;
	if (!reserve_consider(c, it))
		return false;
	bool any = kept || c->reserved.head == j;
	it->cpu = any ? -1 : asked(j, RES_CPU);
	it->memory = any ? -1 : asked(j, RES_MEMORY);
	if (!j->blocked) {
		job_dirty(c, j);
		why_soon(c, j);
	}
	j->blocked = true;
	return true;
}

/* False: the look goes on in the next step. */
static bool look(struct core *c, struct qitem *it)
{
	struct mjob *j = it->job;
	uint32_t need = place_min(j), placed = 0;
	bool kept;
	if (j->fresh || c->queue.recap)
		it->impossible = false;
	j->fresh = false;
	c->work += WORK_LOOK;
	uint32_t n = pick(c, j, need, &kept);
	if (n >= need) {
		started(c, j, n >= j->want);
		placed = assign(c, j, c->cands, n);
	}
	if (placed)
		job_dirty(c, j);
	j->want -= placed;
	if (j->want)
		return blocked(c, it, kept);
	it->done = true;
	c->queue.ndone++;
	return true;
}

/* True: the cycle is at its end. */
static bool whole_cycle(struct core *c)
{
	struct qpos at = {0};
	struct qitem *it;
	if (c->place_more && !c->queue.moved) {
		at = queue_resume(c);
	} else {
		queue_begin(c);
		reserve_clear(c);
	}
	while (c->work < work_most(c) && (it = queue_walk(c, &at))) {
		if (!look(c, it))
			at.i--;
	}
	c->place_more = queue_pause(c, at);
	return !c->place_more;
}

/* The new ones in their order. One that is ahead of the job that nodes are kept for, and does not
 * fit, is the next that they must be kept for. */
static void new_ones(struct core *c)
{
	struct queue *q = &c->queue;
	while (q->nfresh && c->work < work_most(c)) {
		uint32_t first = 0;
		for (uint32_t i = 1; i < q->nfresh; i++) {
			if (queue_ahead(q->fresh[i], q->fresh[first]))
				first = i;
		}
		struct mjob *j = q->fresh[first];
		q->fresh[first] = q->fresh[--q->nfresh];
		if (!j->fresh)
			continue;
		if (!look(c, queue_find(c, j))) {
			j->fresh = true;
			q->fresh[q->nfresh++] = j;
			break;
		}
		if (!j->want)
			queue_take(c, j);
		else if (c->reserved.head && queue_ahead(j, c->reserved.head))
			c->place_dirty = true;
	}
}

/* A cycle through the queue waits for a turn without news: of many events that come together, each
 * costs what it changes, and one cycle sees all that they have freed. */
void place_cycle(struct core *c)
{
	bool whole = c->place_dirty || c->place_more;
	if (whole && !c->idle)
		return;
	c->work = 0;
	if (!whole)
		new_ones(c);
	else if (whole_cycle(c))
		queue_end(c);
}
