/* SPDX-License-Identifier: Apache-2.0 */
#include "net.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "copy.h"
#include "proc.h"

struct port {
	struct net *net;
	struct proc *proc;
	uint32_t incarnation;
	char *address; /* "": it does not listen */
	bool closed;
	struct link_client_sink client;
	struct link_server_sink server;
	uint64_t pipe;                  /* client: the wanted one; 0: none */
	uint64_t asked[LINK_CHANNEL_N]; /* client: the ticket of the request still out */
	struct port *next;
};

struct pipe {
	UT_hash_handle hh;
	uint64_t id;
	struct port *client, *server;        /* server NULL: nobody there */
	bool client_open, server_open, mute; /* mute: half-open, nothing passes any more */
	int64_t last_up_ms, last_down_ms;
};

enum packet_type {
	PACKET_OPEN,
	PACKET_OPENED,
	PACKET_CLOSED,
	PACKET_REFUSED,
	PACKET_REQUEST,
	PACKET_REPLY
};

struct packet {
	UT_hash_handle hh;
	uint64_t id, pipe, ticket;
	enum packet_type type;
	enum link_channel channel;
	struct port *to;
	struct arena arena;
	struct msg msg;
	const char *why;
};

struct ticket {
	UT_hash_handle hh;
	uint64_t id, pipe;
	enum link_channel channel;
};

struct cut {
	const char *node;
	int64_t until_ms;
};

enum { CUTS_MAX = 256 };

struct net {
	struct clock *clock;
	struct rng rng;
	const char *service;
	uint32_t slow;
	struct port *ports;
	struct pipe *pipes;
	struct packet *packets;
	struct ticket *tickets;
	struct cut cuts[CUTS_MAX];
	uint32_t ncuts;
	uint64_t ids, carried;
	void *watch_self;
	void (*on_message)(void *self, const struct proc *to, const struct msg *msg);
};

struct net *net_new(struct clock *clock, uint64_t seed)
{
	struct net *n = mem_zalloc(1, sizeof *n);
	n->clock = clock;
	n->rng.s = seed;
	return n;
}

static void packet_free(struct net *n, struct packet *p)
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
	       void (*on_message)(void *self, const struct proc *to, const struct msg *msg))
{
	n->watch_self = self;
	n->on_message = on_message;
}

void net_cut_node(struct net *n, const char *node, int64_t until_ms)
{
	for (uint32_t i = 0; i < n->ncuts; i++) {
		if (str_eq(n->cuts[i].node, node)) {
			n->cuts[i].until_ms = until_ms;
			return;
		}
	}
	must(n->ncuts < CUTS_MAX);
	n->cuts[n->ncuts++] = (struct cut){node, until_ms};
}

static int64_t cut_until(const struct net *n, const struct port *p)
{
	for (uint32_t i = 0; p && p->proc->node && i < n->ncuts; i++) {
		if (str_eq(n->cuts[i].node, p->proc->node))
			return n->cuts[i].until_ms;
	}
	return 0;
}

static struct pipe *pipe_find(const struct net *n, uint64_t id)
{
	struct pipe *p;
	HASH_FIND(hh, n->pipes, &id, sizeof id, p);
	return p;
}

static void pipe_reap(struct net *n, struct pipe *p)
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

static void on_arrival(void *self, uint64_t id)
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

/* ---- departure ---- */

static struct packet *packet_new(struct net *n, enum packet_type type, struct port *to,
				 uint64_t pipe)
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

/* In order on its pipe and direction; after the cut, when a node is cut off. */
static void send(struct net *n, struct packet *k, const struct pipe *p, int64_t *last_ms)
{
	int64_t at = n->clock->now_ms + draw(&n->rng, 0, 3);
	int64_t cut = cut_until(n, p->client);
	if (p->mute) {
		packet_free(n, k);
		return;
	}
	if (draw_percent(&n->rng, n->slow))
		at += draw(&n->rng, 200, 2500);
	at = at < cut ? cut + draw(&n->rng, 0, 1000) : at;
	at = at < *last_ms ? *last_ms : at;
	*last_ms = at;
	n->carried++;
	clock_at(n->clock, at, on_arrival, n, k->id);
}

static void send_closed(struct net *n, struct pipe *p, struct port *to, const char *why)
{
	struct packet *k = packet_new(n, PACKET_CLOSED, to, p->id);
	k->why = why;
	send(n, k, p, to == p->client ? &p->last_down_ms : &p->last_up_ms);
}

/* One end closes; the other sees a FIN. */
static void pipe_close_end(struct net *n, struct pipe *p, bool client, bool fin)
{
	if (client)
		p->client_open = false;
	else
		p->server_open = false;
	if (fin && (client ? p->server_open : p->client_open))
		send_closed(n, p, client ? p->server : p->client, "closed by peer");
	pipe_reap(n, p);
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
	if (!proc_acts(port->proc))
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
		send(n, k, p, &p->last_down_ms);
		return;
	}
	send(n, packet_new(n, PACKET_OPEN, p->server, p->id), p, &p->last_up_ms);
	send(n, packet_new(n, PACKET_OPENED, port, p->id), p, &p->last_down_ms);
}

static void client_request(void *self, enum link_channel ch, const struct msg *msg)
{
	struct port *port = self;
	struct net *n = port->net;
	struct pipe *p = pipe_find(n, port->pipe);
	if (!p || !p->client_open || !p->server || !proc_acts(port->proc))
		return;
	struct packet *k = packet_new(n, PACKET_REQUEST, p->server, p->id);
	k->ticket = k->id;
	k->channel = ch;
	k->msg = copy_msg(&k->arena, msg);
	port->asked[ch] = k->ticket;
	send(n, k, p, &p->last_up_ms);
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
	if (!t || !proc_acts(port->proc))
		return;
	struct pipe *p = pipe_find(n, t->pipe);
	if (p && p->server_open) {
		struct packet *k = packet_new(n, PACKET_REPLY, p->client, p->id);
		k->ticket = ticket;
		k->channel = t->channel;
		k->msg = copy_msg(&k->arena, msg);
		send(n, k, p, &p->last_down_ms);
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
	proc_post(port->proc, port->incarnation, on_own_close, port, id);
}

struct link_server port_server(struct port *p)
{
	return (struct link_server){p, server_reply, server_close_pipe};
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

void net_break_node(struct net *n, const char *node, bool half_open)
{
	struct pipe *p, *tmp;
	HASH_ITER (hh, n->pipes, p, tmp) {
		if (!str_eq(p->client->proc->node, node))
			continue;
		if (p->client_open)
			send_closed(n, p, p->client, "connection reset by peer");
		if (p->server_open && !half_open)
			send_closed(n, p, p->server, "connection reset by peer");
		p->mute = true;
	}
}
