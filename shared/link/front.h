/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the port. A thread of its own accepts, does TLS, reads the 8 bytes by which an
 * agent's socket introduces itself, and only then gives nng one end of a socket pair; from there on
 * it carries bytes both ways. So nng never meets a peer that vanishes half-way: of 2,000 such peers
 * its own TLS listener lost 188 descriptors for good, and it lets a silent connection stay for ever
 * (docs/design/protocol.md). Costs two more descriptors a connection. Not for others. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/must.h"

struct front;

enum front_fail {
	FRONT_CONNECTION, /* TLS, or the introduction, or it took too long */
	FRONT_FRAME,      /* a frame is too large */
	FRONT_PORT        /* the port cannot be listened on; it is tried again */
};

/* All calls come from the front's thread. */
struct front_config {
	const char *address;             /* host:port */
	uint32_t conns_max, waiting_max; /* connections; of these not yet with nng */
	int64_t wait_ms;                 /* from accept to the introduction */
	uint64_t frame_max;              /* bytes; a longer one ends its connection */
	void *self;
	/* peer is "" for FRONT_PORT. */
	void (*on_failed)(void *self, enum front_fail what, const char *peer, const char *why);
	/* Takes own_fd, and calls front_taken(token) when nng has made its pipe. False: no slot is
	 * free, fd stays the caller's and is offered again. */
	bool (*hand_over)(void *self, int own_fd, const char *peer, void *token);
};

enum rc front_new(const struct front_config *cfg, const char *cert, const char *key,
		  struct front **ret, struct err *e) must_use;
/* Any thread. New connections meet the new certificate, open ones go on. */
enum rc front_set_certificate(struct front *f, const char *cert, const char *key,
			      struct err *e) must_use;
/* Closes the listening socket and opens it again, until that succeeds; open connections go on. */
void front_relisten(struct front *f);
/* Any thread, also nng's. */
void front_taken(struct front *f, void *token);
uint16_t front_port(const struct front *f);

struct front_stats {
	uint32_t conns, waiting;
	uint64_t accepted, failed, oversized, refused_full;
};
void front_stats(struct front *f, struct front_stats *ret);
