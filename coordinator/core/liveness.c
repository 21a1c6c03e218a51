/* SPDX-License-Identifier: Apache-2.0 */
/* Silence and hang-up are different (DESIGN: liveness). A closed pipe says that the agent's process
 * ended and its kernel lives: members are left alone. Silence says that the node is gone. Silence
 * is measured on the loop's own clock: a turn gap is nobody's silence but ours. If most nodes fall
 * silent within a grace, it is we who hear nothing, and only Node NotReady counts. */
#include <string.h>
#include <utlist.h>

#include "coordinator/core/inside.h"

enum { LIST_SOON_MS = 1000, LIST_EVERY_MS = 15000, MASS_PERCENT = 55, MASS_MIN = 3 };

static void lru_out(struct core *c, struct mnode *n)
{
	if (n->connected && !n->silent)
		DL_DELETE2(c->lru, n, lru_prev, lru_next);
}

static void lru_in(struct core *c, struct mnode *n)
{
	if (n->connected && !n->silent)
		DL_APPEND2(c->lru, n, lru_prev, lru_next);
}

static void set_silent(struct core *c, struct mnode *n, bool silent)
{
	if (n->silent == silent)
		return;
	lru_out(c, n);
	n->silent = silent;
	c->nsilent += silent ? 1 : -1U;
	lru_in(c, n);
	node_dirty(c, n);
}

static void set_connected(struct core *c, struct mnode *n, bool connected)
{
	lru_out(c, n);
	n->connected = connected;
	lru_in(c, n);
	node_dirty(c, n);
}

void live_forget(struct core *c, struct mnode *n)
{
	if (n->silent)
		c->nsilent--;
	lru_out(c, n);
	n->connected = n->silent = false;
}

static struct mnode *heard(struct core *c, const struct core_event *ev)
{
	struct mnode *n = node_find(c, ev->agent.node);
	if (!n || !n->connected || n->session != ev->agent.session)
		return NULL;
	n->heard_loop_ms = c->loop_ms;
	if (n->silent) {
		set_silent(c, n, false);
		log_info(c->log, "agent answers again", KS("node", n->name));
	} else {
		DL_DELETE2(c->lru, n, lru_prev, lru_next);
		DL_APPEND2(c->lru, n, lru_prev, lru_next);
	}
	return n;
}

static void set_capacity(struct core *c, struct mnode *n, const struct capacity *cap)
{
	if (!cap)
		return;
	res_row_set(c, n, ROW_FOREIGN, &cap->foreign);
	res_row(c, n, ROW_FOREIGN)[RES_PODS] = (int64_t)cap->foreign_pods * 1000;
	n->capacity_known = true;
	n->caps_dirty = true;
	node_dirty(c, n);
}

void live_hello(struct core *c, const struct core_event *ev)
{
	struct mnode *n = node_get(c, ev->agent.node);
	set_silent(c, n, false);
	set_connected(c, n, true);
	n->session = ev->agent.session;
	n->heard = true;
	n->heard_loop_ms = c->loop_ms;
	mem_strset(&n->version, ev->agent.version);
	mem_strset(&n->boot_id, ev->agent.boot_id);
	set_capacity(c, n, ev->agent.capacity);
	log_info(c->log, "agent registered", KS("node", n->name), KS("version", n->version),
		 KI("members", ev->agent.nmembers));
	n->list_gen++;
	for (uint32_t i = 0; i < ev->agent.nmembers; i++)
		observe_member(c, n, &ev->agent.members[i], false);
	observe_hello_end(c, n);
	n->next_list_ms = n->list_wanted ? c->now_ms : INT64_MAX;
}

void live_report(struct core *c, const struct core_event *ev)
{
	struct mnode *n = heard(c, ev);
	if (!n)
		return;
	set_capacity(c, n, ev->agent.capacity);
	for (uint32_t i = 0; i < ev->agent.nmembers; i++)
		observe_member(c, n, &ev->agent.members[i], false);
}

void live_heard(struct core *c, const struct core_event *ev)
{
	heard(c, ev);
}

void live_hangup(struct core *c, const struct core_event *ev)
{
	struct mnode *n = node_find(c, ev->agent.node);
	if (!n || !n->connected || n->session != ev->agent.session)
		return;
	log_info(c->log, "agent hung up", KS("node", n->name));
	/* A node that fell silent before its connection broke stays silent: it is still gone. */
	bool silent = n->silent;
	set_connected(c, n, false);
	n->session = 0;
	n->silent = silent;
	n->next_list_ms = INT64_MAX;
	live_list(c, n);
}

static bool quiet_for(const struct core *c, const struct mnode *n, int64_t ms)
{
	return c->loop_ms - n->heard_loop_ms >= ms;
}

/* More than MASS_PERCENT of the sessions have not been heard for half a grace, which is longer than
 * a heartbeat: asked before the first of them counts as lost. */
