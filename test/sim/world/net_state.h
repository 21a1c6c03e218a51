/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agents' network: ports, pipes, packets on their way, cuts. */
#pragma once

#include "base/arena.h"
#include "base/table.h"
#include "test/sim/world/net.h"

struct port {
	struct net *net;
	struct host *host;
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
	int64_t until_ms;       /* both ways */
	int64_t up_ms, down_ms; /* from the node, to the node */
	bool lies;
};

enum { CUTS_MAX = 256 };

struct net {
	struct clock *clock;
	struct counts *counts;
	struct rng rng;
	const char *service;
	uint32_t slow, lost, doubled, overtaken;
	struct port *ports;
	struct pipe *pipes;
	struct packet *packets;
	struct ticket *tickets;
	struct cut cuts[CUTS_MAX];
	uint32_t ncuts;
	uint64_t ids, carried;
	void *liar;
	void (*lie)(void *self, const char *node, struct rng *rng, struct arena *a,
		    struct msg *msg);
	void *watch_self;
	void (*on_message)(void *self, const struct host *to, const struct msg *msg);
	void (*on_reply)(void *self, const struct host *from, const struct msg *msg);
	void (*on_sent)(void *self, const struct host *from, const struct msg *msg);
};

struct pipe *pipe_find(const struct net *n, uint64_t id); /* NULL: none */
void pipe_free(struct net *n, struct pipe *p);
void pipe_reap(struct net *n, struct pipe *p); /* when both ends are closed */
struct packet *packet_new(struct net *n, enum packet_type type, struct port *to, uint64_t pipe);
void packet_free(struct net *n, struct packet *p);
/* When what is sent from the node of a client's port (up), or to it, passes again; 0: it does. */
int64_t net_cut_until(const struct net *n, const struct port *p, bool up);
bool net_node_lies(const struct net *n, const char *node);
