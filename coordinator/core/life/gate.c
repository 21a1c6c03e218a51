/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/gate.h"

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/waiting.h"

/* After a change of leader nodes and old jobs wait for the agents, but not for ever. */
static void open_gate(struct core *c)
{
	struct node_record *n, *ntmp;
	struct job_record *j, *jtmp;
	c->all_heard = c->place_dirty = true;
	log_info(c->log, "agents have been heard", KI("after_ms", c->now_ms - c->lead_ms));
	HASH_ITER (hh, c->nodes, n, ntmp)
		node_dirty(c, n);
	HASH_ITER (hh_uid, c->jobs_uid, j, jtmp) {
		if (j->blocked)
			waiting_soon(c, j);
		if (j->old && !job_finished(j))
			job_dirty(c, j);
	}
}

static bool all_heard(const struct core *c)
{
	for (const struct node_record *n = c->nodes; n; n = n->hh.next) {
		if (n->has_node && n->ready == COND_TRUE && !n->heard)
			return false;
	}
	return true;
}

void gate_tick(struct core *c)
{
	if (!c->all_heard && (c->now_ms >= c->gate_ms || all_heard(c)))
		open_gate(c);
}

int64_t gate_deadline(const struct core *c)
{
	return c->all_heard ? INT64_MAX : c->gate_ms;
}
