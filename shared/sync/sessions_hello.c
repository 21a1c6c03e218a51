/* SPDX-License-Identifier: Apache-2.0 */
/* From Hello to session. Who an agent is, its token decides: the API server reviews it, and the
 * claim of the node that it is bound to must name the node that the agent speaks for. What the API
 * server cannot answer now is "later", never a refusal. */
#include <stdlib.h>
#include <utlist.h>

#include "sync/sessions_impl.h"

enum { REVIEW_QUEUE_MS = 2000, REVIEW_DEADLINE_MS = 2500, TOKEN_LIFE_MIN_MS = 600000 };

/* ---- reviews ---- */

static struct review *review_free(struct review *r)
{
	free(r->token);
	free(r->username);
	free(r->node_name);
	free(r->error);
	free(r);
	return NULL;
}

/* Takes it out of wherever it is; the pipe forgets it. */
static void review_end(struct server_sessions *s, struct review *r)
{
	struct pipe *p = ss_pipe_find(s, r->pipe);
	if (p && p->review == r)
		p->review = NULL;
	if (p && p->renewal == r)
		p->renewal = NULL;
	if (r->op) {
		HASH_DELETE(hh, s->flying, r);
		s->stats.reviews--;
	} else {
		DL_DELETE(s->waiting, r);
	}
	review_free(r);
}

static struct review *review_queue(struct server_sessions *s, struct pipe *p, const char *token,
				   bool renewal)
{
	struct review *r = mem_zalloc(1, sizeof *r);
	r->owner = s;
	r->pipe = p->id;
	r->renewal = renewal;
	r->token = mem_strdup(token);
	r->queued_ms = s->now_ms;
	DL_APPEND(s->waiting, r);
	return r;
}

static void review_cancel(struct server_sessions *s, struct review *r)
{
	if (!r)
		return;
	if (r->op)
		s->api.cancel(s->api.self, r->op);
	review_end(s, r);
}

void ss_hello_forget(struct server_sessions *s, struct pipe *p)
{
	review_cancel(s, p->review);
	review_cancel(s, p->renewal);
	p->draft = ss_draft_free(p->draft);
	p->ticket = 0;
}

/* ---- session ---- */

static void welcome(struct server_sessions *s, struct pipe *p, uint64_t ticket)
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
static void take_node(struct server_sessions *s, struct pipe *p)
{
	struct pipe *old = NULL;
	HASH_FIND(hh_node, s->nodes, p->node, strlen(p->node), old);
	if (!old)
		return;
	if (!str_eq(old->agent, p->agent)) {
		p->replaced = STEAL(old->agent);
		log_info(s->log, "another agent took over the node", KS("node", p->node),
			 KS("peer", p->peer));
	}
	ss_pipe_end_session(s, old, false);
	ss_pipe_drop(s, old);
}

static void session_begin(struct server_sessions *s, struct pipe *p)
{
	struct draft *d = p->draft;
	take_node(s, p);
	HASH_ADD_KEYPTR(hh_node, s->nodes, p->node, strlen(p->node), p);
	p->state = PIPE_SESSION;
	p->heard_ms = s->now_ms;
	s->stats.pipes_waiting--;
	s->stats.sessions++;
	ss_pipe_schedule(s, p);
	log_info(s->log, "agent connected", KS("node", p->node), KS("peer", p->peer),
		 KI("session", p->session), KS("version", d->hello.version),
		 KI("members", d->nmembers));
	d->hello.members = d->members;
	d->hello.nmembers = d->nmembers;
	p->draft = NULL;
	s->cfg.on_hello(s->cfg.self, p->node, p->session, &d->hello);
	ss_draft_free(d);
}

static void page_taken(struct server_sessions *s, struct pipe *p, uint64_t ticket)
{
	welcome(s, p, ticket);
	if (p->draft->hello.last_page) {
		session_begin(s, p);
		return;
	}
	p->state = PIPE_PAGING;
	p->deadline_ms = s->now_ms + s->cfg.hello_wait_ms;
	ss_pipe_schedule(s, p);
}

