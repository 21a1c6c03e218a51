/* SPDX-License-Identifier: Apache-2.0 */
/* The token decides who an agent is: the API server reviews it, and the claim of the node that the
 * token is bound to must name the node that the agent speaks for. What the API server cannot answer
 * now is "later", never a refusal. */
#include "sync/server/hello.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sync/server/draft.h"
#include "sync/server/hello_rate.h"
#include "sync/server/pipe.h"
#include "sync/server/refusal.h"
#include "sync/server/review.h"
#include "sync/server/token.h"

enum {
	HELLOS_MAX = 16, /* of one connection, until one of them is good */
	SMALL_DRAFT_BYTES = 12 * 1024,
};

enum { REVIEW_DEADLINE_MS = 2500, TOKEN_LIFE_MIN_MS = 600000 };

/* ---- session ---- */

static void welcome(struct server_sessions *s, struct server_pipe *p, uint64_t ticket)
{
	struct msg msg = {.type = MSG_WELCOME,
			  .welcome = {.session = p->session,
				      .epoch = s->epoch,
				      .heartbeat_ms = s->cfg.heartbeat_ms,
				      .hold_ms = s->cfg.hold_ms,
				      .more = !p->draft->hello.last_page}};
	s->link.reply(s->link.self, ticket, &msg);
}

/* The newest valid session wins. The one before it is not told as a hang-up: it was replaced. */
static void take_node(struct server_sessions *s, struct server_pipe *p)
{
	struct server_pipe *old = server_pipe_of_node(s, p->node);
	if (!old)
		return;
	if (!str_eq(old->agent, p->agent)) {
		p->replaced = STEAL(old->agent);
		log_info(s->log, "node taken over by another agent", KS("node", p->node),
			 KS("peer", p->peer));
	}
	server_pipe_reset(s, old);
	server_pipe_drop(s, old);
}

static void session_begin(struct server_sessions *s, struct server_pipe *p)
{
	struct server_draft *d = p->draft;
	take_node(s, p);
	server_pipe_session(s, p);
	log_info(s->log, "agent connected", KS("node", p->node), KS("peer", p->peer),
		 KI("session", p->session), KS("version", d->hello.version),
		 KI("members", d->nmembers));
	d->hello.members = d->members;
	d->hello.nmembers = d->nmembers;
	p->draft = NULL;
	s->cfg.on_hello(s->cfg.self, p->node, p->session, &d->hello);
	server_draft_free(d);
}

static void page_taken(struct server_sessions *s, struct server_pipe *p, uint64_t ticket)
{
	welcome(s, p, ticket);
	if (p->draft->hello.last_page)
		session_begin(s, p);
	else
		server_pipe_paging(s, p);
}

static void refuse_hello(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			 enum reject why, const char *message)
{
	server_reject(s, p->peer, ticket, why, message);
	server_pipe_reset(s, p);
}

/* ---- verdicts ---- */

static const char token_unknown[] = "the API server does not know this token";

static enum reject verdict(const struct server_sessions *s, const struct server_review *r,
			   const char *node, const char **ret_why)
{
	*ret_why = *str_or_empty(r->error) ? r->error : token_unknown;
	if (!r->authenticated)
		return REJECT_TOKEN;
	*ret_why = "the token is of another ServiceAccount than the agents'";
	if (!str_eq(r->username, s->agent_username))
		return REJECT_TOKEN;
	*ret_why = "the token is not bound to this node";
	return str_eq(r->node_name, node) ? REJECT_NONE : REJECT_NODE;
}

/* When the token expires, monotonic. The API server has just said that the token is valid. If it
 * has expired by our clock, our clock is wrong (it jumped, say): then the session lasts as long as
 * the shortest token that a kubelet asks for. With no time at all, no node would have a session
 * until somebody sets the clock right. */
static int64_t expiry(const struct server_sessions *s, const struct server_review *r)
{
	int64_t left_ms = r->expires_ms - s->wall_ms;
	if (r->expires_ms <= 0)
		return INT64_MAX;
	return s->now_ms + (left_ms > 0 ? left_ms : TOKEN_LIFE_MIN_MS);
}

/* An agent whose node was taken over by another process does not take it back from that process,
 * or the two would throw each other out for ever. */
static bool was_replaced(const struct server_sessions *s, const struct server_draft *d)
{
	const struct server_pipe *holder = server_pipe_of_node(s, d->hello.node);
	return holder && holder->replaced && str_eq(holder->replaced, d->hello.agent);
}

