/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/settle.h"

#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/life/ask.h"
#include "coordinator/core/life/job_policy.h"
#include "coordinator/core/life/node_state.h"
#include "coordinator/core/place/cycle.h"
#include "coordinator/core/place/explain.h"
#include "coordinator/core/state/choice.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/orders.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"
#include "coordinator/core/state/waiting.h"

enum { STEP_JOBS = 4000, STEP_NODES = 2000, STEP_TIMERS = 10000, WORK_JOB = 4, LOOKS_JOB = 8 };

/* Enough members of the job are placed for it to start. whole: the job wants no more, so its
 * message about waiting is over. */
static void started(struct core *c, struct job_record *j, bool whole)
{
	if (!j->life.start_ms)
		waiting_soon(c, j);
	job_start(c, j);
	job_set_condition(c, j, JC_SCHEDULED, COND_TRUE, R_Placed);
	if (whole && j->told.reason == R_Unschedulable)
		job_set_message(j, R_NONE, "%s", "");
}

static void carry_out(struct core *c, const struct plan *plan)
{
	if (plan->chooses) {
		choice_make(c, plan->job->spec.request, plan->chosen);
		return;
	}
	started(c, plan->job, plan->whole);
	for (uint32_t i = 0; i < plan->n; i++)
		attempt_place(c, plan->job, plan->v[i].index, c->nodes.at[plan->v[i].node]);
}

static void place(struct core *c)
{
	struct plan plan = {0};
	place_begin(c);
	while (place_next(c, &plan))
		carry_out(c, &plan);
}

static void begin_creates(struct core *c)
{
	struct attempt *a;
	while ((a = tickets_next(c)))
		attempt_create(c, a);
}

static void node_due(struct core *c, struct heap_node *t)
{
	node_dirty(c, OWNER_OF(t, struct node_record, timer));
}

static void room_due(struct core *c, struct heap_node *t)
{
	node_caps_dirty(c, OWNER_OF(t, struct node_record, room_timer));
}

static void job_due(struct core *c, struct heap_node *t)
{
	job_dirty(c, OWNER_OF(t, struct job_record, timer));
}

static void attempt_due(struct core *c, struct heap_node *t)
{
	attempt_timer_due(c, OWNER_OF(t, struct attempt, timer));
}

static void admitted_due(struct core *c, struct heap_node *t)
{
	admission_due(c, OWNER_OF(t, struct admitted, timer));
}

static void round_due(struct core *c, struct heap_node *t)
{
	(void)t;
	admission_round(c);
}

static void lookup_timer_due(struct core *c, struct heap_node *t)
{
	lookup_due(c, OWNER_OF(t, struct lookup, timer));
}

static void fire(struct core *c, struct heap_node *t)
{
	static void (*const due[])(struct core *, struct heap_node *) = {
		[TIMER_NODE] = node_due,
		[TIMER_ROOM] = room_due,
		[TIMER_JOB] = job_due,
		[TIMER_ATTEMPT] = attempt_due,
		[TIMER_ADMITTED] = admitted_due,
		[TIMER_ROUND] = round_due,
		[TIMER_LOOKUP] = lookup_timer_due,
	};
	must((unsigned)t->kind < ARRAY_LEN(due));
	due[t->kind](c, t);
}

bool timers_fire(struct core *c)
{
	struct heap_node *t;
	uint32_t most = c->cfg.step_jobs ? c->cfg.step_jobs : STEP_TIMERS;
	for (uint32_t n = 0; n < most; n++) {
		t = heap_pop_due(&c->timers, c->now_ms);
		if (!t)
			return true;
		fire(c, t);
	}
	return false;
}

/* True: all nodes are settled. */
static bool settle_nodes(struct core *c, uint32_t *budget)
{
	struct node_record *n;
	for (; *budget && (n = node_take_dirty(c)); (*budget)--) {
		node_settle(c, n);
		orders_emit(c, n);
		node_free_if_unused(c, n);
	}
	return !c->nodes.dirty;
}

/* What a decision did beside the usual is taken from what is left of the step. */
static void charge(uint32_t *budget, uint32_t jobs)
{
	*budget -= jobs < *budget ? jobs : *budget;
}

static bool settle_jobs(struct core *c, uint32_t *budget)
{
	struct job_record *j;
	while (*budget && (j = job_take_dirty(c))) {
		job_decide(c, j);
		job_free_if_unused(c, j);
		charge(budget, 1 + selection_work(c) / WORK_JOB + dependencies_work(c) / LOOKS_JOB);
	}
	return !c->jobs.dirty;
}

void settle(struct core *c)
{
	bool placed = false;
	uint32_t jobs = c->cfg.step_jobs ? c->cfg.step_jobs : STEP_JOBS;
	uint32_t nodes = c->cfg.step_jobs ? c->cfg.step_jobs : STEP_NODES;
	do {
		while (c->jobs.dirty || c->nodes.dirty) {
			if (!settle_jobs(c, &jobs) || !settle_nodes(c, &nodes)) {
				c->unsettled = true;
				return;
			}
		}
		c->settled = true;
		/* One cycle a step: the next step places what did not fit into this one. */
		if (!placed)
			place(c);
		/* While a cycle is due or not at its end, messages would soon be out of date. */
		if (!placed && !c->queue.cycle_paused && !c->queue.cycle_due)
			explain_due(c);
		placed = true;
		begin_creates(c);
	} while (c->jobs.dirty || c->nodes.dirty);
	c->unsettled = false;
}
