/* SPDX-License-Identifier: Apache-2.0 */
/* What a packet does when it arrives: it waits in the mailbox of its process for the next turn. */
#include "test/sim/world/net_arrive.h"

#include <stdlib.h>

#include "base/mem.h"

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
		to->net->on_message(to->net->watch_self, to->host, &k->msg);
	to->server.on_request(to->server.self, p->id, k->ticket, &k->msg);
}

/* An answer to a request that was replaced since then goes nowhere. */
static void told_reply(struct port *to, struct packet *k)
{
	if (to->pipe != k->pipe || to->asked[k->channel] != k->ticket)
		return;
	to->asked[k->channel] = 0;
	if (to->net->on_message)
		to->net->on_message(to->net->watch_self, to->host, &k->msg);
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
		host_post(k->to->host, k->to->incarnation, take, n, id);
}
