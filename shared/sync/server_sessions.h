/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's end of all agent sessions: Hello, TokenReview, Welcome or Reject, Reports,
 * parked Watches, hang-up told apart from silence (server/sessions.c). Pure: it drives a
 * link_server and an api (TokenReview only), one thread, and tells its owner what happened, by node
 * name. Limits: hello_wait_ms for a pipe without Hello, one session for each node (the newest valid
 * one wins), reviews_max TokenReviews in flight, fewer while the API server is slow or refuses (the
 * others wait, then REJECT_LATER), NODE_PODS_MAX members of a node. Errors end in a Reject to the
 * agent and a limited line of the log. */
#pragma once

#include "base/log.h"
#include "sync/api.h"
#include "sync/link_api.h"

struct server_sessions;

/* One node's orders as the owner sees them now. */
struct orders_view {
	uint64_t revision; /* changes whenever the set does; 0: no set yet, Watches stay parked */
	const struct order *v;
	uint32_t n;
};

enum { TOKEN_PRINT_BYTES = 65 };

struct server_sessions_config {
	const char *agent_username;     /* system:serviceaccount:NS:NAME; copied */
	uint32_t heartbeat_ms, hold_ms; /* 2000 and 30000: told to agents in the Welcome */
	uint32_t hello_wait_ms;         /* 5000: a pipe without Hello, or between its pages */
	uint32_t reviews_max;           /* 128 TokenReviews in flight */
	uint32_t pipes_waiting_max;     /* 1024 pipes without a session */
	/* Looks at a token before the API server is asked: not REJECT_NONE if no answer could be
	 * good, then ret_why (a literal) says why. ret_print becomes text that no other token has.
	 * NULL: the API server is asked about every token. */
	enum reject (*look)(const char *token, const char *username, const char *node,
			    char ret_print[TOKEN_PRINT_BYTES], const char **ret_why);
	size_t drafts_bytes_max; /* 64 MiB: Hellos of which not all pages have come, together */
	void *self;              /* the owner, first parameter of what follows */
	/* A node's session began. The Hello has everything that the agent knows: it replaces all
	 * that was known of the node. Borrowed for the call. */
	void (*on_hello)(void *self, const char *node, uint64_t session,
			 const struct msg_hello *hello);
	/* Members that changed, or the capacity; never an empty Report. Borrowed for the call. */
	void (*on_report)(void *self, const char *node, uint64_t session,
			  const struct msg_report *rep);
	void (*on_heard)(void *self, const char *node, uint64_t session); /* a Report or Watch */
	/* The session ended: its connection closed, its token expired, or the agent said Hello
	 * again. A session that another one replaced is not told. */
	void (*on_hangup)(void *self, const char *node, uint64_t session);
	/* The session ended because its agent said nothing for a minute. That is no hang-up: it
	 * says nothing about the node. NULL: nobody is told. */
	void (*on_dropped)(void *self, const char *node, uint64_t session);
	/* The node's orders; borrowed until the next call into the owner. */
	struct orders_view (*orders)(void *self, const char *node);
	/* The proof of an order that the agent is to carry out, as it is sent. NULL: orders are not
	 * proven. */
	void (*prove)(void *self, const char *node, const struct order *o,
		      char ret[PROOF_TEXT_BYTES]);
	/* NULL: unknown (any more) */
	const char *(*template_text)(void *self, const char *ns, const char *hash);
};

/* log may be NULL. */
struct server_sessions *server_sessions_new(const struct server_sessions_config *cfg,
					    const struct api *api, const struct link_server *link,
					    const struct log *log);
/* NULL in, NULL out. The pipes stay open: the link is the caller's. */
struct server_sessions *server_sessions_free(struct server_sessions *s);
struct link_server_sink server_sessions_sink(struct server_sessions *s); /* what the link calls */

/* This coordinator leads from now on, in this epoch: Hellos are taken. */
void server_sessions_lead(struct server_sessions *s, uint64_t epoch);
/* Another one leads: every request is rejected NOT_LEADER with leader_address ("": not known).
 * Sessions end without on_hangup; their pipes are closed a moment after a Reject. */
void server_sessions_follow(struct server_sessions *s, const char *leader_address);
/* The node's orders changed: its parked Watch is answered with the next tick. */
void server_sessions_orders_changed(struct server_sessions *s, const char *node);

void server_sessions_tick(struct server_sessions *s, int64_t now_ms, int64_t wall_ms);
/* Sets the time of requests and completions that come before the next tick. */
void server_sessions_now(struct server_sessions *s, int64_t now_ms, int64_t wall_ms);
/* When to tick at the latest: monotonic ms; INT64_MAX: nothing waits. */
int64_t server_sessions_deadline(const struct server_sessions *s);

struct server_sessions_stats {
	uint32_t pipes, pipes_waiting, sessions, parked, reviews; /* now */
	uint64_t looked_bad, denied_again; /* tokens that the API server was not asked about */
	uint64_t hellos, rejects[REJECT_MALFORMED + 1], bad_frames, reports; /* since new */
};
const struct server_sessions_stats *server_sessions_stats(const struct server_sessions *s);
