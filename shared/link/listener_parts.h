/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the listener and its parts, as its files see them. */
#pragma once

#include <stdatomic.h>

#include "base/mem.h"
#include "base/table.h"
#include "link/front.h"
#include "link/socket.h"
#include "wire/wire.h"

enum {
	SLOTS_RECEIVING = 64,
	PIPE_HELD_MAX = 8, /* requests of one connection whose answers it has not read */
	LIMITS_MAX = 64,
	LIMIT_TEXT_BYTES = 64,
	DOORS = 32,
	SP_HEADER_BYTES = 64
};

enum slot_state { SLOT_RECEIVING, SLOT_HELD, SLOT_SENDING };

struct peer;

struct slot { /* slots.h */
	struct link_listener *owner;
	uint32_t index;
	nng_ctx ctx;
	nng_aio *aio;
	enum slot_state state;
	uint64_t turn; /* of the held request; never used again; half of its ticket */
	struct peer *peer;
	struct slot *prev, *next; /* of the same peer */
};

/* One connection, from ADD_PRE to REM_POST. */
struct peer {
	UT_hash_handle hh;     /* by id */
	UT_hash_handle hh_nng; /* by nng's id */
	uint64_t id;
	uint32_t nng_id;
	uint64_t conn; /* the front's number */
	char host[LIMIT_TEXT_BYTES];
	bool greeted; /* it sent a Hello, or is the listener's own */
	bool closing; /* we close it: what still arrives is dropped */
	uint32_t nslots;
	struct slot *slots; /* HELD and SENDING */
};

/* A listener of nng that takes one connection at a time from the front (handover.c). */
struct door {
	nng_listener listener;
	void *token; /* the front's connection that is being passed to nng; NULL: free */
	char peer[LIMIT_TEXT_BYTES];
	int64_t since_ms;
};

/* The last log line about one kind of refusal of one peer. */
struct limit {
	char peer[LIMIT_TEXT_BYTES];
	const char *what;
	int64_t logged_ms;
	uint64_t hidden;
};

/* The dial to itself. */
struct probe {
	struct link_dialer *dialer;
	bool running, acked;
	int64_t due_ms; /* of the next probe, or the end of the current one */
	uint64_t heard; /* connections that were accepted before it began */
	uint64_t secret[2];
	char *why;
};

struct link_listener {
	uint32_t magic;
	const struct log *log;
	char *address;
	uint32_t pipes_max, pipes_waiting_max;
	int64_t probe_ms, probe_wait_ms;
	struct link_server_sink sink;
	struct mailbox box;

	nng_socket socket;
	struct front *front;
	pthread_mutex_t doors_lock;
	struct door doors[DOORS];
	_Atomic int64_t now_ms; /* time of the last tick */

	/* Counted in nng's threads, where pipes are made and refused. */
	atomic_uint pipes, pipes_waiting;
	atomic_ullong accepted, refused_full;

	struct peer *by_id, *by_nng;
	uint64_t last_peer, last_turn;

	struct slot **slots;
	uint32_t nslots, cap_slots, slots_max, receiving, held, sending;
	struct buf scratch;
	struct arena arena;

	struct limit limits[LIMITS_MAX];
	uint32_t nlimits;
	uint64_t full_told, dropped_told, slowed_told, delayed_told;
	struct probe probe;
	struct link_listener_stats stats;
};

enum { LISTENER_MAGIC = 0x6c6b6c73 };

static inline struct link_listener *listener_of(void *self)
{
	struct link_listener *l = self;
	must(l && l->magic == LISTENER_MAGIC);
	return l;
}
