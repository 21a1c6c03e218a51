/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's end of all agent sessions: Hello → TokenReview → Welcome or Reject, pages of
 * members, Reports, parked Watches, hang-up told apart from silence. Pure: it drives a link_server
 * and an api (TokenReview only) and tells its owner what happened, by node name.
 * Bounds: hello_wait_ms for a pipe without Hello, one session for each node (the newest valid one
 * wins), reviews_max TokenReviews in flight (more wait, then REJECT_LATER), NODE_PODS_MAX members.
 */
#pragma once

#include "base/log.h"
#include "sync/api.h"
#include "sync/link_api.h"

struct server_sessions;

/* One node's orders as the owner sees them now. */
struct orders_view {
	uint64_t revision; /* changes whenever the set does; 0: nothing to say yet, Watches stay
			      parked */
	const struct order *v;
	uint32_t n;
};

struct server_sessions_config {
	const char *agent_username;                    /* system:serviceaccount:NS:NAME; copied */
	uint32_t heartbeat_ms, hold_ms, hello_wait_ms; /* 2000, 30000, 5000 */
	uint32_t reviews_max, pipes_waiting_max;       /* 128, 1024 */
	void *self;
	/* A node's session began: everything it knows. The whole set replaces what was known of it.
	 */
	void (*on_hello)(void *self, const char *node, uint64_t session,
			 const struct msg_hello *hello);
	void (*on_report)(void *self, const char *node, uint64_t session,
			  const struct msg_report *rep);
	void (*on_heard)(void *self, const char *node, uint64_t session); /* any frame */
	void (*on_hangup)(void *self, const char *node, uint64_t session);
	/* The node's orders; borrowed until the next call into the owner. */
	struct orders_view (*orders)(void *self, const char *node);
	const char *(*template_text)(void *self, const char *hash); /* NULL: unknown (any more) */
};

struct server_sessions *server_sessions_new(const struct server_sessions_config *cfg,
					    const struct api *api, const struct link_server *link,
					    const struct log *log);
struct server_sessions *server_sessions_free(struct server_sessions *s);
struct link_server_sink server_sessions_sink(struct server_sessions *s);
/* Leadership: until lead, every Hello is rejected NOT_LEADER with leader_address. Lost: all
 * sessions end, their pipes are closed after a Reject. */
void server_sessions_lead(struct server_sessions *s, uint64_t epoch);
void server_sessions_follow(struct server_sessions *s, const char *leader_address);
void server_sessions_orders_changed(struct server_sessions *s, const char *node);
/* The answer to a parked Watch goes out with the tick of the same turn. */
void server_sessions_tick(struct server_sessions *s, int64_t now_ms, int64_t wall_ms);
/* The time of requests and completions that come before the next tick. */
void server_sessions_now(struct server_sessions *s, int64_t now_ms, int64_t wall_ms);
int64_t server_sessions_deadline(const struct server_sessions *s);

struct server_sessions_stats {
	uint32_t pipes, pipes_waiting, sessions, parked, reviews;
	uint64_t hellos, rejects[REJECT_MALFORMED + 1], bad_frames, reports;
};
const struct server_sessions_stats *server_sessions_stats(const struct server_sessions *s);
