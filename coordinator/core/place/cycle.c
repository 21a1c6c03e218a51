/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/place/cycle.h"

#include <string.h>

#include "coordinator/core/place/passer.h"
#include "coordinator/core/place/pick.h"
#include "coordinator/core/place/reserve.h"
#include "coordinator/core/state/choice.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/lacking.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/volume_room.h"
#include "coordinator/core/state/waiting.h"

/* Nodes from which an index keeps away. */
enum { FAILED_ON = 2 };

static int64_t asked(const struct job_record *j, uint32_t res)
{
	for (uint32_t i = 0; i < j->spec.request->needs.n; i++) {
		if (j->spec.request->needs.v[i].res == res)
			return j->spec.request->needs.v[i].milli;
	}
	return 0;
}

/* The job does not fit and goes on waiting. False: the next step goes on with it. */
static bool blocked(struct core *c, struct queue_item *it, bool kept)
{
	struct job_record *j = it->job;
	if (!reserve_consider(c, it))
		return false;
	/* A volume may come free that is in use on a node which the job does not match, or another
	 * volume of a node that has as many as it can attach. */
	bool any = kept || reservation_of(c, j) || objects_most(j->spec.request) == 1 ||
		   volume_room_limited(j->spec.request);
	queue_until(it, any ? -1 : asked(j, RES_CPU), any ? -1 : asked(j, RES_MEMORY));
	if (queue_block(j)) {
		job_dirty(c, j);
		waiting_soon(c, j);
	}
	return true;
}

/* The index, which lacks an attempt, may have one now. */
static bool open_index(const struct core *c, const struct job_record *j, uint32_t index)
{
	const struct slot *s = job_slot_find(j, index);
	return job_number_left(j, index) && (!s || s->retry_ms <= c->now_ms);
}

/* The candidates [k, n) are not given away yet. Brings the first of them on which the index has not
 * failed lately to k, or, if it failed on each of them, the first on which it did not fail last;
 * those before it keep their order. False: it failed on each. */
static bool bring(struct candidate *v, uint32_t k, uint32_t n, const struct slot *s)
{
	uint32_t at = k;
	while (at < n && slot_failed_on(s, v[at].node))
		at++;
	bool good = at < n;
	for (at = good ? at : k; at < n && slot_failed_last_on(s, v[at].node);)
		at++;
	if (at == n)
		return false;
	struct candidate one = v[at];
	memmove(v + k + 1, v + k, (at - k) * sizeof *v);
	v[k] = one;
	return good;
}

static bool failed_on(const struct job_record *j, const struct placement *x, uint32_t node)
{
	return slot_failed_on(job_slot_find(j, x->index), node);
}

static void swap(struct placement *a, struct placement *b)
{
	uint32_t node = a->node;
	a->node = b->node;
	b->node = node;
}

/* The last of the placements, v[k], is on a node where its index has failed. Others may go there
 * instead: one whose node v[k] can take, or one that takes the node of a second, whose node v[k]
 * can take. An index keeps away from two nodes, so no longer chain would find more. */
static void exchange(const struct job_record *j, struct placement *v, uint32_t k)
{
	for (uint32_t i = 0; i < k; i++) {
		if (failed_on(j, &v[i], v[k].node))
			continue;
		if (!failed_on(j, &v[k], v[i].node)) {
			swap(&v[i], &v[k]);
			return;
		}
		for (uint32_t b = 0; b < k; b++) {
			if (b == i || failed_on(j, &v[k], v[b].node) ||
			    failed_on(j, &v[b], v[i].node))
				continue;
			swap(&v[i], &v[k]);
			swap(&v[b], &v[k]);
			return;
		}
	}
}

static void plan_grow(struct placing *p, uint32_t n)
{
	if (n <= p->plan_cap)
		return;
	p->plan_cap = n;
	p->plan = mem_realloc(p->plan, n, sizeof *p->plan);
}

/* Pairs the lowest open indexes with the best of the n candidates, so many as are wanted. An index
 * gets a node of its last two failures only if no other is there for it: as many candidates more
 * than are wanted as two nodes can be are always enough for that. */
static uint32_t pair(const struct core *c, const struct job_record *j, uint32_t n)
{
	struct placing *p = c->placing;
	uint32_t most = n < j->place.want ? n : j->place.want, k = 0, i;
	plan_grow(p, most);
	struct lacking l = lacking_of(j);
	while (k < most && lacking_next(j, &l, &i)) {
		if (!open_index(c, j, i))
			continue;
		bool good = bring(p->candidates, k, n, job_slot_find(j, i));
		p->plan[k] = (struct placement){i, p->candidates[k].node};
		if (!good)
			exchange(j, p->plan, k);
		k++;
	}
	return k;
}

/* The best of n nodes on which the claims of the job can be met. Those where that came to nothing
 * before come after all others, so that each is tried before one is tried again. */
