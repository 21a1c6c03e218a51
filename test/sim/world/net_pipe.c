/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/net_pipe.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"

struct packet *packet_new(struct net *n, enum packet_type type, struct port *to, uint64_t pipe)
{
	struct packet *k = mem_zalloc(1, sizeof *k);
	k->id = ++n->ids;
	k->type = type;
	k->to = to;
	k->pipe = pipe;
	k->arena = ARENA_INIT(SIM_ARENA_MAX);
	HASH_ADD(hh, n->packets, id, sizeof k->id, k);
	return k;
}

void packet_free(struct net *n, struct packet *p)
{
	HASH_DEL(n->packets, p);
	arena_done(&p->arena);
	free(p);
}

void pipe_free(struct net *n, struct pipe *p)
{
	struct ticket *t, *tmp;
	HASH_ITER (hh, n->tickets, t, tmp) {
		if (t->pipe == p->id) {
			HASH_DEL(n->tickets, t);
			free(t);
		}
	}
	HASH_DEL(n->pipes, p);
	free(p);
}

int64_t net_cut_until(const struct net *n, const struct port *p, bool up)
{
	for (uint32_t i = 0; p && p->host->node && i < n->ncuts; i++) {
		const struct cut *c = &n->cuts[i];
		int64_t one_way = up ? c->up_ms : c->down_ms;
		if (str_eq(c->node, p->host->node))
			return c->until_ms > one_way ? c->until_ms : one_way;
	}
	return 0;
}

struct pipe *pipe_find(const struct net *n, uint64_t id)
{
	struct pipe *p;
	HASH_FIND(hh, n->pipes, &id, sizeof id, p);
	return p;
}

void pipe_reap(struct net *n, struct pipe *p)
{
	if (!p->client_open && !p->server_open)
		pipe_free(n, p);
}
