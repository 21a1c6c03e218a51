/* SPDX-License-Identifier: Apache-2.0 */
/* A Node that is not Ready is no node that is lost: for some seconds every kubelet says so after
 * its start, when its runtime or network plugin is slow (KubeletNotReady), or when it could not
 * renew its Lease in time. The containers run on. Kubernetes itself waits: the node lifecycle
 * controller taints the Node (not-ready, unreachable; NoExecute), and the taint eviction controller
 * deletes its pods after their tolerationSeconds, 300 by default (DefaultTolerationSeconds). Muster
 * has a better witness, the agent: while the agent answers, the machine and its network work, and
 * members are kept for the job's own tolerationSeconds or else the setting's time. Without an agent
 * that answers there is no witness, and the members are lost at once.
 *
 * An agent that has hung up may only be restarting, so it answers still for as long as an agent may
 * be silent; and after a change of leader, agents have the usual time to come. What the previous
 * leader had given up is not taken back by the word of the new one. */
#include "coordinator/core/life/not_ready.h"

#include <utlist.h>

#include "base/clocktext.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"

/* The previous leader wrote that the node has failed: its time was over then, and ran since. */
static int64_t over_before_ms(const struct core *c, const struct node_record *n)
{
	const struct cond_state *ready = &n->verdict.conditions[NC_READY];
	int64_t ago_ms = ready->status == COND_FALSE ? c->wall_ms - ready->since_ms : 0;
	return ago_ms > c->cfg.node_not_ready_ms ? ago_ms : c->cfg.node_not_ready_ms;
}

void not_ready_note(struct core *c, struct node_record *n)
{
	struct node_verdict *v = &n->verdict;
	bool unready = n->kube.exists && n->kube.ready != COND_TRUE;
	if (unready == v->unready)
		return;
	v->unready = unready;
	if (!unready)
		return;
	v->unready_ms = c->now_ms;
	v->kept_until_ms = whole_seconds(c->wall_ms + c->cfg.node_not_ready_ms);
	if (node_keeps_last(c, n) && v->state == COMPUTE_NODE_FAILED)
		v->unready_ms -= over_before_ms(c, n);
	else
		log_info(c->log, "node not ready", KS("node", n->name));
}

/* For how long yet an agent that is not connected counts as one that answers. */
static int64_t may_come_ms(const struct core *c, const struct node_record *n)
{
	if (n->agent.heard)
		return n->agent.heard_loop_ms + c->cfg.node_silent_grace_ms - c->loop_ms;
	return n->verdict.agentless ? 0 : c->gate.opens_ms - c->now_ms;
}

bool not_ready_kept(const struct core *c, const struct node_record *n)
{
	if (!n->verdict.unready || n->kube.out_of_service || n->agent.silent)
		return false;
	return n->agent.connected || may_come_ms(c, n) > 0;
}

bool not_ready_over(const struct core *c, const struct node_record *n)
{
	return c->now_ms - n->verdict.unready_ms >= c->cfg.node_not_ready_ms;
}

static int64_t patience_ms(const struct core *c, const struct attempt *a)
{
	const struct job_want *w = &a->job->spec;
	int64_t own = a->node->kube.ready == COND_FALSE ? w->not_ready_ms : w->unreachable_ms;
	return own ? own : c->cfg.node_not_ready_ms;
}

bool not_ready_over_for(const struct core *c, const struct attempt *a)
{
	return c->now_ms - a->node->verdict.unready_ms >= patience_ms(c, a);
}

static void due(struct node_record *n, int64_t at_ms)
{
	if (at_ms < n->verdict.kept_due_ms)
		n->verdict.kept_due_ms = at_ms;
}

void not_ready_plan(const struct core *c, struct node_record *n, bool kept)
{
	const struct attempt *a;
	n->verdict.kept_due_ms = INT64_MAX;
	if (!kept)
		return;
	if (!n->agent.connected)
		due(n, c->now_ms + may_come_ms(c, n));
	if (!not_ready_over(c, n))
		due(n, n->verdict.unready_ms + c->cfg.node_not_ready_ms);
	DL_FOREACH2(n->attempts, a, node_next)
	{
		int64_t patience = patience_ms(c, a);
		if (patience != INT64_MAX && !not_ready_over_for(c, a))
			due(n, n->verdict.unready_ms + patience);
	}
}
