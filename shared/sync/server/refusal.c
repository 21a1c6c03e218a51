/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { LOG_EVERY_MS = 60000, LIMITS_MAX = 1024 };

/* One peer's last logged refusal. */
struct server_limit {
	UT_hash_handle hh;
	char *peer; /* address without the port */
	int64_t logged_ms;
	uint64_t hidden; /* refusals since that were not logged */
};

static const enum reject REJECT_LAST = REJECT_MALFORMED;

/* Addresses of one peer differ by port only. */
static char *peer_host(const char *peer)
{
	const char *colon = strrchr(str_or_empty(peer), ':');
	return colon ? mem_strndup(peer, (size_t)(colon - peer)) : mem_strdup(peer);
}

void server_limits_clear(struct server_sessions *s)
{
	struct server_limit *l, *next;
	HASH_ITER (hh, s->limits, l, next) {
		HASH_DEL(s->limits, l);
		free(l->peer);
		free(l);
	}
}

/* The peer's limit, made if need be. Beyond LIMITS_MAX all are forgotten. */
static struct server_limit *limit_of(struct server_sessions *s, const char *peer)
{
	struct server_limit *l = NULL;
	AUTO(mem_freep) char *host = peer_host(peer);
	HASH_FIND_STR(s->limits, host, l);
	if (l)
		return l;
	if (HASH_COUNT(s->limits) >= LIMITS_MAX)
		server_limits_clear(s);
	l = mem_zalloc(1, sizeof *l);
	l->peer = STEAL(host);
	l->logged_ms = INT64_MIN / 2;
	HASH_ADD_KEYPTR(hh, s->limits, l->peer, strlen(l->peer), l);
	return l;
}

void server_refusal_log(struct server_sessions *s, const char *peer, const char *what,
			const char *why)
{
	struct server_limit *l = limit_of(s, peer);
	if (s->now_ms - l->logged_ms < LOG_EVERY_MS) {
		l->hidden++;
		return;
	}
	log_warn(s->log, what, KS("peer", peer), KS("why", why), KI("more", l->hidden));
	l->logged_ms = s->now_ms;
	l->hidden = 0;
}

void server_reject(struct server_sessions *s, const char *peer, uint64_t ticket, enum reject reason,
		   const char *message)
{
	must(reason > REJECT_NONE && reason <= REJECT_LAST);
	struct msg msg = {.type = MSG_REJECT,
			  .reject = {.reason = reason, .message = message, .leader = ""}};
	s->stats.rejects[reason]++;
	if (reason == REJECT_NOT_LEADER)
		msg.reject.leader = s->leader_address;
	else if (reason != REJECT_SESSION)
		server_refusal_log(s, peer, "agent refused", message);
	s->link.reply(s->link.self, ticket, &msg);
}