static bool choose(const struct core *c, uint32_t n, struct plan *plan)
{
	const struct request *r = plan->job->spec.request;
	const struct candidate *v = c->placing->candidates;
	enum choice_rank best = CHOICE_NONE;
	queue_possible(plan->item, false); /* no nodes are kept for it */
	for (uint32_t i = 0; i < n && best != CHOICE_UNTRIED; i++) {
		enum choice_rank rank = choice_rank(r, v[i].node);
		if (rank >= best || !choice_possible(c, r, v[i].node))
			continue;
		plan->chosen = v[i].node;
		best = rank;
	}
	plan->chooses = best != CHOICE_NONE;
	return plan->chooses;
}

static struct objects_for wanted(const struct job_record *j)
{
	return (struct objects_for){j->spec.parallelism, job_needs_at_once(j),
				    job_most_on_node(j) > 1};
}

/* Finds what can be placed of the job now. True: *plan says what. */
static bool look(struct core *c, struct queue_item *it, struct plan *plan)
{
	struct job_record *j = it->job;
	bool news = queue_looked(j);
	if (news || c->queue.any_grown_whole)
		queue_possible(it, true);
	c->placing->work += WORK_LOOK;
	request_resolve(c, j->spec.request);
	*plan = (struct plan){.job = j, .item = it};
	enum objects_state objects = objects_any(j->spec.request)
					     ? objects_look(c, j->spec.request, wanted(j))
					     : OBJECTS_READY;
	if (objects == OBJECTS_MISSING) {
		queue_possible(it, false); /* no nodes are kept for it */
		return false;
	}
	uint32_t per_node = job_most_on_node(j);
	struct pick q = {.request = j->spec.request,
			 .selection = selection_evaluate(c, j->spec.request),
			 .per_node = per_node,
			 .job = j,
			 .passer = passer_of(c, j),
			 .need = job_needs_at_once(j),
			 /* A choice is made among all nodes that fit. */
			 .want = j->place.want + (objects == OBJECTS_READY ? 0 : c->nodes.n) +
				 (j->members.any_failed_on ? FAILED_ON * per_node : 0)};
	uint32_t most = objects_most(j->spec.request);
	q.want = objects == OBJECTS_READY && q.want > most ? most : q.want;
	uint32_t n = pick_nodes(c, c->placing, &q, &plan->kept);
	if (n < q.need)
		return false;
	if (objects == OBJECTS_TO_CHOOSE)
		return choose(c, n, plan);
	plan->whole = n >= j->place.want;
	plan->n = pair(c, j, n);
	plan->v = c->placing->plan;
	return true;
}

/* Ends the look at the job of the plan. False: the look goes on in the next step. */
static bool conclude(struct core *c, const struct plan *plan)
{
	struct job_record *j = plan->job;
	c->placing->work += plan->n * WORK_PLACE + selection_work(c);
	if (plan->n)
		job_dirty(c, j);
	queue_placed(c, j, plan->n);
	if (j->place.want)
		return blocked(c, plan->item, plan->kept);
	queue_satisfied(c, plan->item);
	return true;
}

/* The job took a node that was held for one behind, or until later: others may have to be held. */
static bool takes_held(const struct core *c, const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n; i++) {
		if (reserve_holds(c, plan->v[i].node))
			return true;
	}
	return false;
}

/* False: this step's part is over. */
static bool concluded_new(struct core *c, const struct plan *plan)
{
	struct job_record *j = plan->job;
	if (!conclude(c, plan)) {
		queue_refresh(c, j);
		return false;
	}
	if (takes_held(c, plan))
		queue_due(c);
	if (!j->place.want)
		queue_take(c, j);
	return true;
}

static bool concluded(struct core *c, const struct plan *plan)
{
	if (c->placing->cycle == CYCLE_NEW)
		return concluded_new(c, plan);
	if (!conclude(c, plan))
		c->placing->at.i--;
	return true;
}

static struct queue_item *next_item(struct core *c)
{
	if (c->placing->work >= work_most(c))
		return NULL;
	if (c->placing->cycle == CYCLE_WHOLE)
		return queue_walk(c, &c->placing->at);
	const struct job_record *j = queue_next_new(c);
	return j ? queue_find(c, j) : NULL;
}

void place_begin(struct core *c)
{
	struct placing *p = c->placing;
	if (reserve_due(c))
		queue_due(c);
	bool whole = c->queue.cycle_due || c->queue.cycle_paused;
	p->work = 0;
	p->cycle = !whole ? CYCLE_NEW : c->idle ? CYCLE_WHOLE : CYCLE_NONE;
	if (p->cycle != CYCLE_WHOLE)
		return;
	p->at = (struct queue_position){0};
	if (c->queue.cycle_paused && !c->queue.moved) {
		p->at = queue_resume(c);
	} else {
		queue_begin(c);
		reservations_begin(c, queue_floor(c));
	}
}

/* Ends this step's part of the cycle. */
static void end(struct core *c)
{
	if (c->placing->cycle != CYCLE_WHOLE)
		return;
	if (queue_pause(c, c->placing->at))
		return;
	queue_end(c);
	reservations_end(c);
}

bool place_next(struct core *c, struct plan *plan)
{
	struct queue_item *it;
	if (c->placing->cycle == CYCLE_NONE || (plan->job && !concluded(c, plan)))
		return false;
	while ((it = next_item(c))) {
		if (look(c, it, plan))
			return true;
		if (!concluded(c, plan))
			return false;
	}
	end(c);
	return false;
}
