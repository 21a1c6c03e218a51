/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/check.h"

#include <utlist.h>

#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/orders.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"

/* The last step left nothing to decide. */
static bool settled(const struct core *c)
{
	return c->synced && !c->jobs.dirty && !c->nodes.dirty;
}

static void check_slots(const struct core *c, const struct job_record *j)
{
	for (uint32_t i = 0; i < job_slots_end(j); i++) {
		const struct slot *s = job_slot_find(j, i);
		const struct attempt *a = s ? s->current : NULL;
		if (!a)
			continue;
		must(a->job == j && a->id.index == i && a->state != ATTEMPT_ENDED);
		must(a->id.attempt <= s->last && s->last <= j->members.highest_attempt);
		must(attempt_find(c, j, i, a->id.attempt) == a);
		/* No attempt of an index that is over runs on. */
		must(!settled(c) || !job_index_over(j, i) || !attempt_live(a) || !a->confirmed ||
		     job_finished(j));
	}
}

static void check_counts(const struct job_record *j)
{
	uint32_t count[ATTEMPT_STATE_N] = {0}, nready = 0, spent = 0;
	bool ended = false;
	const struct attempt *a;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		count[a->state]++;
		spent += attempt_spent(a);
		nready += a->state == ATTEMPT_RUNNING && a->ready;
		ended |= a == j->members.ended;
		must(ended == (a->state == ATTEMPT_ENDED));
		must(!a->orphaned || j->object.orphan);
		must(a->state != ATTEMPT_NONE && a->takes_room == (a->state != ATTEMPT_ENDED));
	}
	for (uint32_t s = 0; s < ATTEMPT_STATE_N; s++)
		must(count[s] == j->members.count[s]);
	uint32_t done = runs_count(&j->members.completed, j->spec.completions);
	uint32_t failed = runs_count(&j->members.failed_indexes, j->spec.completions);
	must(spent == j->members.nspent);
	must(nready == j->members.nready && done == j->members.ncompleted);
	must(failed == j->members.nfailed_indexes);
}

static void check_job(const struct core *c, const struct job_record *j)
{
	check_counts(j);
	check_slots(c, j);
	if (!settled(c) || !j->object.known)
		return;
	must(!j->dirty);
	must(!job_finished(j) || !job_queued(j));
	must(!job_queued(j) || ((j->place.want > 0 || c->queue.cycle_paused) &&
				!j->object.deleted && !j->spec.suspend));
	must(!job_queued(j) || c->queue.cycle_paused || j->place.want <= job_wanted_at_once(j));
	must(j->life.state != JOB_NONE);
	/* No attempt of a job that is finished, suspended or being deleted runs on. */
	const struct attempt *a;
	DL_FOREACH2(j->members.attempts, a, job_next)
	must(!attempt_live(a) || !a->confirmed ||
	     (!job_finished(j) && !j->spec.suspend && !j->object.deleting));
}

/* Each ticket of the window is held by an attempt, and none waits for a node that holds none. */
static void check_tickets(const struct core *c)
{
	const struct node_record *n;
	const struct attempt *a;
	uint32_t out = 0;
	for (n = c->nodes.by_name; n; n = n->hh.next) {
		uint32_t held = 0;
		DL_FOREACH2(n->attempts, a, node_next)
		held += ticket_held(a);
		must(held == n->tickets.held && (held || !n->tickets.parked));
		out += held;
	}
	must(out == c->tickets.pace.out);
	must(!settled(c) || tickets_deadline(c) > c->now_ms);
}

static void check_node(const struct core *c, const struct node_record *n)
{
	const struct attempt *a;
	uint32_t live = 0, wide = 0;
	int64_t pods = 0;
	must(c->nodes.at[n->idx] == n);
	DL_FOREACH2(n->attempts, a, node_next)
	{
		must(a->node == n);
		wide += a->id.index >= INDEX_NARROW;
		live += a->takes_room;
		pods += a->takes_room ? 1000 : 0;
	}
	must(wide == n->nwide);
	must(live == n->nlive && res_row(c, n, ROW_USED)[RES_PODS] == pods);
	must(!settled(c) || !n->dirty);
	must(n->dirty || !n->attempts_new);
	must(!settled(c) || n->orders.recount || n->orders.sum == orders_sum(n));
	const struct order *v;
	uint32_t norders;
	uint64_t revision;
	orders_view(c, n->name, &v, &norders, &revision);
	for (uint32_t i = 0; i < norders; i++) {
		for (uint32_t k = 0; k < i; k++)
			must(!str_eq(v[i].pod, v[k].pod) || !str_eq(v[i].ns, v[k].ns));
	}
}

/* The attempt holds one of the places that its job may have on its node. Muster never puts more
 * there, unless pods that were seen there say so. */
static bool ordered_there(const struct attempt *a)
{
	return attempt_live(a) && a->state != ATTEMPT_LOST && !attempt_seen(a);
}

static void check_room(const struct node_record *n)
{
	const struct attempt *a, *b;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		if (!ordered_there(a))
			continue;
		uint32_t more = 0;
		for (b = a->node_next; b; b = b->node_next)
			more += b->job == a->job && ordered_there(b);
		must(more < (a->job->spec.per_node ? a->job->spec.per_node : 1));
	}
}

void core_check(const struct core *c)
{
	const struct job_record *j;
	const struct node_record *n;
	for (j = c->jobs.all; j; j = j->all_next)
		check_job(c, j);
	for (n = c->nodes.by_name; n; n = n->hh.next) {
		check_node(c, n);
		check_room(n);
	}
	check_tickets(c);
}
