/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a ComputeNode follows from what is known, and is computed at each change:
 *
 *	no Node, or agent never heard ........ Pending
 *	agent silent, or Node not Ready ...... Failed; not yet while its members are kept
 *	                                       (not_ready.c)
 *	Node or ComputeNode cordoned ......... Draining with members, Drained without
 *	else ................................. Running
 *
 * After a change of leader the stored state is kept until the agent is heard or the gate opens
 * (gate.c). What the loss of a node means for its members is called from here: attempt_lost and
 * attempt_found. */
#include "coordinator/core/life/node_state.h"

#include "base/clocktext.h"
#include "coordinator/core/attempt/loss.h"
#include "coordinator/core/life/node_apply.h"
#include "coordinator/core/life/not_ready.h"
#include "coordinator/core/life/pod_lists.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/conditions.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/nominated.h"
#include "coordinator/core/state/reasons.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/unproven.h"
#include "coordinator/core/tell/node_status.h"

static enum compute_node_state state_of(const struct core *c, const struct node_record *n)
{
	if (!n->kube.exists)
		return COMPUTE_NODE_PENDING;
	if (n->agent.silent ||
	    (n->verdict.loss == NODE_UNREADY ? not_ready_over(c, n) : node_unready(n)))
		return COMPUTE_NODE_FAILED;
	if (node_keeps_last(c, n))
		return n->verdict.state;
	if (!n->agent.heard)
		return COMPUTE_NODE_PENDING;
	if (node_cordoned(n))
		return n->nlive ? COMPUTE_NODE_DRAINING : COMPUTE_NODE_DRAINED;
	return COMPUTE_NODE_RUNNING;
}

static enum loss loss_of(const struct core *c, const struct node_record *n)
{
	/* The taint on a node that answers is a mistake, and does not count. */
	if (!n->kube.exists ||
	    (n->kube.out_of_service && (n->kube.ready != COND_TRUE || n->agent.silent)))
		return NODE_LOST;
	if (not_ready_kept(c, n))
		return NODE_UNREADY;
	if (node_unready(n) || (n->agent.silent && !n->agent.silent_with_most))
		return NODE_DOUBTFUL;
	return NODE_PRESENT;
}

static void set_condition(const struct core *c, struct node_record *n, enum node_condition which,
			  enum reason bad, enum reason good)
{
	struct cond_state *s = &n->verdict.conditions[which];
	enum cond_status st = bad ? COND_FALSE : COND_TRUE;
	if (s->status != st)
		s->since_ms = whole_seconds(c->wall_ms);
	s->status = st;
	s->reason = bad ? bad : good;
}

static void set_conditions(const struct core *c, struct node_record *n)
{
	enum reason bad = node_trouble(n);
	bool registered = n->agent.heard && bad == R_AgentNotConnected;
	enum reason agent = n->agent.connected ? (n->agent.silent ? R_AgentSilent : R_NONE)
					       : R_AgentNotConnected;
	set_condition(c, n, NC_READY, registered ? R_NONE : bad, R_NodeReady);
	set_condition(c, n, NC_AGENT, agent, R_AgentRegistered);
	set_condition(c, n, NC_SCHEDULABLE,
		      bad                ? bad
		      : node_cordoned(n) ? R_Cordoned
					 : R_NONE,
		      R_Schedulable);
}

/* The Event names the cause and what to do. */
static void event_failed(struct core *c, const struct node_record *n)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX);
	enum reason cause = node_trouble(n);
	buf_printf(&b, "%s: %s", reason_name(cause), reason_message(cause));
	event_node(c, n, R_NodeFailed, buf_str(&b));
}

static void set_state(struct core *c, struct node_record *n, enum compute_node_state to)
{
	if (n->verdict.state == to)
		return;
	log_info(c->log, "node state changed", KS("node", n->name),
		 KS("from", compute_node_state_text(n->verdict.state)),
		 KS("to", compute_node_state_text(to)), KS("reason", reason_name(node_trouble(n))));
	if (to == COMPUTE_NODE_FAILED && n->verdict.state != COMPUTE_NODE_NONE)
		event_failed(c, n);
	n->verdict.state = to;
	n->verdict.since_ms = whole_seconds(c->wall_ms);
}

static void set_loss(struct core *c, struct node_record *n, enum loss loss)
{
	struct attempt *a, *next;
	bool changed = n->verdict.loss != loss, all = changed || loss == NODE_UNREADY;
	n->verdict.loss = loss;
	if (changed) /* what a lost node has in use blocks nobody */
		queue_due(c);
	for (a = all ? n->attempts : n->attempts_new; a; a = next) {
		next = a->node_next;
		attempt_settled(a);
		if (loss == NODE_UNREADY && not_ready_over_for(c, a))
			attempt_given_up(c, a);
		else if (loss == NODE_DOUBTFUL || loss == NODE_LOST)
			attempt_lost(c, a);
		else
			attempt_found(c, a);
		if (changed) /* the job may have waited for certainty */
			job_dirty(c, a->job);
	}
}

static void set_usable(struct core *c, const struct node_record *n)
{
	bool usable = n->verdict.loss == NODE_PRESENT && node_registered(n) && !n->agent.silent &&
		      n->agent.capacity_known && !node_cordoned(n);
	if (usable == bitset_has(&c->nodes.usable, n->idx))
		return;
	room_grown(c, n, true); /* a reservation may have counted on the node */
	node_set_usable(c, n, usable);
}

static void adopt_conditions(struct node_record *n, const struct compute_node_status *st)
{
	for (uint32_t i = 0; i < st->nconds; i++) {
		enum node_condition k = node_condition_find(st->conds[i].type);
		if (k == NC_N || n->verdict.conditions[k].since_ms)
			continue;
		n->verdict.conditions[k].status = st->conds[i].status;
		n->verdict.conditions[k].since_ms = st->conds[i].since_ms;
	}
}

void node_state_inherit(struct node_record *n, const struct compute_node_status *st)
{
	adopt_conditions(n, st);
	if (n->verdict.state != COMPUTE_NODE_NONE)
		return;
	n->verdict.state = st->state;
	n->verdict.inherited = n->verdict.state != COMPUTE_NODE_NONE;
	n->verdict.agentless =
		st->state == COMPUTE_NODE_PENDING && !*str_or_empty(st->agent_version);
	n->verdict.since_ms = st->since_ms;
}

void node_settle(struct core *c, struct node_record *n)
{
	if (n->caps_dirty) {
		n->caps_dirty = false;
		nominated_count(c, n);
		unproven_count(c, n);
		if (res_caps(c, n))
			room_grown(c, n, true);
	}
	not_ready_note(c, n);
	set_loss(c, n, loss_of(c, n));
	set_usable(c, n);
	if (!node_keeps_last(c, n) || node_unready(n))
		set_conditions(c, n);
	set_state(c, n, state_of(c, n));
	not_ready_plan(c, n, n->verdict.loss == NODE_UNREADY);
	node_apply_check(c, n);
	pod_lists_plan(c, n);
	node_status_check(c, n);
}