static void hello_reviewed(struct server_sessions *s, struct server_pipe *p,
			   const struct server_review *r)
{
	const char *why;
	enum reject no = verdict(s, r, p->draft->hello.node, &why);
	uint64_t ticket = p->ticket;
	if (no == REJECT_NONE && was_replaced(s, p->draft)) {
		no = REJECT_NODE;
		why = "a newer agent of this node is connected";
	}
	if (no != REJECT_NONE) {
		refuse_hello(s, p, ticket, no, why);
		return;
	}
	server_hello_rate_count(s, p->draft->hello.node);
	p->ticket = 0;
	if (s->link.vouch)
		s->link.vouch(s->link.self, p->id);
	p->session = ++s->last_session;
	mem_strset(&p->node, p->draft->hello.node);
	mem_strset(&p->agent, p->draft->hello.agent);
	p->expires_ms = expiry(s, r);
	p->reported = false;
	p->seq = 0;
	p->paging = (struct server_paging){0};
	p->deltas = p->draft->hello.deltas;
	page_taken(s, p, ticket);
}

static void token_renewed(struct server_sessions *s, struct server_pipe *p,
			  const struct server_review *r)
{
	const char *why;
	if (verdict(s, r, p->node, &why) != REJECT_NONE) {
		server_refusal_log(s, p->peer, "newer token refused", why);
		return;
	}
	p->expires_ms = expiry(s, r);
	server_pipe_schedule(s, p);
}

/* ---- reviews ---- */

static void send_reviews(struct server_sessions *s);

static void on_review_object(void *self, uint64_t id, enum watch_event ev,
			     const struct api_object *obj)
{
	struct server_review *r = self;
	(void)id;
	(void)ev;
	r->answered = true;
	r->authenticated = obj->token->authenticated;
	mem_strset(&r->username, obj->token->username);
	mem_strset(&r->node_name, obj->token->node_name);
	mem_strset(&r->error, obj->token->error);
	r->expires_ms = obj->token->expires_ms;
}

/* The review is detached first: a pipe that is reset cancels the reviews that it holds. */
static void on_review_done(void *self, uint64_t id, const struct api_result *res)
{
	struct server_review *r = self;
	struct server_sessions *s = r->owner;
	struct server_pipe *p = r->pipe;
	must(id == r->op);
	server_review_answered(s, r, res);
	server_review_detach(r);
	if (r->answered && !r->authenticated)
		server_token_denied(s, r->print,
				    *str_or_empty(r->error) ? r->error : token_unknown);
	if (!r->answered)
		server_refusal_log(s, "api-server", "token not reviewed", res->message);
	if (r->renewal && r->answered)
		token_renewed(s, p, r);
	else if (!r->renewal && r->answered)
		hello_reviewed(s, p, r);
	else if (!r->renewal)
		refuse_hello(s, p, p->ticket, REJECT_LATER,
			     "the API server cannot review the token now");
	server_review_end(s, r);
	send_reviews(s);
}

/* Its answer came while this one waited. */
static bool refused_meanwhile(struct server_sessions *s, struct server_review *r)
{
	struct server_pipe *p = r->pipe;
	const char *why;
	if (!server_token_denied_again(s, r->print, &why))
		return false;
	bool renewal = r->renewal;
	server_review_end(s, r);
	if (renewal)
		server_refusal_log(s, p->peer, "newer token refused", why);
	else
		refuse_hello(s, p, p->ticket, REJECT_TOKEN, why);
	return true;
}

static void send_reviews(struct server_sessions *s)
{
	struct server_review *r;
	while ((r = server_review_next(s))) {
		if (refused_meanwhile(s, r))
			continue;
		struct api_request req = {.verb = API_CREATE,
					  .kind = API_TOKENREVIEW,
					  .deadline_ms = REVIEW_DEADLINE_MS,
					  .token = r->token};
		struct api_sink sink = {r, on_review_object, on_review_done};
		server_review_sent(s, r, s->api.submit(s->api.self, &req, &sink));
	}
}

void server_hello_renew(struct server_sessions *s, struct server_pipe *p, const char *token)
{
	char print[TOKEN_PRINT_BYTES];
	const char *why;
	if (p->renewal)
		return;
	if (server_token_look(s, token, p->node, print, &why) != REJECT_NONE) {
		server_refusal_log(s, p->peer, "newer token refused", why);
		return;
	}
	server_review_queue(s, p, token, print, true);
	send_reviews(s);
}

