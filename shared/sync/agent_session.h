/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's end of its session with the coordinator: dial, Hello in pages, one redirect to the
 * leader, Reports, one Watch always parked, reconnect with jittered backoff (agent/session.c).
 * Pure: it drives a link_client, one thread. Owner: the caller. Limits: one connection,
 * NODE_PODS_MAX members and orders, 16 MiB each of a Hello and of a set of orders. Errors end in a
 * new connection, never with the caller; the log and on_state say why. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/link_api.h"

struct agent_session;

struct agent_session_config {
	const char *node, *boot_id, *version;    /* copied, as all strings here */
	const char *agent;                       /* identity of this process, unique per start */
	const char *address;                     /* host:port of the coordinator's Service */
	int64_t dial_ms, ack_ms;                 /* how long to wait; 3000 each */
	int64_t backoff_base_ms, backoff_cap_ms; /* 200 and 5000; cap 1000 while leaders change */
	void *self;                              /* the owner, first parameter of what follows */
	/* The newest token of the agent's ServiceAccount; "" or NULL: none. Borrowed until the next
	 * call. */
	const char *(*token)(void *self);
	/* Takes everything that the agent knows, for a Hello. Borrowed until the next call into the
	 * owner. What was taken counts as told. */
	void (*take_snapshot)(void *self, struct capacity *cap, const struct member **ret,
			      uint32_t *ret_n);
	/* Takes what changed since the last call of either, for a Report: sets capacity and members
	 * of rep, borrowed likewise. False: nothing changed. */
	bool (*take_changes)(void *self, struct msg_report *rep);
	/* A new full set of orders; borrowed for the call. */
	void (*on_orders)(void *self, uint64_t epoch, const struct order *v, uint32_t n);
	/* The text of a template that orders name; comes before them. Borrowed for the call. */
	void (*on_template)(void *self, const char *name, const char *text);
	/* The names of templates that the agent has. Borrowed until the next call. */
	void (*templates)(void *self, struct strs *ret);
	/* A session began ("" is why), or there is none and why not. */
	void (*on_state)(void *self, bool connected, const char *why);
};

/* log may be NULL. seed: of the jitter. */
struct agent_session *agent_session_new(const struct agent_session_config *cfg,
					const struct link_client *link, const struct log *log,
					uint64_t seed);
struct agent_session *agent_session_free(struct agent_session *s); /* NULL in, NULL out */
/* What the link must call. */
struct link_client_sink agent_session_sink(struct agent_session *s);

void agent_session_start(struct agent_session *s, int64_t now_ms); /* dials; once */
/* What kept the agent from connecting may be gone: the next try is now, not after the backoff. */
void agent_session_retry(struct agent_session *s);
/* Something changed: it is reported with the next tick, not only with the next heartbeat. */
void agent_session_poke(struct agent_session *s);
void agent_session_tick(struct agent_session *s, int64_t now_ms);
/* Sets the time of callbacks that come before the next tick. */
void agent_session_now(struct agent_session *s, int64_t now_ms);
/* When to tick at the latest: monotonic ms; INT64_MAX before start. */
int64_t agent_session_deadline(const struct agent_session *s);

bool agent_session_connected(const struct agent_session *s); /* a session is up */
/* When the last request was sent that a coordinator has answered as the leader: it led then, or
 * later. Monotonic ms. INT64_MIN / 2: no request was answered, or this session has not brought its
 * orders yet; orders of before are not carried out for a leader that may not know of them. */
int64_t agent_session_heard(const struct agent_session *s);

/* The orders that the agent was given last, borrowed until the next call; for checks. */
struct agent_orders_view {
	uint64_t epoch, revision; /* of its leader; revision 0: none came in this session */
	const struct order *v;
	uint32_t n;
};
void agent_session_orders(const struct agent_session *s, struct agent_orders_view *ret);

struct agent_session_stats {
	uint64_t sessions, reports, orders_refused; /* counted since new */
	uint64_t epoch;                             /* the newest seen */
};
void agent_session_stats(const struct agent_session *s, struct agent_session_stats *ret);
