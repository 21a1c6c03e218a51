/* SPDX-License-Identifier: Apache-2.0 */
/* A new leader waits for the agents that may have orders of the one before: those that any leader
 * has heard. Nobody can wait for these any more, and their orders are over:
 *  - of a Node that was gone when a leader took all agents for heard, or went after that. What it
 *    ran was given up then, and a Node that comes back has no word of an agent of before;
 *  - of a Node of which a leader waited in vain for as long as it waits for anybody. */
#include "test/sim/checks/agents.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/cluster/proc.h"

enum { GATE_MS = 30000 };

void check_agent_came(struct checks *c, const char *node)
{
	struct changed *h;
	HASH_FIND_STR(c->agents, node, h);
	if (h)
		return;
	h = mem_zalloc(1, sizeof *h);
	h->name = mem_strdup(node);
	HASH_ADD_KEYPTR(hh, c->agents, h->name, strlen(h->name), h);
}

static void forget(struct checks *c, struct changed *h)
{
	HASH_DEL(c->agents, h);
	free(h->name);
	free(h);
}

static void forget_node(struct checks *c, const char *node)
{
	struct changed *h;
	HASH_FIND_STR(c->agents, node, h);
	if (h)
		forget(c, h);
}

void check_agents_free(struct checks *c)
{
	struct changed *h, *tmp;
	HASH_ITER (hh, c->agents, h, tmp)
		forget(c, h);
}

static bool ever_came(const struct checks *c, const char *node)
{
	const struct changed *h;
	HASH_FIND_STR(c->agents, node, h);
	return h;
}

void check_node_gone(struct checks *c, const struct mind *m, const char *node)
{
	if (m->open && proc_leads(m->proc))
		forget_node(c, node);
}

static bool says_agentless(const struct version *v)
{
	return v->compute_node.status.state == COMPUTE_NODE_PENDING &&
	       !*str_or_empty(v->compute_node.status.agent_version);
}

/* A previous leader has said that the Node has no agent: then it may not be waited for. */
void check_gate_synced(struct checks *c, struct mind *m)
{
	m->synced_ms = c->synced_ms = c->world->clock.now_ms;
	for (const struct known_version *k = m->known; k; k = k->hh.next) {
		if (k->v->kind == API_COMPUTE_NODE)
			mind_node_of(m, k->v->meta.name)->told_agentless = says_agentless(k->v);
	}
}

static void forget_gone(struct checks *c, const struct mind *m)
{
	struct changed *h, *tmp;
	HASH_ITER (hh, c->agents, h, tmp) {
		if (!mind_find(m, API_NODE, NULL, h->name))
			forget(c, h);
	}
}

/* All that have ever had an agent were heard, or the time is over, and with it all that a previous
 * leader had ordered. Nobody else is waited for. */
void check_gate_open(struct checks *c, struct mind *m)
{
	const struct known_version *k;
	const struct mind_node *n;
	bool early = c->world->clock.now_ms < m->synced_ms + GATE_MS, awaited = false;
	int64_t just_now_ms = c->world->clock.now_ms;
	m->open = true;
	forget_gone(c, m);
	for (k = m->known; k; k = k->hh.next) {
		const char *node = k->v->meta.name;
		if (k->v->kind != API_NODE)
			continue;
		HASH_FIND_STR(m->nodes, node, n);
		if (n && n->registered) {
			awaited |= n->since_ms >= just_now_ms;
			continue;
		}
		awaited |= !n || !n->told_agentless;
		if (early && k->v->node.ready == COND_TRUE && ever_came(c, node))
			world_fail(c->world, "decide-early",
				   "%s takes all agents for heard, not that of %s",
				   m->proc->host.name, node);
		if (!early)
			forget_node(c, node);
	}
	if (!early && !awaited)
		world_fail(c->world, "decide-late",
			   "%s waits for agents in vain: Nodes that are left never had one",
			   m->proc->host.name);
}
