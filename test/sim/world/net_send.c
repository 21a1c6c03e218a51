/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves one end of a pipe for the other, and what becomes of it on the way. */
#include "test/sim/world/net_send.h"

#include "test/sim/world/copy.h"
#include "test/sim/world/net_arrive.h"

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
