/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/net_impl.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/world/copy.h"

struct net *net_new(struct clock *clock, struct counts *counts, uint64_t seed)
{
	struct net *n = mem_zalloc(1, sizeof *n);
	n->clock = clock;
	n->counts = counts;
	n->rng.s = seed;
	return n;
}

void packet_free(struct net *n, struct packet *p)
{
	HASH_DEL(n->packets, p);
	arena_done(&p->arena);
	free(p);
}

static void pipe_free(struct net *n, struct pipe *p)
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

uint64_t net_carried(const struct net *n)
{
	return n->carried;
}

void net_watch(struct net *n, void *self,
	       void (*on_message)(void *self, const struct proc *to, const struct msg *msg),
	       void (*on_reply)(void *self, const struct proc *from, const struct msg *msg))
{
	n->watch_self = self;
	n->on_message = on_message;
	n->on_reply = on_reply;
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

int64_t net_cut_until(const struct net *n, const struct port *p, bool up)
{
	for (uint32_t i = 0; p && p->proc->node && i < n->ncuts; i++) {
		const struct cut *c = &n->cuts[i];
		int64_t one_way = up ? c->up_ms : c->down_ms;
		if (str_eq(c->node, p->proc->node))
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

/* ---- arrival ---- */

static void told_open(struct port *to, struct packet *k)
{
	struct pipe *p = pipe_find(to->net, k->pipe);
	if (k->type == PACKET_OPEN && p && p->server_open) {
		to->server.on_pipe_open(to->server.self, p->id, "10.0.0.1:40000");
	} else if (k->type == PACKET_OPENED && p && to->pipe == k->pipe) {
		to->client.on_open(to->client.self);
	}
}

/* A dial that failed, or the other side's FIN. */
static void told_closed(struct port *to, struct packet *k)
{
	struct pipe *p = pipe_find(to->net, k->pipe);
	if (!p)
		return;
	if (to == p->client && p->client_open) {
		bool wanted = to->pipe == p->id;
		p->client_open = false;
		if (wanted)
			to->pipe = 0;
		pipe_reap(to->net, p);
		if (wanted)
			to->client.on_closed(to->client.self, k->why);
	} else if (to == p->server && p->server_open) {
		uint64_t id = p->id;
		p->server_open = false;
		pipe_reap(to->net, p);
		to->server.on_pipe_closed(to->server.self, id);
	}
}

static void told_request(struct port *to, struct packet *k)
{
	struct pipe *p = pipe_find(to->net, k->pipe);
	if (!p || !p->server_open)
		return;
	struct ticket *t = mem_zalloc(1, sizeof *t);
	*t = (struct ticket){.id = k->ticket, .pipe = k->pipe, .channel = k->channel};
	HASH_ADD(hh, to->net->tickets, id, sizeof t->id, t);
	if (to->net->on_message)
		to->net->on_message(to->net->watch_self, to->proc, &k->msg);
	to->server.on_request(to->server.self, p->id, k->ticket, &k->msg);
}

/* An answer to a request that was replaced since then goes nowhere. */
static void told_reply(struct port *to, struct packet *k)
{
	if (to->pipe != k->pipe || to->asked[k->channel] != k->ticket)
		return;
	to->asked[k->channel] = 0;
	if (to->net->on_message)
		to->net->on_message(to->net->watch_self, to->proc, &k->msg);
	to->client.on_reply(to->client.self, k->channel, &k->msg);
}

static void take(void *self, uint64_t id)
{
	struct net *n = self;
	struct packet *k;
	HASH_FIND(hh, n->packets, &id, sizeof id, k);
	if (!k)
		return;
	struct port *to = k->to;
	if (!to->closed) {
		switch (k->type) {
		case PACKET_OPEN:
		case PACKET_OPENED: told_open(to, k); break;
		case PACKET_CLOSED:
		case PACKET_REFUSED: told_closed(to, k); break;
		case PACKET_REQUEST: told_request(to, k); break;
		case PACKET_REPLY: told_reply(to, k); break;
		}
	}
	packet_free(n, k);
}

void packet_arrives(void *self, uint64_t id)
{
	struct net *n = self;
	struct packet *k;
	HASH_FIND(hh, n->packets, &id, sizeof id, k);
	if (!k)
		return;
	if (k->to->closed)
		packet_free(n, k);
	else
		proc_post(k->to->proc, k->to->incarnation, take, n, id);
}

/* ---- ports ---- */

struct port *port_open(struct net *n, struct proc *proc, const char *address)
{
	struct port *p = mem_zalloc(1, sizeof *p);
	p->net = n;
	p->proc = proc;
	p->incarnation = proc->incarnation;
	p->address = mem_strdup(address);
	p->next = n->ports;
	n->ports = p;
	return p;
}

void port_client_sink(struct port *p, struct link_client_sink sink)
{
	p->client = sink;
}

void port_server_sink(struct port *p, struct link_server_sink sink)
{
	p->server = sink;
}

void port_close(struct port *port, bool fin)
{
	struct pipe *p, *tmp;
	port->closed = true;
	HASH_ITER (hh, port->net->pipes, p, tmp) {
		if (p->client == port && p->client_open)
			pipe_close_end(port->net, p, true, fin);
		else if (p->server == port && p->server_open)
			pipe_close_end(port->net, p, false, fin);
	}
}

bool net_break_node(struct net *n, const char *node, bool half_open)
{
	struct pipe *p, *tmp;
	bool any = false;
	HASH_ITER (hh, n->pipes, p, tmp) {
		if (!str_eq(p->client->proc->node, node))
			continue;
		any = true;
		n->counts->fact[half_open ? FACT_PIPE_HALF_OPEN : FACT_PIPE_BROKEN]++;
		if (p->client_open)
			pipe_send_closed(n, p, p->client, "connection reset by peer");
		if (p->server_open && !half_open)
			pipe_send_closed(n, p, p->server, "connection reset by peer");
		p->mute = true;
	}
	return any;
}
