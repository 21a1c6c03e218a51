/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/attempt/launch.h"

#include "coordinator/core/attempt/address.h"
#include "coordinator/core/attempt/again.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/tickets.h"

enum { CREATE_ANSWER_MS = 600000 }; /* longer than the shell ever takes to answer */

static bool denied_to_agents(const struct core *c, const struct job_record *j)
{
	return templates_by_coordinator(c, j->ns, j->spec.template_id);
}

/* What an agent may create is narrowed by its admission policy alone. */
static bool agents_launch(const struct core *c)
{
	return c->cfg.agent_launch && (!c->cfg.agent_policy || c->agents_bound);
}

/* Its agent would make the pod without a proof, or without a variable. */
static bool agent_too_old(const struct core *c, const struct job_record *j,
			  const struct node_record *n)
{
	bool completions = j->spec.completions != j->spec.parallelism;
	return n->agent.connected &&
	       ((c->cfg.proofs && !n->agent.proofs) || (completions && n->agent.narrow));
}

bool attempt_needs_coordinator(const struct core *c, const struct attempt *a)
{
	return a->state == ATTEMPT_ORDERED && !attempt_seen(a) && !a->by_coordinator &&
	       agent_too_old(c, a->job, a->node);
}

void attempt_launch(struct core *c, struct attempt *a)
{
	struct job_record *j = a->job;
	a->by_coordinator |= !agents_launch(c) || j->spec.credentials || denied_to_agents(c, j) ||
			     agent_too_old(c, j, a->node);
	attempt_order_changed(c, a);
	ticket_want(c, a);
}

void attempt_go_on(struct core *c, struct attempt *a)
{
	if (a->state == ATTEMPT_ORDERED && !a->by_coordinator && !ticket_held(a) &&
	    a->timer.pos == 0)
		attempt_launch(c, a);
}

void attempt_create(struct core *c, struct attempt *a)
{
	const struct job_record *j = a->job;
	if (!a->by_coordinator) { /* its order goes out now */
		attempt_set_timer(c, a, c->now_ms + TICKET_MS);
		return;
	}
	struct core_action *act = action_new(c, ACT_POD_CREATE);
	act->pod_create = (struct pod_create){
		.ns = action_str(c, j->ns),
		.name = action_str(c, a->pod),
		.job_name = action_str(c, j->name),
		.job_uid = action_str(c, j->uid),
		.node = action_str(c, a->node->name),
		.index = a->id.index,
		.attempt = a->id.attempt,
		.parallelism = j->spec.parallelism,
		.completions = j->spec.completions,
		.template_hash = action_str(c, intern_str(c->strs, a->template_id))};
	a->creating = true;
	attempt_set_timer(c, a, c->now_ms + CREATE_ANSWER_MS);
}

void attempt_launch_by_coordinator(struct core *c, struct attempt *a)
{
	a->by_coordinator = true;
	ticket_back(c, a);
	attempt_launch(c, a);
}

/* An attempt that was lost has its index back when its successor has ended, and is replaced once
 * more. That it was lost counts once: its long run would make each end of a successor the first. */
static void supersede(struct core *c, struct attempt *a)
{
	attempt_order_changed(c, a); /* the order is withdrawn */
	node_dirty(c, a->node);      /* which may answer, and stop it */
	attempt_take_address(c, a);
	if (!a->loss_counted)
		(void)again_count(c, a, NULL);
	a->loss_counted = true;
}

struct attempt *attempt_place(struct core *c, struct job_record *j, uint32_t index,
			      struct node_record *n)
{
	const struct slot *s = job_slot(j, index);
	must(!s->current || attempt_replaceable(s->current));
	if (s->current)
		supersede(c, s->current);
	uint32_t floor = s->last > j->members.attempt_floor ? s->last : j->members.attempt_floor;
	struct attempt *a = attempt_begin(c, j, index, floor + 1, n);
	c->stats.placements++;
	log_info(c->log, "member placed", KS("job", j->key), KI("member", index),
		 KI("attempt", a->id.attempt), KS("node", n->name));
	attempt_set_state(c, a, ATTEMPT_ORDERED);
	attempt_launch(c, a);
	return a;
}