static void refuse_hello(struct server_sessions *s, struct pipe *p, uint64_t ticket,
			 enum reject why, const char *message)
{
	ss_sessions_reject(s, p->peer, ticket, why, message);
	ss_hello_forget(s, p);
	p->state = PIPE_NEW;
	p->deadline_ms = s->now_ms + s->cfg.hello_wait_ms;
	ss_pipe_schedule(s, p);
}

/* ---- verdicts ---- */

static enum reject verdict(const struct server_sessions *s, const struct review *r,
			   const char *node, const char **ret_why)
{
	*ret_why = r->error && r->error[0] ? r->error : "the API server does not know this token";
	if (!r->authenticated)
		return REJECT_TOKEN;
	*ret_why = "the token is of another ServiceAccount than the agents'";
	if (!str_eq(r->username, s->agent_username))
		return REJECT_TOKEN;
	*ret_why = "the token is not bound to this node";
	return str_eq(r->node_name, node) ? REJECT_NONE : REJECT_NODE;
}

/* The API server has just said that the token is valid. If by our clock it is over, that is wrong
 * (it jumped, say): the session lasts as long as the shortest token that a kubelet asks for, and
 * not for no time at all, or no node would have one until somebody sets the clock right. */
static int64_t expiry(const struct server_sessions *s, const struct review *r)
{
	int64_t left_ms = r->expires_ms - s->wall_ms;
	if (r->expires_ms <= 0)
		return INT64_MAX;
	return s->now_ms + (left_ms > 0 ? left_ms : TOKEN_LIFE_MIN_MS);
}

/* An agent whose node was taken over by another process does not take it back from it, or the two
 * would throw each other out for ever. */
static bool was_replaced(const struct server_sessions *s, const struct draft *d)
{
	struct pipe *holder = NULL;
	HASH_FIND(hh_node, s->nodes, d->hello.node, strlen(d->hello.node), holder);
	return holder && holder->replaced && str_eq(holder->replaced, d->hello.agent);
}

static void hello_reviewed(struct server_sessions *s, struct pipe *p, const struct review *r)
{
	const char *why;
	enum reject no = verdict(s, r, p->draft->hello.node, &why);
	uint64_t ticket = p->ticket;
	if (no == REJECT_NONE && was_replaced(s, p->draft)) {
		no = REJECT_NODE;
		why = "a newer agent speaks for this node";
	}
	if (no != REJECT_NONE) {
		refuse_hello(s, p, ticket, no, why);
		return;
	}
	p->ticket = 0;
	p->session = ++s->last_session;
	mem_strset(&p->node, p->draft->hello.node);
	mem_strset(&p->agent, p->draft->hello.agent);
	p->expires_ms = expiry(s, r);
	p->reported = false;
	p->seq = 0;
	p->paging = (struct paging){0};
	page_taken(s, p, ticket);
}

static void token_renewed(struct server_sessions *s, struct pipe *p, const struct review *r)
{
	const char *why;
	if (verdict(s, r, p->node, &why) != REJECT_NONE) {
		ss_sessions_refused(s, p->peer, "newer token refused", why);
		return;
	}
	p->expires_ms = expiry(s, r);
	ss_pipe_schedule(s, p);
}

static void on_review_object(void *self, uint64_t id, enum watch_event ev,
			     const struct api_object *obj)
{
	struct review *r = self;
	(void)id;
	(void)ev;
	r->answered = true;
	r->authenticated = obj->token->authenticated;
	mem_strset(&r->username, obj->token->username);
	mem_strset(&r->node_name, obj->token->node_name);
	mem_strset(&r->error, obj->token->error);
	r->expires_ms = obj->token->expires_ms;
}

