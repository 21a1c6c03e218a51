/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: the front and its connections, as its files see them. Everything but the
 * fields under lock belongs to the front's thread.
 *
 *     HANDSHAKE ──► HEADER ──► HANDING ──► PIPED
 *          └────────────┴─ late, wrong ──────┴──► gone
 *
 * A peer that vanishes while HANDING is noticed when nng has made its pipe, and not before. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/table.h"
#include "link/front.h"
#include "link/front_framing.h"
#include "tls/stream.h"

enum { PEER_BYTES = 64, HEADER_BYTES = 8, PUMP_BYTES = 16384, ADDRESS_BYTES = 17 };

enum conn_state { CONN_HANDSHAKE, CONN_HEADER, CONN_HANDING, CONN_PIPED, CONN_GONE };

struct conn;

/* The strangers of one address. */
struct address {
	UT_hash_handle hh;
	uint8_t key[ADDRESS_BYTES];
	uint32_t n;
	struct conn *first; /* the oldest */
	/* front_shakes.h: until when its handshakes are paid for, the connections that wait for
	 * theirs, and, without a connection, since when it is kept (0: it is not). */
	int64_t shakes_paid_ms, kept_ms;
	struct conn *shakers; /* the oldest first */
	bool newest_next;     /* the last that began was the newest of a late line */
	struct address *shakers_prev, *shakers_next, *kept_prev, *kept_next;
};

struct end { /* one of a connection's two sockets */
	struct conn *conn;
	int fd;
	uint32_t events; /* that epoll watches for */
	bool added;
};

struct held { /* bytes that could not be written yet; memory only if there are some */
	uint8_t *data;
	size_t len, off;
};

struct conn {
	struct front *front;
	struct conn *prev, *next; /* in front.early, the oldest first */
	enum conn_state state;
	struct end peer, pipe;
	struct tls_stream *tls;
	char name[PEER_BYTES];
	uint64_t number; /* never used again */
	int64_t since_ms;
	int64_t due_ms;                   /* deadline until PIPED */
	struct place {                    /* among the strangers (front_places.c) */
		struct address *address;  /* NULL: somebody vouched for it */
		struct conn *prev, *next; /* of the same address, the oldest first */
		UT_hash_handle hh;        /* by number */
		uint32_t index;           /* in front.strangers */
	} place;
	struct shake { /* in its address's shakers, while it waits for its handshake */
		struct conn *prev, *next;
		bool waits, delayed;
	} shake;
	uint8_t header[HEADER_BYTES];
	size_t header_len;
	struct budget { /* front_budget.h */
		int64_t bytes, filled_ms;
		struct conn *prev, *next; /* in front.slowed, while it waits */
		bool waits;
	} budget;
	int nng_fd; /* nng's end of the socket pair until nng has it; else -1 */
	struct held up, down;
	struct framing framing;
	struct conn *next_dead, *next_waiting;
};

struct front {
	struct front_config cfg;
	char *address;
	int listen_fd, epoll_fd, wake_fd;
	bool accepting;
	int64_t accept_again_ms;
	atomic_ushort port;
	struct conn *early, *dead;                 /* early: not introduced yet */
	struct conn *waiting_first, *waiting_last; /* that wait for a way into nng */
	uint8_t buf[PUMP_BYTES];
	int64_t now_ms;      /* of this turn */
	struct conn *slowed; /* not read until they have a budget again */
	struct address *addresses, *shakers, *kept;
	uint32_t nkept;
	int64_t shakes_paid_ms; /* all handshakes are paid for until then */
	int64_t shakes_us;      /* what handshakes that began in this turn took */
	struct conn *by_number;
	struct conn **strangers;
	uint32_t nstrangers, cap_strangers;
	uint64_t last_number;
	struct rng rng;

	pthread_mutex_t lock;
	struct tls_server *server;      /* lock */
	struct conn **taken;            /* lock */
	uint32_t ntaken, cap_taken;     /* lock */
	uint64_t *vouched;              /* lock */
	uint32_t nvouched, cap_vouched; /* lock */
	bool relisten;                  /* lock */

	atomic_uint nconns, nwaiting, nplaces;
	atomic_ullong accepted, failed, oversized, refused_full, refused_address, dropped, nslowed;
	atomic_ullong shakes_delayed;
};
