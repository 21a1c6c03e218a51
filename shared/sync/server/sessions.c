/* SPDX-License-Identifier: Apache-2.0 */
/* What the link tells, what time brings and what leadership means, handed to the parts: pipe.c
 * holds the states, hello.c, report.c and watch.c answer requests, refusal.c says no. */
#include <stdlib.h>

#include "base/mem.h"
#include "sync/server/hello.h"
#include "sync/server/hello_rate.h"
#include "sync/server/parked.h"
#include "sync/server/pipe.h"
#include "sync/server/refusal.h"
#include "sync/server/report.h"
#include "sync/server/review.h"
#include "sync/server/token.h"
#include "sync/server/watch.h"

/* ---- pipes ---- */

static void on_pipe_open(void *self, uint64_t id, const char *peer)
{
	struct server_sessions *s = self;
	if (server_pipe_find(s, id))
		return;
	if (s->stats.pipes_waiting < s->cfg.pipes_waiting_max) {
		server_pipe_open(s, id, peer);
		return;
	}
	server_refusal_log(s, peer, "connection refused",
			   "too many connections wait for their Hello");
	s->link.close_pipe(s->link.self, id);
}

static void on_pipe_closed(void *self, uint64_t id)
{
	struct server_sessions *s = self;
	struct server_pipe *p = server_pipe_find(s, id);
	if (!p)
		return;
	if (p->state == PIPE_SESSION)
		log_info(s->log, "agent disconnected", KS("node", p->node), KS("peer", p->peer),
			 KI("session", p->session));
	server_pipe_hang_up(s, p);
	p = server_pipe_find(s, id); /* the owner was called */
	if (p)
		server_pipe_free(s, p);
}

/* ---- requests ---- */

static void reject_not_leader(struct server_sessions *s, struct server_pipe *p, uint64_t ticket)
{
	server_reject(s, p->peer, ticket, REJECT_NOT_LEADER, "this coordinator does not lead");
	server_pipe_leave(s, p);
}

static uint64_t named_session(const struct msg *msg)
{
	return msg->type == MSG_REPORT ? msg->report.session : msg->watch.session;
}

static void session_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			    const struct msg *msg)
{
	uint64_t id = p->id;
	if (p->state != PIPE_SESSION || named_session(msg) != p->session) {
		server_reject(s, p->peer, ticket, REJECT_SESSION, "a Hello must come first");
		return;
	}
	p->heard_ms = s->now_ms;
	s->cfg.on_heard(s->cfg.self, p->node, p->session);
	if (server_pipe_find(s, id) != p || p->state != PIPE_SESSION)
		return;
	if (msg->type == MSG_REPORT)
		server_report_request(s, p, ticket, &msg->report);
	else
		server_watch_request(s, p, ticket, &msg->watch);
}

static void on_request(void *self, uint64_t pipe, uint64_t ticket, const struct msg *msg)
{
	struct server_sessions *s = self;
	struct server_pipe *p = server_pipe_find(s, pipe);
	if (!p) { /* it was closed, by us or by the peer: nobody hears the answer */
		server_reject(s, "", ticket, REJECT_SESSION, "the connection is gone");
		return;
	}
	if (!s->leading) {
		reject_not_leader(s, p, ticket);
		return;
	}
	switch (msg->type) {
	case MSG_HELLO: server_hello_request(s, p, ticket, &msg->hello); return;
	case MSG_REPORT:
	case MSG_WATCH: session_request(s, p, ticket, msg); return;
	case MSG_NONE:
	case MSG_WELCOME:
	case MSG_REJECT:
	case MSG_ACK:
	case MSG_ORDERS: break;
	}
	server_reject(s, p->peer, ticket, REJECT_MALFORMED, "not a request");
}

static void on_bad_frame(void *self, uint64_t pipe, uint64_t ticket, const char *why)
{
	struct server_sessions *s = self;
	struct server_pipe *p = server_pipe_find(s, pipe);
	s->stats.bad_frames++;
	server_reject(s, p ? p->peer : "", ticket, REJECT_MALFORMED, why);
}

/* ---- time ---- */

static void expire_session(struct server_sessions *s, struct server_pipe *p)
{
	log_info(s->log, "session ended", KS("node", p->node), KI("session", p->session),
		 KS("why", "its token expired"));
	if (p->parked.ticket != 0)
		server_reject(s, p->peer, p->parked.ticket, REJECT_SESSION,
			      "the session's token expired");
	server_pipe_hang_up(s, p);
}

