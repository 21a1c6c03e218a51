/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/gate.h"

#include <utlist.h>

#include "coordinator/core/life/not_ready.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/room.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/waiting.h"

void gate_idle(struct core *c)
{
	c->gate.open = true;
	c->gate.opens_ms = INT64_MAX;
}

void gate_close(struct core *c)
{
	c->gate.open = false;
	c->gate.lead_ms = c->now_ms;
	c->gate.opens_ms = INT64_MAX;
}

void gate_wait(struct core *c)
{
	c->gate.opens_ms = c->now_ms + c->cfg.node_unheard_ms;
}

static void open_gate(struct core *c)
{
	struct node_record *n, *ntmp;
	struct job_record *j;
	c->gate.open = true;
	queue_due(c);
	log_info(c->log, "wait for agents ended", KI("after_ms", c->now_ms - c->gate.lead_ms));
	HASH_ITER (hh, c->nodes.by_name, n, ntmp)
		node_dirty(c, n);
	DL_FOREACH2(c->jobs.all, j, all_next)
	{
		if (job_blocked(j))
			waiting_soon(c, j);
		if (j->object.predates_leader && !job_finished(j))
			job_dirty(c, j);
	}
}

/* A Node that is not Ready for a moment has an agent, and that may have orders. One of which all
 * leaders so far say that it never had an agent will have none now either (Windows,
 * virtual-kubelet), or none with orders. */
static bool awaited(const struct core *c, const struct node_record *n)
{
	return n->kube.exists && !n->agent.heard && (!n->verdict.agentless || n->attempts) &&
	       (n->kube.ready == COND_TRUE || not_ready_kept(c, n));
}

static bool all_heard(const struct core *c)
{
	for (const struct node_record *n = c->nodes.by_name; n; n = n->hh.next) {
		if (awaited(c, n))
			return false;
	}
	return true;
}

void gate_tick(struct core *c)
{
	if (!c->gate.open && (c->now_ms >= c->gate.opens_ms || all_heard(c)))
		open_gate(c);
}

int64_t gate_deadline(const struct core *c)
{
	return c->gate.open ? INT64_MAX : c->gate.opens_ms;
}
