/* SPDX-License-Identifier: Apache-2.0 */
/* The agent link over virtual time: struct link_client and link_server between processes. A pipe
 * is a TCP connection: in order, nothing doubled; what is sent while its node is cut off comes late
 * or never; it ends by a FIN that the other side sees, or by nothing (half-open). Frames' sizes are
 * held to the protocol's caps. */
#pragma once

#include "base/arena.h"
#include "base/rng.h"
#include "sync/link_api.h"
#include "test/sim/world/clock.h"
#include "test/sim/world/counts.h"
#include "test/sim/world/host.h"

struct net;

struct net *net_new(struct clock *clock, struct counts *counts, uint64_t seed);
struct net *net_free(struct net *n);
/* The Service: a dial of it goes to one of the processes that listen. */
void net_service(struct net *n, const char *address);
void net_slow(struct net *n, uint32_t percent); /* of messages take 0.2…2.5 s more */
bool net_is_slow(const struct net *n);
/* Of requests and replies so many are lost, come twice, or later than those sent after them. */
void net_lossy(struct net *n, uint32_t lost, uint32_t doubled, uint32_t overtaken);
/* What is sent from the node (or to it) comes when it is over. */
void net_cut_one_way(struct net *n, const char *node, bool from_node, int64_t until_ms);
/* Nothing reaches or leaves the node until then. */
void net_cut_node(struct net *n, const char *node, int64_t until_ms);
/* All pipes of the node break: both ends see it (or only the agent's, half_open). */
bool net_break_node(struct net *n, const char *node, bool half_open);
uint64_t net_carried(const struct net *n);
/* Told of every message as it arrives, and of every reply as it leaves, for checks. */
void net_watch(struct net *n, void *self,
	       void (*on_message)(void *self, const struct host *to, const struct msg *msg),
	       void (*on_reply)(void *self, const struct host *from, const struct msg *msg));

/* Told of every request as its client sends it. */
void net_watch_sent(struct net *n,
		    void (*on_sent)(void *self, const struct host *from, const struct msg *msg));

/* The node says more than its agent does: the function may change a request on its way. */
void net_lies(struct net *n, const char *node, bool lies);
void net_liar(struct net *n, void *self,
	      void (*lie)(void *self, const char *node, struct rng *rng, struct arena *a,
			  struct msg *msg));

struct port; /* one process's end, for one incarnation; lives as long as net */
struct port *port_open(struct net *n, struct host *host,
		       const char *address); /* address: it listens */
void port_client_sink(struct port *p, struct link_client_sink sink);
void port_server_sink(struct port *p, struct link_server_sink sink);
void port_close(struct port *p, bool fin);
struct link_client port_client(struct port *p);
struct link_server port_server(struct port *p);