static void pipe_due(struct server_sessions *s, struct server_pipe *p)
{
	if (p->state != PIPE_SESSION) {
		log_debug(s->log, "connection closed", KS("peer", p->peer),
			  KS("why", "no Hello came in time"));
		server_pipe_drop(s, p);
		return;
	}
	if (s->now_ms >= p->expires_ms) {
		expire_session(s, p);
		return;
	}
	if (server_pipe_silent(s, p)) {
		server_pipe_fall_silent(s, p);
		return;
	}
	if (p->parked.ticket != 0 && s->now_ms >= p->parked.until_ms)
		server_watch_release(s, p);
	server_pipe_schedule(s, p);
}

void server_sessions_now(struct server_sessions *s, int64_t now_ms, int64_t wall_ms)
{
	s->now_ms = now_ms;
	s->wall_ms = wall_ms;
}

void server_sessions_tick(struct server_sessions *s, int64_t now_ms, int64_t wall_ms)
{
	struct heap_node *due;
	server_sessions_now(s, now_ms, wall_ms);
	server_hello_expire(s);
	server_watch_answer_stirred(s);
	while ((due = heap_pop_due(&s->timers, now_ms)))
		pipe_due(s, OWNER_OF(due, struct server_pipe, timer));
}

int64_t server_sessions_deadline(const struct server_sessions *s)
{
	if (s->stirred)
		return s->now_ms;
	int64_t timer = heap_next(&s->timers), review = server_reviews_deadline(s);
	return timer < review ? timer : review;
}

/* ---- leadership ---- */

void server_sessions_lead(struct server_sessions *s, uint64_t epoch)
{
	s->leading = true;
	s->epoch = epoch;
	mem_strset(&s->leader_address, "");
}

static void part_with(struct server_sessions *s, struct server_pipe *p)
{
	uint64_t tickets[] = {p->ticket, p->parked.ticket};
	server_pipe_reset(s, p);
	server_pipe_leave(s, p);
	for (size_t i = 0; i < ARRAY_LEN(tickets); i++) {
		if (tickets[i] != 0)
			reject_not_leader(s, p, tickets[i]);
	}
}

void server_sessions_follow(struct server_sessions *s, const char *leader_address)
{
	struct server_pipe *p, *next;
	mem_strset(&s->leader_address, leader_address);
	if (!s->leading)
		return;
	s->leading = false;
	HASH_ITER (hh, s->pipes, p, next)
		part_with(s, p);
}

void server_sessions_orders_changed(struct server_sessions *s, const char *node)
{
	struct server_pipe *p = server_pipe_of_node(s, node);
	if (p)
		server_parked_stir(s, p);
}

/* ---- life ---- */

struct server_sessions *server_sessions_new(const struct server_sessions_config *cfg,
					    const struct api *api, const struct link_server *link,
					    const struct log *log)
{
	must(cfg->heartbeat_ms > 0 && cfg->hold_ms > 0 && cfg->hello_wait_ms > 0);
	must(cfg->reviews_max > 0 && cfg->pipes_waiting_max > 0);
	struct server_sessions *s = mem_zalloc(1, sizeof *s);
	s->cfg = *cfg;
	s->agent_username = mem_strdup(cfg->agent_username);
	s->leader_address = mem_strdup("");
	s->api = *api;
	s->link = *link;
	s->log = log;
	server_reviews_init(s);
	return s;
}

struct server_sessions *server_sessions_free(struct server_sessions *s)
{
	struct server_pipe *p, *next;
	if (!s)
		return NULL;
	HASH_ITER (hh, s->pipes, p, next) {
		server_pipe_reset(s, p);
		server_pipe_free(s, p);
	}
	server_limits_clear(s);
	server_tokens_clear(s);
	server_hello_rates_clear(s);
	heap_done(&s->timers);
	free(s->agent_username);
	free(s->leader_address);
	free(s);
	return NULL;
}

struct link_server_sink server_sessions_sink(struct server_sessions *s)
{
	return (struct link_server_sink){s, on_pipe_open, on_pipe_closed, on_request, on_bad_frame};
}

const struct server_sessions_stats *server_sessions_stats(const struct server_sessions *s)
{
	return &s->stats;
}
