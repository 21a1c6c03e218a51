/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the port. One thread accepts, does TLS, and reads the 8 bytes by which an
 * agent's socket introduces itself. Only then it gives nng one end of a socket pair and carries
 * bytes both ways. So nng never sees a peer that vanishes half-way: its own TLS listener lost
 * 188 descriptors for good with 2,000 such peers, and keeps silent connections for ever
 * (docs/design/protocol.md). The cost is two more descriptors for each connection. Not for
 * others. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"

struct front;

enum front_fail {
	FRONT_CONNECTION, /* TLS or the introduction failed, or took too long */
	FRONT_FRAME,      /* a frame is too large */
	FRONT_PORT        /* listening failed; it is tried again */
};

/* The front's thread makes all calls. */
struct front_config {
	const char *address; /* host:port */
	uint32_t conns_max;
	/* Connections that nobody has vouched for: all, and those of one address (0: no bound). */
	uint32_t strangers_max, address_max;
	int64_t wait_ms;    /* from accept to the introduction */
	uint64_t frame_max; /* bytes; a longer frame ends its connection */
	void *self;
	/* peer is "" for FRONT_PORT. */
	void (*on_failed)(void *self, enum front_fail what, const char *peer, const char *why);
	/* Takes own_fd, and calls front_taken(token) when nng has made its pipe. False: no way
	 * into nng is free; the caller keeps the descriptor and offers it again. */
	bool (*hand_over)(void *self, int own_fd, const char *peer, void *token);
};

enum rc front_new(const struct front_config *cfg, const char *cert, const char *key,
		  struct front **ret, struct err *e) must_use;
/* Any thread. New connections get the new certificate, open ones stay. */
enum rc front_set_certificate(struct front *f, const char *cert, const char *key,
			      struct err *e) must_use;
/* Closes the listening socket and opens it again, until that succeeds; open connections stay. */
void front_relisten(struct front *f);
/* Any thread, also nng's. */
void front_taken(struct front *f, void *token);
/* The connection's number, from the token of hand_over until front_taken. */
uint64_t front_conn_number(const void *token);
/* The peer has shown who it is: its place is free for the next stranger. Harmless if the
 * connection is gone. */
void front_vouch(struct front *f, uint64_t number);
uint16_t front_port(const struct front *f);

struct front_stats {
	uint32_t conns, waiting, strangers;
	/* dropped: strangers, for newer ones; slowed: how often a peer had to wait;
	 * shakes_delayed: connections whose handshake waited, for too many were begun */
	uint64_t accepted, failed, oversized, refused_full, refused_address, dropped, slowed;
	uint64_t shakes_delayed;
};
void front_stats(struct front *f, struct front_stats *ret);
