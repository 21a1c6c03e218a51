/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's end of its session: dial, Hello in pages, redirect to the leader (tried once, then
 * back to the Service), Reports at least every heartbeat, one Watch always parked, orders put
 * together from pages, epochs checked (an older epoch's orders are refused), reconnect with
 * jittered backoff. Pure: drives a link_client. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/link_api.h"

struct agent_session;

struct agent_session_config {
	const char *node, *boot_id, *version, *agent, *address; /* copied */
	int64_t dial_ms, ack_ms;                                /* 3000 each */
	int64_t backoff_base_ms, backoff_cap_ms; /* 200, 5000; 1000 cap while a leader changes */
	void *self;
	const char *(*token)(void *self); /* the newest token; borrowed until the next call */
	/* Everything the agent knows, for Hello; borrowed until the next call into the owner. */
	void (*snapshot)(void *self, struct capacity *cap, const struct member **ret,
			 uint32_t *ret_n);
	/* What changed since the last call, for Report; false: nothing (a bare heartbeat). */
	bool (*changes)(void *self, struct msg_report *rep);
	/* The full set of orders of a newer revision. Borrowed. */
	void (*on_orders)(void *self, uint64_t epoch, const struct order *v, uint32_t n);
	void (*on_template)(void *self, const char *hash, const char *text);
	void (*templates)(void *self, struct strs *ret); /* hashes held */
	void (*on_state)(void *self, bool connected, const char *why);
};

struct agent_session *agent_session_new(const struct agent_session_config *cfg,
					const struct link_client *link, const struct log *log,
					uint64_t seed);
struct agent_session *agent_session_free(struct agent_session *s);
struct link_client_sink agent_session_sink(struct agent_session *s);
void agent_session_start(struct agent_session *s, int64_t now_ms);
/* What kept it from connecting may be gone: the next try is now, not after the backoff. */
void agent_session_retry(struct agent_session *s);
void agent_session_poke(struct agent_session *s); /* something changed: report at once */
void agent_session_tick(struct agent_session *s, int64_t now_ms);
/* The time of callbacks that come before the next tick. */
void agent_session_now(struct agent_session *s, int64_t now_ms);
int64_t agent_session_deadline(const struct agent_session *s);
bool agent_session_connected(const struct agent_session *s);
/* When the last request was sent that a coordinator has answered as the leader: it led then, or
 * later. INT64_MIN / 2: none has, or none that this session has brought orders of: those of before
 * are not carried out for a leader that may not know of them. Monotonic ms. */
int64_t agent_session_heard(const struct agent_session *s);

struct agent_session_stats {
	uint64_t sessions, reports, orders_refused, epoch;
};
void agent_session_stats(const struct agent_session *s, struct agent_session_stats *ret);