void server_hello_expire(struct server_sessions *s)
{
	send_reviews(s); /* a pause may be over */
	while (server_review_late(s)) {
		struct server_review *r = s->waiting;
		struct server_pipe *p = r->pipe;
		bool renewal = r->renewal;
		server_review_end(s, r);
		if (!renewal)
			refuse_hello(s, p, p->ticket, REJECT_LATER,
				     "too many agents say Hello at once");
	}
}

/* ---- requests ---- */

static enum reject check_hello(const struct server_sessions *s, const struct msg_hello *h,
			       const char **ret_why)
{
	*ret_why = "the protocol's version is too far from this one";
	if (h->protocol == 0 || h->protocol + 1 < PROTOCOL_VERSION ||
	    h->protocol > PROTOCOL_VERSION + 1)
		return REJECT_VERSION;
	*ret_why = "a Hello must name its node and carry a token";
	if (str_or_empty(h->node)[0] == '\0' || str_or_empty(h->token)[0] == '\0')
		return REJECT_MALFORMED;
	*ret_why = "a Hello begins with its first page";
	if (h->page != 0)
		return REJECT_SESSION;
	/* A newer leader counts what it is told, so nothing may be told here. The Lease will name
	 * that leader soon. */
	*ret_why = "a newer leader is known";
	return h->epoch > s->epoch ? REJECT_NOT_LEADER : REJECT_NONE;
}

/* The time for Hellos on this connection is over, or there were too many; false: it is closed. */
static bool in_time(struct server_sessions *s, struct server_pipe *p, uint64_t ticket)
{
	if (s->now_ms < p->hello_by_ms && ++p->nhellos <= HELLOS_MAX)
		return true;
	server_reject(s, p->peer, ticket, REJECT_LATER, "no Hello on this connection was good");
	server_pipe_drop(s, p);
	return false;
}

/* What is kept of Hellos until their tokens were reviewed, or until their last page: all of them
 * together no more than drafts_bytes_max, of those with bad tokens no more than a quarter. */
static size_t drafts_bytes(const struct server_sessions *s, enum pipe_state state)
{
	size_t bytes = 0;
	for (const struct server_pipe *p = s->pipes; p; p = p->hh.next)
		bytes += p->draft && p->state == state ? server_draft_bytes(p->draft) : 0;
	return bytes;
}

/* A small first page is always taken: the places of strangers bound their number. */
static enum reject make_draft(struct server_sessions *s, struct server_pipe *p,
			      const struct msg_hello *h, const char **ret_why)
{
	*ret_why = "too many or too large members";
	p->draft = server_draft_new(h);
	if (!p->draft)
		return REJECT_MALFORMED;
	*ret_why = "large Hellos of many agents are being reviewed";
	if (server_draft_bytes(p->draft) > SMALL_DRAFT_BYTES &&
	    drafts_bytes(s, PIPE_REVIEW) > s->cfg.drafts_bytes_max / 4)
		return REJECT_LATER;
	return REJECT_NONE;
}

/* A Hello replaces the one before, and the session before. */
static void first_page(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
		       const struct msg_hello *h)
{
	char print[TOKEN_PRINT_BYTES];
	const char *why;
	server_pipe_hang_up(s, p);
	server_pipe_reset(s, p);
	if (!in_time(s, p, ticket))
		return;
	enum reject no = check_hello(s, h, &why);
	if (no == REJECT_NONE)
		no = server_token_look(s, h->token, h->node, print, &why);
	if (no == REJECT_NONE && !server_hello_rate_ok(s, h->node)) {
		no = REJECT_LATER;
		why = "this node says Hello too often";
	}
	if (no == REJECT_NONE)
		no = make_draft(s, p, h, &why);
	if (no != REJECT_NONE) {
		refuse_hello(s, p, ticket, no, why);
		return;
	}
	server_pipe_review(s, p, ticket, h->token, print);
	send_reviews(s);
}

void server_hello_request(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			  const struct msg_hello *h)
{
	s->stats.hellos++;
	if (p->state != PIPE_PAGING || h->page == 0) {
		first_page(s, p, ticket, h);
		return;
	}
	if (h->page + 1 == p->draft->next_page) {
		welcome(s, p, ticket); /* its answer was lost: the page is here already */
		return;
	}
	if (drafts_bytes(s, PIPE_PAGING) > s->cfg.drafts_bytes_max) {
		refuse_hello(s, p, ticket, REJECT_LATER, "Hellos of many agents are being read");
		return;
	}
	if (h->page != p->draft->next_page || !server_draft_add(p->draft, h)) {
		refuse_hello(s, p, ticket, REJECT_MALFORMED, "a page out of turn or too large");
		return;
	}
	page_taken(s, p, ticket);
}
