/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves one end of a pipe for the other, and the two ends' calls. */
#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/net_impl.h"

/* ---- departure ---- */

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

static bool befalls(struct net *n, uint32_t percent, enum fact fact)
{
	bool yes = draw_percent(&n->rng, percent);
	n->counts->fact[fact] += yes;
	return yes;
}

/* When it arrives: in order on its pipe and direction, after a cut of its way. */
static int64_t arrival(struct net *n, const struct packet *k, const struct pipe *p,
		       int64_t *last_ms)
{
	int64_t at = n->clock->now_ms + draw(&n->rng, 0, 3);
	int64_t cut = net_cut_until(n, p->client, last_ms == &p->last_up_ms);
	bool message = k->type == PACKET_REQUEST || k->type == PACKET_REPLY;
	if (draw_percent(&n->rng, n->slow))
		at += draw(&n->rng, 200, 2500);
	if (message && befalls(n, n->overtaken, FACT_MESSAGE_OVERTAKES))
		return at + draw(&n->rng, 1, 2000); /* others do not wait for it */
	n->counts->fact[FACT_HELD_BY_CUT] += at < cut;
	at = at < cut ? cut + draw(&n->rng, 0, 1000) : at;
	at = at < *last_ms ? *last_ms : at;
	*last_ms = at;
	return at;
}

static void send_again(struct net *n, const struct packet *k, int64_t at_ms)
{
	struct packet *c = packet_new(n, k->type, k->to, k->pipe);
	c->ticket = k->type == PACKET_REQUEST ? c->id : k->ticket; /* a request of its own */
	c->channel = k->channel;
	c->msg = copy_msg(&c->arena, &k->msg);
	clock_at(n->clock, at_ms, packet_arrives, n, c->id);
}

void packet_send(struct net *n, struct packet *k, const struct pipe *p, int64_t *last_ms)
{
	bool message = k->type == PACKET_REQUEST || k->type == PACKET_REPLY;
	if (p->mute || (message && befalls(n, n->lost, FACT_MESSAGE_LOST))) {
		packet_free(n, k);
		return;
	}
	int64_t at = arrival(n, k, p, last_ms);
	n->carried++;
	if (message && befalls(n, n->doubled, FACT_MESSAGE_DOUBLED))
		send_again(n, k, at + draw(&n->rng, 0, 1500));
	clock_at(n->clock, at, packet_arrives, n, k->id);
}

void pipe_send_closed(struct net *n, struct pipe *p, struct port *to, const char *why)
{
	struct packet *k = packet_new(n, PACKET_CLOSED, to, p->id);
	k->why = why;
	packet_send(n, k, p, to == p->client ? &p->last_down_ms : &p->last_up_ms);
}

/* One end closes; the other sees a FIN. */
void pipe_close_end(struct net *n, struct pipe *p, bool client, bool fin)
{
	if (client)
		p->client_open = false;
	else
		p->server_open = false;
	if (fin && (client ? p->server_open : p->client_open))
		pipe_send_closed(n, p, client ? p->server : p->client, "closed by peer");
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
	if (!p || !p->client_open || !p->server || !proc_acts(port->proc))
		return;
	struct packet *k = packet_new(n, PACKET_REQUEST, p->server, p->id);
	k->ticket = k->id;
	k->channel = ch;
	k->msg = copy_msg(&k->arena, msg);
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
	if (!t || !proc_acts(port->proc))
		return;
	struct pipe *p = pipe_find(n, t->pipe);
	if (n->on_reply)
		n->on_reply(n->watch_self, port->proc, msg);
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
	proc_post(port->proc, port->incarnation, on_own_close, port, id);
}

struct link_server port_server(struct port *p)
{
	return (struct link_server){p, server_reply, server_close_pipe};
}