static void on_review_done(void *self, uint64_t id, const struct api_result *res)
{
	struct review *r = self;
	struct server_sessions *s = r->owner;
	struct pipe *p = ss_pipe_find(s, r->pipe);
	must(id == r->op && p);
	if (r->answered && r->renewal)
		token_renewed(s, p, r);
	if (!r->answered)
		ss_sessions_refused(s, "api-server", "token not reviewed", res->message);
	bool hello = !r->renewal;
	if (hello && !r->answered) {
		uint64_t ticket = p->ticket;
		review_end(s, r);
		refuse_hello(s, p, ticket, REJECT_LATER,
			     "the API server cannot review the token now");
	} else if (hello) {
		p->review = NULL; /* ended below: what follows may drop the pipe's reviews */
		hello_reviewed(s, p, r);
		review_end(s, r);
	} else {
		review_end(s, r);
	}
	ss_reviews_start(s);
}

void ss_reviews_start(struct server_sessions *s)
{
	while (s->waiting && s->stats.reviews < s->cfg.reviews_max) {
		struct review *r = s->waiting;
		struct api_request req = {.verb = API_CREATE,
					  .kind = API_TOKENREVIEW,
					  .deadline_ms = REVIEW_DEADLINE_MS,
					  .token = r->token};
		struct api_sink sink = {r, on_review_object, on_review_done};
		DL_DELETE(s->waiting, r);
		r->op = s->api.submit(s->api.self, &req, &sink);
		HASH_ADD(hh, s->flying, op, sizeof r->op, r);
		s->stats.reviews++;
	}
}

int64_t ss_reviews_deadline(const struct server_sessions *s)
{
	return s->waiting ? s->waiting->queued_ms + REVIEW_QUEUE_MS : INT64_MAX;
}

/* Agents wait three seconds for an answer: one that comes too late is worth nothing. */
void ss_reviews_expire(struct server_sessions *s)
{
	while (ss_reviews_deadline(s) <= s->now_ms) {
		struct review *r = s->waiting;
		struct pipe *p = ss_pipe_find(s, r->pipe);
		bool renewal = r->renewal;
		review_end(s, r);
		if (p && !renewal)
			refuse_hello(s, p, p->ticket, REJECT_LATER,
				     "too many agents say hello at once");
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
	/* Somebody leads since: what is told to us is counted there. The Lease will say so soon. */
	*ret_why = "a newer leader is known";
	return h->epoch > s->epoch ? REJECT_NOT_LEADER : REJECT_NONE;
}

static void first_page(struct server_sessions *s, struct pipe *p, uint64_t ticket,
		       const struct msg_hello *h)
{
	const char *why;
	ss_pipe_end_session(s, p, true);
	ss_hello_forget(s, p); /* a Hello again replaces the one before */
	enum reject no = check_hello(s, h, &why);
	if (no == REJECT_NONE) {
		p->draft = ss_draft_new(h);
		if (!p->draft) {
			no = REJECT_MALFORMED;
			why = "too many or too large members";
		}
	}
	if (no != REJECT_NONE) {
		refuse_hello(s, p, ticket, no, why);
		return;
	}
	p->state = PIPE_REVIEW;
	p->ticket = ticket;
	p->deadline_ms = INT64_MAX; /* the review's own deadlines bound it */
	p->review = review_queue(s, p, h->token, false);
	ss_pipe_schedule(s, p);
	ss_reviews_start(s);
}

void ss_hello_request(struct server_sessions *s, struct pipe *p, uint64_t ticket,
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
	if (h->page != p->draft->next_page || !ss_draft_add(p->draft, h)) {
		refuse_hello(s, p, ticket, REJECT_MALFORMED, "a page out of turn or too large");
		return;
	}
	page_taken(s, p, ticket);
}

void ss_hello_renew(struct server_sessions *s, struct pipe *p, const char *token)
{
	if (p->renewal)
		return;
	p->renewal = review_queue(s, p, token, true);
	ss_reviews_start(s);
}
