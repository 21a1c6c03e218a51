/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of link: the listener's parts. Not for others.
 *
 * A slot is one REP context with its operation:
 *
 *     RECEIVING ── request ──► HELD ── reply ──► SENDING ── sent ──► RECEIVING
 *         ▲                     │ its pipe went
 *         └─────────────────────┘
 *
 * SLOTS_RECEIVING of them receive at all times, however many are held: nng sees a hang-up only on a
 * pipe that it reads from, and it reads on only while somebody receives. */
#pragma once

#include <stdatomic.h>

#include "base/table.h"
#include "link/front.h"
#include "link/socket.h"
#include "wire/wire.h"

enum {
	SLOTS_RECEIVING = 64,
	PIPE_HELD_MAX = 8, /* requests of one pipe without an answer that it has read */
	LIMITS_MAX = 64,
	LIMIT_TEXT_BYTES = 64,
	DOORS = 32,
	SP_HEADER_BYTES = 64
};

enum slot_state { SLOT_RECEIVING, SLOT_HELD, SLOT_SENDING };

struct peer;

struct slot {
	struct link_listener *owner;
	uint32_t index;
	nng_ctx ctx;
	nng_aio *aio;
	enum slot_state state;
	uint64_t turn; /* of the request held, never used again; half of its ticket */
	struct peer *peer;
	struct slot *prev, *next; /* of the same peer */
};

/* One connection, from ADD_PRE to REM_POST. */
struct peer {
	UT_hash_handle hh;     /* by id */
	UT_hash_handle hh_nng; /* by nng's id */
	uint64_t id;
	uint32_t nng_id;
	char host[LIMIT_TEXT_BYTES];
	bool greeted; /* it said Hello, or was the listener's own */
	bool closing; /* by us: what still comes is not heard */
	uint32_t nslots;
	struct slot *slots; /* HELD and SENDING */
};

/* A way for one connection at a time from the front into nng (handover.c). */
struct door {
	nng_listener listener;
	void *token; /* the front's connection that is on its way; NULL: free */
	char peer[LIMIT_TEXT_BYTES];
	int64_t since_ms;
};

/* One kind of refusal of one peer, as last logged. */
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
	int64_t due_ms; /* the next one, or the end of the one that runs */
	uint64_t heard; /* connections that got through before it began */
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
	bool stopped;
	_Atomic int64_t now_ms; /* of the last tick */

	/* Counted where pipes are made and refused, in nng's threads. */
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
	uint64_t full_told;
	struct probe probe;
	struct link_listener_stats stats;
};

/* pipes.c */
void peers_on_event(nng_pipe p, nng_pipe_ev ev, void *arg); /* nng's threads */
void peers_opened(struct link_listener *l, const struct mail *m);
void peers_closed(struct link_listener *l, const struct mail *m);
struct peer *peers_find_nng(const struct link_listener *l, uint32_t nng_id);
void peer_greeted(struct link_listener *l, struct peer *p);
void peer_close(struct link_listener *l, struct peer *p);
void peers_close_by_id(void *self, uint64_t id);

/* slots.c */
void slots_fill(struct link_listener *l);
void slot_done(struct slot *s);
void slots_release(struct peer *p); /* those that are held; those that send end by themselves */
void slots_reply(void *self, uint64_t ticket, const struct msg *msg);

/* listener.c */
struct link_listener *listener_of(void *self);

/* handover.c */
enum rc doors_open(struct link_listener *l, struct err *e) must_use;
bool doors_hand_over(void *self, int own_fd, const char *peer,
		     void *token); /* the front's thread */
/* nng's threads: whose connection the pipe is. */
void *doors_passed(struct link_listener *l, nng_pipe p, char ret_peer[LIMIT_TEXT_BYTES]);
void doors_tick(struct link_listener *l, int64_t now_ms);

/* refused.c: counted by the caller, logged once a minute for each peer and kind */
void refused(struct link_listener *l, const char *peer, const char *what, const char *why);
void refused_full(struct link_listener *l, uint64_t total);
void refused_by_front(struct link_listener *l, const struct mail *m);

/* probe.c */
enum rc probe_init(struct link_listener *l, const struct link_listener_config *cfg,
		   struct err *e) must_use;
void probe_certificate(struct link_listener *l, const char *bundle, int64_t now_ms);
void probe_drain(struct link_listener *l);
void probe_tick(struct link_listener *l, int64_t now_ms);
int64_t probe_deadline(const struct link_listener *l);
/* Whether the request is the listener's own; then it is answered. */
bool probe_is_own(const struct link_listener *l, const struct msg *msg);
