/* SPDX-License-Identifier: Apache-2.0 */
/* Before CEV_SYNCED the core only fills its tables. Nothing is decided, counted, placed or written
 * while some of the objects are not known. */
#include "coordinator/core/core.h"

#include <stdlib.h>
#include <utlist.h>

#include "coordinator/core/life/gate.h"
#include "coordinator/core/life/node_apply.h"
#include "coordinator/core/life/silence.h"
#include "coordinator/core/observe/admission_seen.h"
#include "coordinator/core/observe/adopt.h"
#include "coordinator/core/observe/agent_seen.h"
#include "coordinator/core/observe/believed.h"
#include "coordinator/core/observe/job_seen.h"
#include "coordinator/core/observe/looked_up.h"
#include "coordinator/core/observe/node_seen.h"
#include "coordinator/core/observe/ops_ended.h"
#include "coordinator/core/observe/pods_listed.h"
#include "coordinator/core/place/explain.h"
#include "coordinator/core/place/placing.h"
#include "coordinator/core/place/reserve.h"
#include "coordinator/core/place/what_if.h"
#include "coordinator/core/settle.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/dependencies.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/memory.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/nominated.h"
#include "coordinator/core/state/old_pods.h"
#include "coordinator/core/state/orders.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"
#include "coordinator/core/state/tickets.h"
#include "coordinator/core/tell/job_status.h"
#include "coordinator/core/tell/node_status.h"

struct core *core_new(const struct core_config *cfg, const struct log *log)
{
	struct core *c = mem_zalloc(1, sizeof *c);
	c->cfg = *cfg;
	c->log = log;
	tables_init(c);
	c->placing = placing_new();
	c->questions = placing_new();
	gate_idle(c);
	return c;
}

static void forget(struct core *c)
{
	struct job_record *j;
	struct node_record *n, *ntmp;
	queue_forget(c);
	HASH_ITER (hh, c->nodes.by_name, n, ntmp) {
		while (n->attempts)
			attempt_free(c, n->attempts);
	}
	DL_FOREACH2(c->jobs.all, j, all_next)
	dependencies_free(c, j);
	while ((j = c->jobs.all))
		job_free(c, j);
	nominated_forget(c);
	nodes_forget(c);
	templates_forget(c);
	silence_forget(c);
	queue_idle(c);
	c->synced = c->settled = c->agents_bound = false;
	must(!c->queue.n && !c->waiting.first && !c->waiting.again && !c->nodes.nsilent &&
	     !c->nodes.connected && !c->jobs.dirty && !c->nodes.dirty);
	reservations_forget(c);
	tickets_forget(c);
	c->out.n = 0;
}

struct core *core_free(struct core *c)
{
	if (!c)
		return NULL;
	forget(c);
	must(!c->labels.keys && !c->labels.taints);
	c->placing = placing_free(c->placing);
	c->questions = placing_free(c->questions);
	tables_done(c);
	free(c);
	return NULL;
}

static void lead(struct core *c, uint64_t epoch)
{
	forget(c);
	c->leading = true;
	c->epoch = epoch;
	c->loop_ms = 0;
	tickets_begin(c, epoch);
	gate_close(c);
}

/* The time for agents to connect begins here: before, no agent could connect. */
static void synced(struct core *c, bool old_pods_come)
{
	struct job_record *j;
	struct node_record *n, *ntmp;
	if (c->synced)
		return;
	c->synced = true;
	gate_wait(c);
	DL_FOREACH2(c->jobs.all, j, all_next)
	{
		job_tell_old(c, j);
		if (!old_pods_come)
			old_pods_forget(j);
		if (j->object.known)
			job_adopt_attempts(c, j);
		job_dirty(c, j);
	}
	HASH_ITER (hh, c->nodes.by_name, n, ntmp) {
		orders_recount(c, n);
	}
	log_info(c->log, "core synced", KI("jobs", c->jobs.by_name.n),
		 KI("nodes", HASH_COUNT(c->nodes.by_name)), KI("members", c->attempts.by_id.n));
}

static void on_lead(struct core *c, const struct core_event *ev)
{
	lead(c, ev->epoch);
}

static void on_unlead(struct core *c, const struct core_event *ev)
{
	(void)ev;
	forget(c);
	c->leading = false;
	gate_idle(c);
}

static void on_synced(struct core *c, const struct core_event *ev)
{
	synced(c, ev->old_pods_come);
}

static void on_agents_bound(struct core *c, const struct core_event *ev)
{
	c->agents_bound = ev->bound;
}

static void on_job(struct core *c, const struct core_event *ev)
{
	job_seen(c, ev->job);
}

static void on_job_deleted(struct core *c, const struct core_event *ev)
{
	job_deleted(c, ev->gone);
}

static void on_node(struct core *c, const struct core_event *ev)
{
	node_seen(c, ev->node);
}

static void on_node_deleted(struct core *c, const struct core_event *ev)
{
	node_deleted(c, ev->gone);
}

static void on_compute_node(struct core *c, const struct core_event *ev)
{
	compute_node_seen(c, ev->compute_node);
}

static void on_compute_node_deleted(struct core *c, const struct core_event *ev)
{
	compute_node_deleted(c, ev->gone);
}

