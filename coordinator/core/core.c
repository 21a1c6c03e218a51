/* SPDX-License-Identifier: Apache-2.0 */
/* The step: an event changes the tables and marks what it touched; then timers fire, and what was
 * touched is settled: nodes, jobs, placements, until nothing is left to do. Before CEV_SYNCED the
 * tables are only filled: nothing is decided, counted, placed or written from ignorance. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/inside.h"
#include "coordinator/core/match.h"
#include "coordinator/core/place.h"

enum { TEXT_MAX = 1 << 28, STEP_JOBS = 4000, STEP_NODES = 2000, STEP_TIMERS = 10000 };

struct core *core_new(const struct core_config *cfg, const struct log *log, uint64_t seed)
{
	struct core *c = mem_zalloc(1, sizeof *c);
	c->cfg = *cfg;
	c->log = log;
	c->seed = seed;
	c->rng = (struct rng){seed};
	c->strs = intern_new();
	c->act_text = ARENA_INIT(TEXT_MAX);
	c->view = ARENA_INIT(TEXT_MAX);
	c->all_heard = true;
	c->gate_ms = INT64_MAX;
	return c;
}

static void forget(struct core *c)
{
	struct mjob *j, *jtmp;
	struct mnode *n, *ntmp;
	queue_forget(c);
	HASH_ITER (hh, c->nodes, n, ntmp) {
		while (n->atts)
			att_free(c, n->atts);
	}
	HASH_ITER (hh_uid, c->jobs_uid, j, jtmp)
		job_free(c, j);
	HASH_ITER (hh, c->nodes, n, ntmp)
		node_free(c, n);
	templates_forget(c);
	c->nnode_spare = c->nnodes = 0;
	c->suspects_itself = c->synced = c->settled = c->place_dirty = c->place_more = false;
	must(!c->queue.n && !c->why_first && !c->why_again && !c->nsilent && !c->lru &&
	     !c->dirty_jobs && !c->dirty_nodes);
	reserve_clear(c);
	bitset_zero(&c->usable);
	c->nacts = 0;
}

struct core *core_free(struct core *c)
{
	if (!c)
		return NULL;
	forget(c);
	must(!c->labelkeys && !c->taintsets);
	for (uint32_t i = 0; i < c->nres; i++)
		free(c->res_names[i]);
	heap_done(&c->timers);
	hmap_done(&c->atts);
	hmap_done(&c->atts_pod);
	bitset_done(&c->usable);
	reserve_done(c);
	bitset_done(&c->queue.grown);
	bitset_done(&c->queue.recapped);
	bitset_done(&c->pick_ok);
	bitset_done(&c->pick_tier);
	levels_done(c);
	arena_done(&c->act_text);
	arena_done(&c->view);
	free(c->node_at);
	free(c->node_spare);
	free(c->queue.block);
	free(c->kept);
	free(c->cands);
	free(c->acts);
	intern_free(c->strs);
	free(c);
	return NULL;
}

static void lead(struct core *c, uint64_t epoch)
{
	forget(c);
	c->leading = true;
	c->epoch = epoch;
	c->lead_ms = c->now_ms;
	c->loop_ms = 0;
	c->all_heard = false;
	c->gate_ms = INT64_MAX;
}

/* The grace for agents runs from here: none of them could be heard before. */
static void synced(struct core *c)
{
	struct mjob *j, *jtmp;
	struct mnode *n, *ntmp;
	if (c->synced)
		return;
	c->synced = true;
	c->gate_ms = c->now_ms + c->cfg.node_unheard_ms;
	HASH_ITER (hh_uid, c->jobs_uid, j, jtmp) {
		if (j->known)
			job_on_synced(c, j);
		job_dirty(c, j);
	}
	HASH_ITER (hh, c->nodes, n, ntmp) {
		n->orders_dirty = true;
		node_dirty(c, n);
	}
	log_info(c->log, "core synced", KI("jobs", HASH_CNT(hh, c->jobs)),
		 KI("nodes", HASH_COUNT(c->nodes)), KI("members", c->atts.n));
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
	c->all_heard = true;
}

static void on_synced(struct core *c, const struct core_event *ev)
{
	(void)ev;
	synced(c);
}

static void on_job(struct core *c, const struct core_event *ev)
{
	job_on_job(c, ev->job);
}

static void on_job_gone(struct core *c, const struct core_event *ev)
{
	job_on_gone(c, ev->gone);
}

static void on_node(struct core *c, const struct core_event *ev)
{
	node_on_node(c, ev->node);
}

static void on_node_gone(struct core *c, const struct core_event *ev)
{
	node_on_node_gone(c, ev->gone);
}

static void on_cnode(struct core *c, const struct core_event *ev)
{
	node_on_cnode(c, ev->cnode);
}

static void on_cnode_gone(struct core *c, const struct core_event *ev)
{
	node_on_cnode_gone(c, ev->gone);
}

static void on_written(struct core *c, const struct core_event *ev)
{
	if (ev->written.is_job)
		job_on_written(c, ev);
	else
		node_on_written(c, ev);
}

static void (*const handlers[])(struct core *, const struct core_event *) = {
	[CEV_TICK] = NULL,
	[CEV_LEAD] = on_lead,
	[CEV_UNLEAD] = on_unlead,
	[CEV_SYNCED] = on_synced,
	[CEV_JOB] = on_job,
	[CEV_JOB_GONE] = on_job_gone,
	[CEV_NODE] = on_node,
	[CEV_NODE_GONE] = on_node_gone,
	[CEV_CNODE] = on_cnode,
	[CEV_CNODE_GONE] = on_cnode_gone,
	[CEV_HELLO] = live_hello,
	[CEV_REPORT] = live_report,
	[CEV_HEARD] = live_heard,
	[CEV_HANGUP] = live_hangup,
	[CEV_PODS] = observe_pods,
	[CEV_POD_DONE] = observe_pod_done,
	[CEV_JOB_CHECKED] = job_on_checked,
	[CEV_STATUS_WRITTEN] = on_written,
	[CEV_APPLIED] = node_on_applied,
};

