/* SPDX-License-Identifier: Apache-2.0 */
/* Pipes, their deadlines, and what comes over them. A pipe is forgotten when it is closed by either
 * side; what its tickets still say after that goes nowhere, which the link declares harmless. */
#include "sync/server_sessions.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "sync/sessions_impl.h"

enum {
	LEAVE_MS = 1000, /* a rejected pipe may close by itself first, so its answer arrives */
	SILENT_PIPE_MS = 60000, /* its owner judged the silence long ago; the descriptor goes */
};

/* ---- pipes ---- */

struct pipe *ss_pipe_find(const struct server_sessions *s, uint64_t id)
{
	struct pipe *p = NULL;
	HASH_FIND(hh, s->pipes, &id, sizeof id, p);
	return p;
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void ss_pipe_schedule(struct server_sessions *s, struct pipe *p)
{
	int64_t due = p->deadline_ms;
	if (p->state == PIPE_SESSION)
		due = min64(p->expires_ms, p->heard_ms + SILENT_PIPE_MS);
	if (p->state == PIPE_SESSION && p->parked.ticket != 0)
		due = min64(due, p->parked.until_ms);
	heap_set(&s->timers, &p->timer, due);
}

void ss_pipe_end_session(struct server_sessions *s, struct pipe *p, bool tell)
{
	if (p->state != PIPE_SESSION)
		return;
	HASH_DELETE(hh_node, s->nodes, p);
	s->stats.sessions--;
	s->stats.pipes_waiting++;
	ss_watch_forget(s, p);
	ss_hello_forget(s, p);
	free(p->replaced);
	p->replaced = NULL;
	p->state = PIPE_NEW;
	p->deadline_ms = s->now_ms + s->cfg.hello_wait_ms;
	ss_pipe_schedule(s, p);
	if (tell)
		s->cfg.on_hangup(s->cfg.self, p->node, p->session);
}

static void pipe_free(struct server_sessions *s, struct pipe *p)
{
	must(p->state != PIPE_SESSION);
	ss_hello_forget(s, p);
	heap_remove(&s->timers, &p->timer);
	HASH_DEL(s->pipes, p);
	s->stats.pipes--;
	s->stats.pipes_waiting--;
	free(p->peer);
	free(p->node);
	free(p->agent);
	free(p->replaced);
	free(p);
}

void ss_pipe_drop(struct server_sessions *s, struct pipe *p)
{
	uint64_t id = p->id;
	pipe_free(s, p);
	s->link.close_pipe(s->link.self, id);
}

static void on_pipe_open(void *self, uint64_t id, const char *peer)
{
	struct server_sessions *s = self;
	if (ss_pipe_find(s, id))
		return;
	if (s->stats.pipes_waiting >= s->cfg.pipes_waiting_max) {
		ss_sessions_refused(s, peer, "connection refused", "too many wait for their Hello");
		s->link.close_pipe(s->link.self, id);
		return;
	}
	struct pipe *p = mem_zalloc(1, sizeof *p);
	p->id = id;
	p->peer = mem_strdup(peer);
	p->deadline_ms = s->now_ms + s->cfg.hello_wait_ms;
	HASH_ADD(hh, s->pipes, id, sizeof p->id, p);
	s->stats.pipes++;
	s->stats.pipes_waiting++;
	ss_pipe_schedule(s, p);
}

static void on_pipe_closed(void *self, uint64_t id)
{
	struct server_sessions *s = self;
	struct pipe *p = ss_pipe_find(s, id);
	if (!p)
		return;
	if (p->state == PIPE_SESSION)
		log_info(s->log, "agent disconnected", KS("node", p->node), KS("peer", p->peer),
			 KI("session", p->session));
	ss_pipe_end_session(s, p, true);
	p = ss_pipe_find(s, id);
	if (p)
		pipe_free(s, p);
}

/* ---- requests ---- */

static void reject_not_leader(struct server_sessions *s, struct pipe *p, uint64_t ticket)
{
	ss_sessions_reject(s, p->peer, ticket, REJECT_NOT_LEADER, "this coordinator does not lead");
	p->deadline_ms = s->now_ms + LEAVE_MS;
	ss_pipe_schedule(s, p);
}

static void report_request(struct server_sessions *s, struct pipe *p, uint64_t ticket,
			   const struct msg_report *rep)
{
	struct member members[PAGE_MEMBERS_MAX];
	struct msg ack = {.type = MSG_ACK, .ack = {.session = p->session, .seq = rep->seq}};
	bool stale = p->reported && rep->seq <= p->seq;
	if (rep->nmembers > PAGE_MEMBERS_MAX) {
		ss_sessions_reject(s, p->peer, ticket, REJECT_MALFORMED, "too many members");
		return;
	}
	s->stats.reports++;
	s->link.reply(s->link.self, ticket, &ack);
	if (str_or_empty(rep->token)[0] != '\0')
		ss_hello_renew(s, p, rep->token);
	if (stale || (rep->nmembers == 0 && !rep->has_capacity))
		return;
	p->reported = true;
	p->seq = rep->seq;
	struct msg_report own = *rep;
	for (uint32_t i = 0; i < rep->nmembers; i++) {
		members[i] = rep->members[i];
		members[i].node = p->node; /* an agent speaks for its own node only */
	}
	own.members = members;
	s->cfg.on_report(s->cfg.self, p->node, p->session, &own);
}

static uint64_t named_session(const struct msg *msg)
{
	return msg->type == MSG_REPORT ? msg->report.session : msg->watch.session;
}

static void session_request(struct server_sessions *s, struct pipe *p, uint64_t ticket,
			    const struct msg *msg)
{
	uint64_t id = p->id;
	if (p->state != PIPE_SESSION || named_session(msg) != p->session) {
		ss_sessions_reject(s, p->peer, ticket, REJECT_SESSION, "say Hello first");
		return;
	}
	p->heard_ms = s->now_ms;
	s->cfg.on_heard(s->cfg.self, p->node, p->session);
	if (ss_pipe_find(s, id) != p || p->state != PIPE_SESSION)
		return;
	if (msg->type == MSG_REPORT)
		report_request(s, p, ticket, &msg->report);
	else
		ss_watch_request(s, p, ticket, &msg->watch);
}

static void on_request(void *self, uint64_t pipe, uint64_t ticket, const struct msg *msg)
{
	struct server_sessions *s = self;
	struct pipe *p = ss_pipe_find(s, pipe);
	if (!p) { /* it was closed, by us or by the peer: nobody hears the answer */
		ss_sessions_reject(s, "", ticket, REJECT_SESSION, "the connection is gone");
		return;
	}
	if (!s->leading) {
		reject_not_leader(s, p, ticket);
		return;
	}
	switch (msg->type) {
	case MSG_HELLO: ss_hello_request(s, p, ticket, &msg->hello); return;
	case MSG_REPORT:
	case MSG_WATCH: session_request(s, p, ticket, msg); return;
	case MSG_NONE:
	case MSG_WELCOME:
	case MSG_REJECT:
	case MSG_ACK:
	case MSG_ORDERS: break;
	}
	ss_sessions_reject(s, p->peer, ticket, REJECT_MALFORMED, "not a request");
}

static void on_bad_frame(void *self, uint64_t pipe, uint64_t ticket, const char *why)
{
	struct server_sessions *s = self;
	struct pipe *p = ss_pipe_find(s, pipe);
	s->stats.bad_frames++;
	ss_sessions_reject(s, p ? p->peer : "", ticket, REJECT_MALFORMED, why);
}

/* ---- time ---- */

static void expire_session(struct server_sessions *s, struct pipe *p)
{
	log_info(s->log, "session ended: its token expired", KS("node", p->node),
		 KI("session", p->session));
	if (p->parked.ticket != 0)
		ss_sessions_reject(s, p->peer, p->parked.ticket, REJECT_SESSION,
				   "the session's token expired");
	ss_pipe_end_session(s, p, true);
}

static void pipe_due(struct server_sessions *s, struct pipe *p)
{
	if (p->state != PIPE_SESSION) {
		log_debug(s->log, "connection without a Hello closed", KS("peer", p->peer));
		ss_pipe_drop(s, p);
		return;
	}
	if (s->now_ms >= p->expires_ms) {
		expire_session(s, p);
		return;
	}
	if (s->now_ms >= p->heard_ms + SILENT_PIPE_MS) {
		/* Silence is not a hang-up: nobody is told. */
		ss_pipe_end_session(s, p, false);
		ss_pipe_drop(s, p);
		return;
	}
	if (p->parked.ticket != 0 && s->now_ms >= p->parked.until_ms)
		ss_watch_release(s, p);
	ss_pipe_schedule(s, p);
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
	ss_reviews_expire(s);
	ss_watch_answer_stirred(s);
	while ((due = heap_pop_due(&s->timers, now_ms)))
		pipe_due(s, OWNER_OF(due, struct pipe, timer));
}

int64_t server_sessions_deadline(const struct server_sessions *s)
{
	if (s->stirred)
		return s->now_ms;
	return min64(heap_next(&s->timers), ss_reviews_deadline(s));
}

/* ---- leadership ---- */

void server_sessions_lead(struct server_sessions *s, uint64_t epoch)
{
	s->leading = true;
	s->epoch = epoch;
	mem_strset(&s->leader_address, "");
}

static void part_with(struct server_sessions *s, struct pipe *p)
{
	uint64_t tickets[] = {p->ticket, p->parked.ticket};
	ss_pipe_end_session(s, p, false);
	ss_hello_forget(s, p);
	p->state = PIPE_NEW;
	p->deadline_ms = s->now_ms + LEAVE_MS;
	for (size_t i = 0; i < ARRAY_LEN(tickets); i++) {
		if (tickets[i] != 0)
			reject_not_leader(s, p, tickets[i]);
	}
	ss_pipe_schedule(s, p);
}

void server_sessions_follow(struct server_sessions *s, const char *leader_address)
{
	struct pipe *p, *next;
	mem_strset(&s->leader_address, leader_address);
	if (!s->leading)
		return;
	s->leading = false;
	HASH_ITER (hh, s->pipes, p, next)
		part_with(s, p);
}

void server_sessions_orders_changed(struct server_sessions *s, const char *node)
{
	struct pipe *p = NULL;
	HASH_FIND(hh_node, s->nodes, node, strlen(node), p);
	if (p)
		ss_watch_stir(s, p);
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
	return s;
}

struct server_sessions *server_sessions_free(struct server_sessions *s)
{
	struct pipe *p, *next;
	if (!s)
		return NULL;
	HASH_ITER (hh, s->pipes, p, next) {
		ss_pipe_end_session(s, p, false);
		pipe_free(s, p);
	}
	ss_limits_clear(s);
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
