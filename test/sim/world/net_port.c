/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of pipes: a client that dials and asks, a server that answers. */
#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/net_send.h"

/* ---- ports ---- */

struct port *port_open(struct net *n, struct host *host, const char *address)
{
	struct port *p = mem_zalloc(1, sizeof *p);
	p->net = n;
	p->host = host;
	p->incarnation = host->incarnation;
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

/* ---- client ---- */

static struct port *listener(struct net *n, const char *address)
{
	struct port *found[8];
	uint32_t nfound = 0;
	bool service = str_eq(address, n->service);
	for (struct port *p = n->ports; p; p = p->next) {
		if (!p->closed && *p->address && (service || str_eq(p->address, address)) &&
		    nfound < ARRAY_LEN(found))
			found[nfound++] = p;
	}
	return nfound ? found[rng_below(&n->rng, nfound)] : NULL;
}

static void client_hang_up(void *self)
{
	struct port *port = self;
	struct pipe *p = pipe_find(port->net, port->pipe);
	if (port->closed)
		return;
	port->pipe = 0;
	for (int i = 0; i < LINK_CHANNEL_N; i++)
		port->asked[i] = 0;
	if (p && p->client_open)
		pipe_close_end(port->net, p, true, true);
}

static void client_dial(void *self, const char *address)
{
	struct port *port = self;
	struct net *n = port->net;
	client_hang_up(port);
	if (!host_acts(port->host))
		return;
	struct pipe *p = mem_zalloc(1, sizeof *p);
	p->id = ++n->ids;
	p->client = port;
	p->server = listener(n, address);
	p->client_open = true;
	p->server_open = p->server != NULL;
	HASH_ADD(hh, n->pipes, id, sizeof p->id, p);
	port->pipe = p->id;
	if (!p->server) {
		struct packet *k = packet_new(n, PACKET_REFUSED, port, p->id);
		k->why = "connection refused";
		packet_send(n, k, p, &p->last_down_ms);
		return;
	}
	packet_send(n, packet_new(n, PACKET_OPEN, p->server, p->id), p, &p->last_up_ms);
	packet_send(n, packet_new(n, PACKET_OPENED, port, p->id), p, &p->last_down_ms);
}

static void client_request(void *self, enum link_channel ch, const struct msg *msg)
{
	struct port *port = self;
	struct net *n = port->net;
	struct pipe *p = pipe_find(n, port->pipe);
	if (!p || !p->client_open || !p->server || !host_acts(port->host))
		return;
	if (n->on_sent)
		n->on_sent(n->watch_self, port->host, msg);
	struct packet *k = packet_new(n, PACKET_REQUEST, p->server, p->id);
	k->ticket = k->id;
	k->channel = ch;
	k->msg = copy_msg(&k->arena, msg);
	/* One of them does not say, or does not read, what the agent takes. */
	if (k->msg.type == MSG_HELLO && (port->host->older || p->server->host->older))
		k->msg.hello.deltas = k->msg.hello.completions = false;
	if (net_node_lies(n, port->host->node))
		n->lie(n->liar, port->host->node, &n->rng, &k->arena, &k->msg);
	port->asked[ch] = k->ticket;
	packet_send(n, k, p, &p->last_up_ms);
}

struct link_client port_client(struct port *p)
{
	return (struct link_client){p, client_dial, client_hang_up, client_request};
}

/* ---- server ---- */

static void server_reply(void *self, uint64_t ticket, const struct msg *msg)
{
	struct port *port = self;
	struct net *n = port->net;
	struct ticket *t;
	HASH_FIND(hh, n->tickets, &ticket, sizeof ticket, t);
	if (!t || !host_acts(port->host))
		return;
	struct pipe *p = pipe_find(n, t->pipe);
	if (n->on_reply)
		n->on_reply(n->watch_self, port->host, msg);
	if (p && p->server_open) {
		struct packet *k = packet_new(n, PACKET_REPLY, p->client, p->id);
		k->ticket = ticket;
		k->channel = t->channel;
		k->msg = copy_msg(&k->arena, msg);
		packet_send(n, k, p, &p->last_down_ms);
	}
	HASH_DEL(n->tickets, t);
	free(t);
}

static void on_own_close(void *self, uint64_t id)
{
	struct port *port = self;
	if (!port->closed)
		port->server.on_pipe_closed(port->server.self, id);
}

static void server_close_pipe(void *self, uint64_t id)
{
	struct port *port = self;
	struct pipe *p = pipe_find(port->net, id);
	if (!p || !p->server_open || port->closed)
		return;
	pipe_close_end(port->net, p, false, true);
	host_post(port->host, port->incarnation, on_own_close, port, id);
}

struct link_server port_server(struct port *p)
{
	return (struct link_server){p, server_reply, server_close_pipe, NULL};
}

/* ---- what breaks them ---- */

bool net_break_node(struct net *n, const char *node, bool half_open)
{
	struct pipe *p, *tmp;
	bool any = false;
	HASH_ITER (hh, n->pipes, p, tmp) {
		if (!str_eq(p->client->host->node, node))
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
