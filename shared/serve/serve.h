/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP server for /livez, /readyz and /metrics: libmicrohttpd behind one epoll descriptor that
 * the program's loop waits on. No threads: everything runs in serve_turn. GET and HEAD only.
 * Bounds: SERVE_CONNECTIONS_MAX connections (the oldest is cut for a new one), 5 s for a
 * connection that says nothing, 8 KiB for a request's head. Requests never fail the program. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/must.h"
#include "serve/metrics.h"

enum { SERVE_CONNECTIONS_MAX = 64, SERVE_TIMEOUT_S = 5 };

struct serve;

struct serve_config {
	const char *listen;      /* as os/listen.h has it ("*:8080", "[::1]:8080"); port 0: any */
	struct metrics *metrics; /* outlives the server */
	void *self;
	/* True if the program does its work. If not, it appends a line to missing for each thing
	 * that is missing. NULL: always ready. It must not wait. */
	bool (*ready)(void *self, struct buf *missing);
	/* Called before a scrape is rendered, to set what is not kept up to date. May be NULL. */
	void (*refresh)(void *self, struct metrics *m);
};

/* RC_CONFIG if listen is not HOST:PORT; RC_IO if the port cannot be opened. */
enum rc serve_new(const struct serve_config *cfg, struct serve **ret, struct err *e) must_use;
struct serve *serve_free(struct serve *s); /* NULL in, NULL out */
/* Readable when there is something to do. */
int serve_fd(const struct serve *s);
/* In how many ms serve_turn wants to run even if the descriptor stays quiet (relative, as poll
 * takes it); INT64_MAX: not needed. */
int64_t serve_deadline_ms(const struct serve *s);
void serve_turn(struct serve *s);
uint16_t serve_port(const struct serve *s); /* the port it listens on */