static bool mass_silence(struct core *c)
{
	uint32_t quiet = c->nsilent, total = c->nsilent;
	bool still = true;
	for (const struct mnode *n = c->lru; n; n = n->lru_next) {
		total++;
		still = still && quiet_for(c, n, c->cfg.node_silent_grace_ms / 2);
		quiet += still;
	}
	bool mass = quiet >= MASS_MIN && quiet * 100 > total * MASS_PERCENT;
	if (mass)
		c->mass_loop_ms = c->loop_ms;
	return mass;
}

/* They come back one after the other: those that are not the first have a grace of their own from
 * then on, or the first to be heard would have all others replaced. */
static bool lately_mass(const struct core *c)
{
	return c->suspects_itself && c->loop_ms - c->mass_loop_ms < c->cfg.node_silent_grace_ms;
}

static void suspect(struct core *c, bool suspects)
{
	struct mnode *n, *tmp;
	if (suspects == c->suspects_itself)
		return;
	c->suspects_itself = suspects;
	if (suspects)
		log_warn(c->log, "most nodes fell silent at once: their members are not replaced",
			 KI("silent", c->nsilent));
	else
		log_info(c->log, "enough nodes are heard again", KI("silent", c->nsilent));
	HASH_ITER (hh, c->nodes, n, tmp) {
		if (n->silent)
			node_dirty(c, n);
	}
}

/* After a change of leader nodes and old jobs wait for the agents, but not for ever. */
static void open_gate(struct core *c)
{
	struct mnode *n, *ntmp;
	struct mjob *j, *jtmp;
	c->all_heard = c->place_dirty = true;
	log_info(c->log, "agents have been heard", KI("after_ms", c->now_ms - c->lead_ms));
	HASH_ITER (hh, c->nodes, n, ntmp)
		node_dirty(c, n);
	HASH_ITER (hh_uid, c->jobs_uid, j, jtmp) {
		if (j->blocked)
			why_soon(c, j);
		if (j->old && !job_finished(j))
			job_dirty(c, j);
	}
}

static bool all_heard(const struct core *c)
{
	for (const struct mnode *n = c->nodes; n; n = n->hh.next) {
		if (n->has_node && n->ready == COND_TRUE && !n->heard)
			return false;
	}
	return true;
}

void live_tick(struct core *c)
{
	if (!c->all_heard && (c->now_ms >= c->gate_ms || all_heard(c)))
		open_gate(c);
	bool overdue = c->lru && quiet_for(c, c->lru, c->cfg.node_silent_grace_ms);
	if (overdue || c->suspects_itself)
		suspect(c, mass_silence(c) || lately_mass(c));
	while (c->lru && quiet_for(c, c->lru, c->cfg.node_silent_grace_ms)) {
		struct mnode *n = c->lru;
		log_warn(c->log, "agent is silent", KS("node", n->name));
		set_silent(c, n, true);
		n->next_list_ms = INT64_MAX;
		live_list(c, n);
	}
}

int64_t live_deadline(const struct core *c)
{
	int64_t at = c->all_heard ? INT64_MAX : c->gate_ms;
	if (!c->lru && !c->nsilent)
		return at;
	/* While anybody is connected the loop turns often enough for a gap in it to be ours. */
	int64_t turn = c->now_ms + c->cfg.loop_gap_ms / 2;
	int64_t due = c->lru ? c->lru->heard_loop_ms + c->cfg.node_silent_grace_ms - c->loop_ms +
				       c->now_ms
			     : INT64_MAX;
	at = turn < at ? turn : at;
	return due < at ? due : at;
}

void live_timer(struct core *c, struct mnode *n)
{
	int64_t at = n->listing ? INT64_MAX : n->next_list_ms; /* its end asks again */
	if (n->apply_wanted && !n->apply_running && n->apply_after_ms < at)
		at = n->apply_after_ms;
	heap_set(&c->timers, &n->timer, at);
}

/* Whether its agent may have created a pod that it did not live to tell of. */
static bool untold(const struct mnode *n)
{
	const struct att *a;
	DL_FOREACH2(n->atts, a, node_next)
	{
		if (a->state == ATT_ORDERED && !a->by_us)
			return true;
	}
	return false;
}

/* Pods of a node without a (heard) session are read by the coordinator itself: soon, where one may
 * have come to be that nobody knows of, or it could be deleted unseen and created again. */
void live_list(struct core *c, struct mnode *n)
{
	bool blind = n->atts && (!n->connected || n->silent);
	if (!blind && !n->list_wanted) {
		n->next_list_ms = INT64_MAX;
	} else if (n->next_list_ms == INT64_MAX) {
		int64_t wait_ms = n->list_wanted ? 0 : untold(n) ? LIST_SOON_MS : LIST_EVERY_MS;
		n->next_list_ms = c->now_ms + wait_ms;
	}
	if (n->next_list_ms <= c->now_ms && !n->listing) {
		n->next_list_ms = c->now_ms + LIST_EVERY_MS;
		n->listing = true;
		n->list_wanted = false;
		n->list_gen++;
		act_new(c, ACT_LIST_NODE)->node = act_str(c, n->name);
	}
	live_timer(c, n);
}
