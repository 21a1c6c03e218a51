/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/net_state.h"

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

/* ---- the network ---- */

struct net *net_new(struct clock *clock, struct counts *counts, uint64_t seed)
{
	struct net *n = mem_zalloc(1, sizeof *n);
	n->clock = clock;
	n->counts = counts;
	n->rng.s = seed;
	return n;
}

struct net *net_free(struct net *n)
{
	struct packet *k, *ktmp;
	struct pipe *p, *ptmp;
	if (!n)
		return NULL;
	HASH_ITER (hh, n->packets, k, ktmp)
		packet_free(n, k);
	HASH_ITER (hh, n->pipes, p, ptmp)
		pipe_free(n, p);
	while (n->ports) {
		struct port *next = n->ports->next;
		free(n->ports->address);
		free(n->ports);
		n->ports = next;
	}
	free(n);
	return NULL;
}

void net_service(struct net *n, const char *address)
{
	n->service = address;
}

void net_slow(struct net *n, uint32_t percent)
{
	n->slow = percent;
}

bool net_is_slow(const struct net *n)
{
	return n->slow;
}

uint64_t net_carried(const struct net *n)
{
	return n->carried;
}

void net_watch(struct net *n, void *self,
	       void (*on_message)(void *self, const struct host *to, const struct msg *msg),
	       void (*on_reply)(void *self, const struct host *from, const struct msg *msg))
{
	n->watch_self = self;
	n->on_message = on_message;
	n->on_reply = on_reply;
}

void net_watch_sent(struct net *n,
		    void (*on_sent)(void *self, const struct host *from, const struct msg *msg))
{
	n->on_sent = on_sent;
}

static struct cut *cut_of(struct net *n, const char *node)
{
	for (uint32_t i = 0; i < n->ncuts; i++) {
		if (str_eq(n->cuts[i].node, node))
			return &n->cuts[i];
	}
	must(n->ncuts < CUTS_MAX);
	n->cuts[n->ncuts] = (struct cut){.node = node};
	return &n->cuts[n->ncuts++];
}

void net_cut_node(struct net *n, const char *node, int64_t until_ms)
{
	cut_of(n, node)->until_ms = until_ms;
}

void net_cut_one_way(struct net *n, const char *node, bool from_node, int64_t until_ms)
{
	struct cut *c = cut_of(n, node);
	*(from_node ? &c->up_ms : &c->down_ms) = until_ms;
}

void net_lossy(struct net *n, uint32_t lost, uint32_t doubled, uint32_t overtaken)
{
	n->lost = lost;
	n->doubled = doubled;
	n->overtaken = overtaken;
}

void net_lies(struct net *n, const char *node, bool lies)
{
	cut_of(n, node)->lies = lies;
}

void net_liar(struct net *n, void *self,
	      void (*lie)(void *self, const char *node, struct rng *rng, struct arena *a,
			  struct msg *msg))
{
	n->liar = self;
	n->lie = lie;
}

bool net_node_lies(const struct net *n, const char *node)
{
	for (uint32_t i = 0; n->lie && i < n->ncuts; i++) {
		if (str_eq(n->cuts[i].node, node))
			return n->cuts[i].lies;
	}
	return false;
}