static void dispatch(struct core *c, const struct core_event *ev)
{
	must((unsigned)ev->type < ARRAY_LEN(handlers));
	if (handlers[ev->type])
		handlers[ev->type](c, ev);
}

static void node_due(struct core *c, struct heap_node *t)
{
	node_dirty(c, OWNER_OF(t, struct mnode, timer));
}

static void room_due(struct core *c, struct heap_node *t)
{
	struct mnode *n = OWNER_OF(t, struct mnode, room_timer);
	n->caps_dirty = true;
	node_dirty(c, n);
}

static void job_due(struct core *c, struct heap_node *t)
{
	job_dirty(c, OWNER_OF(t, struct mjob, timer));
}

static void att_due(struct core *c, struct heap_node *t)
{
	att_timer(c, OWNER_OF(t, struct att, timer));
}

static void fire(struct core *c, struct heap_node *t)
{
	static void (*const due[])(struct core *, struct heap_node *) = {
		[TIMER_NODE] = node_due,
		[TIMER_ROOM] = room_due,
		[TIMER_JOB] = job_due,
		[TIMER_ATT] = att_due,
	};
	must((unsigned)t->kind < ARRAY_LEN(due));
	due[t->kind](c, t);
}

/* True: all that are due have fired. */
static bool fire_due(struct core *c)
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

/* True: all are settled. */
static bool settle_nodes(struct core *c, uint32_t *budget)
{
	while (c->dirty_nodes && (*budget)--) {
		struct mnode *n = c->dirty_nodes;
		DL_DELETE(c->dirty_nodes, n);
		n->dirty = false;
		node_settle(c, n);
		orders_emit(c, n);
		node_maybe_free(c, n);
	}
	return !c->dirty_nodes;
}

static bool settle_jobs(struct core *c, uint32_t *budget)
{
	while (c->dirty_jobs && (*budget)--) {
		struct mjob *j = c->dirty_jobs;
		DL_DELETE(c->dirty_jobs, j);
		j->dirty = false;
		job_decide(c, j);
		job_maybe_free(c, j);
	}
	return !c->dirty_jobs;
}

/* Jobs before nodes: a node's members, orders and numbers follow from what jobs decide. When more
 * of them changed than one step may settle, the next steps go on: until all are settled nothing is
 * placed, and no node is told anything new. */
static void settle(struct core *c)
{
	bool placed = false;
	uint32_t jobs = c->cfg.step_jobs ? c->cfg.step_jobs : STEP_JOBS;
	uint32_t nodes = c->cfg.step_jobs ? c->cfg.step_jobs : STEP_NODES;
	do {
		while (c->dirty_jobs || c->dirty_nodes) {
			if (!settle_jobs(c, &jobs) || !settle_nodes(c, &nodes))
				return;
		}
		c->settled = true;
		/* One cycle a step: what did not fit in it is the next step's. */
		if (!placed)
			place_cycle(c);
		/* A cycle that is about to come explains with what it knows. */
		if (!placed && !c->place_more && !c->place_dirty)
			why_tell(c);
		placed = true;
	} while (c->dirty_jobs);
	must(!c->dirty_nodes); /* placing changes a node by a job only */
}

/* The loop's own clock stands still over a gap between turns: nobody was silent but us. */
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
	c->nacts = 0;
	arena_reset(&c->act_text);
	arena_reset(&c->view);
	set_time(c, ev);
	c->stats.steps++;
	if (c->leading || ev->type == CEV_LEAD)
		dispatch(c, ev);
	c->idle = ev->type == CEV_TICK;
	if (c->leading && c->synced) {
		live_tick(c);
		if (fire_due(c))
			settle(c);
	}
	*ret = (struct core_actions){c->acts, c->nacts};
}

int64_t core_deadline(const struct core *c)
{
	if (!c->leading || !c->synced)
		return INT64_MAX;
	if (c->dirty_jobs || c->dirty_nodes || c->place_more || c->place_dirty || c->queue.nfresh)
		return c->now_ms;
	int64_t timers = heap_next(&c->timers), live = live_deadline(c);
	int64_t why = why_deadline(c), at = timers < live ? timers : live;
	return why < at ? why : at;
}

void core_stats(const struct core *c, struct core_stats *ret)
{
	*ret = c->stats;
	memset(ret->jobs, 0, sizeof ret->jobs);
	memset(ret->nodes, 0, sizeof ret->nodes);
	ret->members_live = ret->orders = ret->attempts_open = 0;
	for (const struct mjob *j = c->jobs; j; j = j->hh.next) {
		ret->jobs[j->state]++;
		ret->members_live += job_live(j);
		ret->bytes_jobs += sizeof *j + j->nslots * sizeof(struct slot);
	}
	for (const struct mnode *n = c->nodes; n; n = n->hh.next) {
		ret->nodes[n->state]++;
		ret->bytes_nodes += sizeof *n + (size_t)ROW_N * c->res_cap * sizeof(int64_t);
		ret->orders += n->norders;
	}
	for (const struct mjob *j = c->jobs_uid; j; j = j->hh_uid.next)
		ret->attempts_open += job_live(j) + j->cnt[ATT_STOPPING];
	ret->job_records = HASH_CNT(hh_uid, c->jobs_uid);
	ret->node_records = HASH_COUNT(c->nodes);
	ret->templates = templates_count(c);
}
