/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/checks/gate.h"

#include "test/sim/checks/agents.h"
#include "test/sim/cluster/proc.h"

enum { GATE_MS = 30000 };

static bool says_agentless(const struct compute_node_status *s)
{
	return s->state == COMPUTE_NODE_PENDING && !*str_or_empty(s->agent_version);
}

/* A previous leader has said that the Node has no agent: then it may not be waited for. */
void check_gate_synced(struct checks *c, struct mind *m)
{
	m->synced_ms = c->synced_ms = c->world->clock.now_ms;
	for (const struct known_version *k = m->known; k; k = k->hh.next) {
		if (k->v->kind == API_COMPUTE_NODE)
			mind_node_of(m, k->v->meta.name)->told_agentless =
				says_agentless(&k->v->compute_node.status);
	}
}

static void forget_gone(struct checks *c, const struct mind *m)
{
	struct changed *h, *tmp;
	HASH_ITER (hh, c->agents, h, tmp) {
		if (!mind_find(m, API_NODE, NULL, h->name))
			check_agent_forgotten(c, h->name);
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
		/* One that was registered again may have an agent now. */
		awaited |= !n || !n->told_agentless || k->since_ms > m->synced_ms;
		if (early && k->v->node.ready == COND_TRUE && check_agent_ever_came(c, node))
			world_fail(c->world, "decide-early",
				   "%s takes all agents for heard, not that of %s",
				   m->proc->host.name, node);
		if (!early)
			check_agent_forgotten(c, node);
	}
	if (!early && !awaited)
		world_fail(c->world, "decide-late",
			   "%s waits for agents in vain: Nodes that are left never had one",
			   m->proc->host.name);
}

/* The next leader would believe it, and not wait for that agent. What a leadership before this one
 * has sent may still come. */
void check_agentless_said(struct checks *c, const char *who, const struct api_request *req)
{
	const struct mind *m = mind_named(c, who);
	const struct known_version *node = m ? mind_find(m, API_NODE, NULL, req->name) : NULL;
	const struct version *stored =
		store_find(&c->world->server.store, API_COMPUTE_NODE, NULL, req->name);
	if (check_led_lately(c))
		return;
	if (node && m->synced_ms < c->world->clock.now_ms && !m->open &&
	    node->v->node.ready == COND_TRUE && says_agentless(req->compute_node_status) &&
	    stored && !says_agentless(&stored->compute_node.status))
		world_fail(c->world, "agentless-early",
			   "%s says that %s has no agent, before it had time to come", who,
			   req->name);
}
