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

void check_agent_forgotten(struct checks *c, const char *node)
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

bool check_agent_ever_came(const struct checks *c, const char *node)
{
	const struct changed *h;
	HASH_FIND_STR(c->agents, node, h);
	return h;
}
