/* SPDX-License-Identifier: Apache-2.0 */
/* A closed connection and silence mean different things (docs/design/architecture.md, "A node that
 * is lost"). A closed connection says that the agent has ended and the kernel of the node lives:
 * members are left alone. Silence says that the node is gone. Silence is measured on a clock that
 * stands still over gaps between turns, as in a gap only the coordinator was silent. If most nodes
 * fall silent together, the coordinator suspects itself, and only a Node that is not ready counts
 * as lost.
 *
 * A node that is silent for long proves nothing about the others, and one whose Node is gone or not
 * ready has a witness: its kubelet is silent too. So nodes that were scaled in, reclaimed or
 * powered off do not count. Those that fell silent together count for as long as their Nodes are
 * ready: what is dead indeed is not ready after 40 s or 50 s (--node-monitor-grace-period). */
#include "coordinator/core/life/silence.h"

#include "coordinator/core/life/pod_lists.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"

enum { MASS_PERCENT = 55, MASS_MIN = 3, TOGETHER_MS = 60000 };

static bool quiet_for(const struct core *c, const struct node_record *n, int64_t ms)
{
	return c->loop_ms - n->agent.heard_loop_ms >= ms;
}

/* A silent node that fell silent lately, or with most others. */
static bool counts(const struct core *c, const struct node_record *n)
{
	return n->agent.silent && n->kube.exists && n->kube.ready == COND_TRUE &&
	       (n->agent.silent_with_most ||
		!quiet_for(c, n, c->cfg.node_silent_grace_ms + TOGETHER_MS));
}

static uint32_t count_silent(const struct core *c)
{
	uint32_t count = 0;
	for (const struct node_record *n = c->nodes.nsilent ? c->nodes.by_name : NULL; n;
	     n = n->hh.next)
		count += counts(c, n);
	return count;
}

/* More than MASS_PERCENT of the agents have not been heard for half a grace time, which is longer
 * than a heartbeat, or fell silent before and count still. Asked before the first of them counts as
 * silent. */
static bool mass_silence(struct core *c)
{
	uint32_t quiet = count_silent(c), total = quiet;
	bool still = true;
	for (const struct node_record *n = c->nodes.connected; n; n = n->heard_next) {
		total++;
		still = still && quiet_for(c, n, c->cfg.node_silent_grace_ms / 2);
		quiet += still;
	}
	bool mass = quiet >= MASS_MIN && quiet * 100 > total * MASS_PERCENT;
	if (mass)
		c->silence.mass_loop_ms = c->loop_ms;
	return mass;
}

/* Agents come back one after the other. Those that are still silent get another grace time;
 * otherwise the first one that is heard would have the members of all others replaced. */
static bool lately_mass(const struct core *c)
{
	return c->silence.suspects_us &&
	       c->loop_ms - c->silence.mass_loop_ms < c->cfg.node_silent_grace_ms;
}

void silence_forget(struct core *c)
{
	c->silence.suspects_us = false;
}

static void suspect_ourselves(struct core *c, bool suspects)
{
	struct node_record *n, *tmp;
	if (suspects == c->silence.suspects_us)
		return;
	c->silence.suspects_us = suspects;
	if (suspects)
		log_warn(c->log, "most agents silent at once, their members are not replaced",
			 KI("silent", c->nodes.nsilent));
	else
		log_info(c->log, "enough agents heard again", KI("silent", c->nodes.nsilent));
	HASH_ITER (hh, c->nodes.by_name, n, tmp) {
		node_silent_with_most(n, suspects && counts(c, n));
		if (n->agent.silent)
			node_dirty(c, n);
	}
}

void silence_tick(struct core *c)
{
	bool overdue =
		c->nodes.connected && quiet_for(c, c->nodes.connected, c->cfg.node_silent_grace_ms);
	if (overdue || c->silence.suspects_us)
		suspect_ourselves(c, mass_silence(c) || lately_mass(c));
	while (c->nodes.connected &&
	       quiet_for(c, c->nodes.connected, c->cfg.node_silent_grace_ms)) {
		struct node_record *n = c->nodes.connected;
		log_warn(c->log, "agent silent", KS("node", n->name));
		node_set_silent(c, n, true);
		node_silent_with_most(n, c->silence.suspects_us);
		pod_lists_renew(c, n);
	}
}

int64_t silence_deadline(const struct core *c)
{
	if (!c->nodes.connected && !c->nodes.nsilent)
		return INT64_MAX;
	/* While agents are connected, turns are so close that a gap between them is noticed. */
	int64_t turn = c->now_ms + c->cfg.loop_gap_ms / 2;
	int64_t due = c->nodes.connected
			      ? c->nodes.connected->agent.heard_loop_ms +
					c->cfg.node_silent_grace_ms - c->loop_ms + c->now_ms
			      : INT64_MAX;
	return due < turn ? due : turn;
}