static void on_nominated(struct core *c, const struct core_event *ev)
{
	nominated_set(c, ev->nominated);
}

static void on_nominated_gone(struct core *c, const struct core_event *ev)
{
	nominated_left(c, ev->gone->uid);
}

static void on_written(struct core *c, const struct core_event *ev)
{
	if (ev->written.is_job)
		job_status_written(c, ev);
	else
		node_status_written(c, ev);
}

static void (*const handlers[])(struct core *, const struct core_event *) = {
	[CEV_TICK] = NULL,
	[CEV_LEAD] = on_lead,
	[CEV_UNLEAD] = on_unlead,
	[CEV_SYNCED] = on_synced,
	[CEV_JOB] = on_job,
	[CEV_JOB_GONE] = on_job_deleted,
	[CEV_NODE] = on_node,
	[CEV_NODE_GONE] = on_node_deleted,
	[CEV_COMPUTE_NODE] = on_compute_node,
	[CEV_COMPUTE_NODE_GONE] = on_compute_node_deleted,
	[CEV_NOMINATED] = on_nominated,
	[CEV_NOMINATED_GONE] = on_nominated_gone,
	[CEV_HELLO] = agent_hello,
	[CEV_REPORT] = agent_report,
	[CEV_HEARD] = agent_heard,
	[CEV_HANGUP] = agent_hangup,
	[CEV_DROPPED] = agent_dropped,
	[CEV_PODS] = pods_listed,
	[CEV_SERVICE] = job_service_ended,
	[CEV_POD_DONE] = pod_op_ended,
	[CEV_POD_ASKED] = admission_answered,
	[CEV_JOB_CHECKED] = job_checked,
	[CEV_STATUS_WRITTEN] = on_written,
	[CEV_LOOKED_UP] = looked_up,
	[CEV_APPLIED] = node_applied,
	[CEV_AGENTS_BOUND] = on_agents_bound,
};

static void dispatch(struct core *c, const struct core_event *ev)
{
	must((unsigned)ev->type < ARRAY_LEN(handlers));
	if (handlers[ev->type])
		handlers[ev->type](c, ev);
}

/* loop_ms stands still over a gap between turns: in a gap only the coordinator was silent. */
static void set_time(struct core *c, const struct core_event *ev)
{
	int64_t passed = ev->now_ms - c->now_ms;
	if (passed > 0 && passed <= c->cfg.loop_gap_ms)
		c->loop_ms += passed;
	if (passed > 0)
		c->now_ms = ev->now_ms;
	c->wall_ms = ev->wall_ms;
}

void core_step(struct core *c, const struct core_event *ev, struct core_actions *ret)
{
	c->out.n = 0;
	arena_reset(&c->out.text);
	arena_reset(c->out.view);
	set_time(c, ev);
	c->stats.steps++;
	if (c->leading || ev->type == CEV_LEAD)
		dispatch(c, ev);
	c->idle = ev->type == CEV_TICK;
	if (c->leading && c->synced) {
		gate_tick(c);
		silence_tick(c);
		if (timers_fire(c))
			settle(c);
	}
	*ret = (struct core_actions){c->out.v, c->out.n};
}

static int64_t earliest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t core_deadline(const struct core *c)
{
	if (!c->leading || !c->synced)
		return INT64_MAX;
	if (c->jobs.dirty || c->nodes.dirty || c->queue.cycle_paused || c->queue.cycle_due ||
	    c->queue.nnew)
		return c->now_ms;
	int64_t at = earliest(heap_next(&c->timers), explain_deadline(c));
	at = earliest(at, tickets_deadline(c));
	return earliest(earliest(at, reserve_deadline(c)),
			earliest(gate_deadline(c), silence_deadline(c)));
}

void core_orders(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision)
{
	orders_view(c, node, ret, ret_n, ret_revision);
}

bool core_job_status(const struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv)
{
	return job_status_view(c, ns, name, ret, ret_rv);
}

void core_job_status_taken(struct core *c, const char *ns, const char *name,
			   const struct job_status *sent)
{
	job_status_taken(c, ns, name, sent);
}

bool core_compute_node_status(const struct core *c, const char *name,
			      struct compute_node_status *ret, const char **ret_rv)
{
	return node_status_view(c, name, ret, ret_rv);
}

void core_compute_node_status_taken(struct core *c, const char *name,
				    const struct compute_node_status *sent)
{
	node_status_taken(c, name, sent);
}

bool core_compute_node_apply(const struct core *c, const char *name, struct compute_node_apply *ret)
{
	return node_apply_view(c, name, ret);
}

bool core_template_used(const struct core *c, const char *name)
{
	return templates_used(c, name);
}

void core_what_if(const struct core *c, const struct job_spec *spec, struct what_if *ret)
{
	*ret = place_what_if(c, c->questions, spec);
	const char **names = arena_alloc(view_memory(c), (ret->n + (size_t)1) * sizeof *names);
	must(names);
	for (uint32_t i = 0; i < ret->n; i++)
		names[i] = c->nodes.at[c->questions->candidates[i].node]->name;
	ret->nodes = names;
}
