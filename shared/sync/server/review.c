/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/server/review.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"

/* Agents wait three seconds for an answer: a review that is sent later is worth nothing. */
enum { QUEUE_MS = 2000 };

/* The window of reviews: its least, and its size before anything is known. */
enum { LEAST = 4, INITIAL = 32 };

void server_review_queue(struct server_sessions *s, struct server_pipe *p, const char *token,
			 const char *print, bool renewal)
{
	struct server_review *r = mem_zalloc(1, sizeof *r);
	r->owner = s;
	r->pipe = p;
	r->holder = renewal ? &p->renewal : &p->review;
	r->renewal = renewal;
	r->token = mem_strdup(token);
	memcpy(r->print, print, strnlen(print, sizeof r->print - 1));
	r->queued_ms = s->now_ms;
	must(!*r->holder);
	*r->holder = r;
	DL_APPEND(s->waiting, r);
}

static struct server_review *in_flight(const struct server_sessions *s, const char *print)
{
	struct server_review *r = NULL;
	if (*print)
		HASH_FIND_STR(s->in_flight, print, r);
	return r;
}

static int older(const struct server_review *a, const struct server_review *b)
{
	return (a->queued_ms > b->queued_ms) - (a->queued_ms < b->queued_ms);
}

/* They are answered by their turn: those that have waited longest are the first again. */
static void release_followers(struct server_sessions *s, struct server_review *r)
{
	struct server_review *f;
	if (!r->followers)
		return;
	DL_FOREACH (r->followers, f)
		f->before = NULL;
	DL_CONCAT(s->waiting, r->followers);
	r->followers = NULL;
	DL_SORT(s->waiting, older);
}

struct server_review *server_review_next(struct server_sessions *s)
{
	while (s->waiting && pace_may(&s->pace, s->now_ms)) {
		struct server_review *r = s->waiting, *before = in_flight(s, r->print);
		if (!before)
			return r;
		DL_DELETE(s->waiting, r);
		r->before = before;
		DL_APPEND(before->followers, r);
	}
	return NULL;
}

void server_review_sent(struct server_sessions *s, struct server_review *r, uint64_t op)
{
	DL_DELETE(s->waiting, r);
	r->op = op;
	r->sent_ms = s->now_ms;
	if (*r->print)
		HASH_ADD_STR(s->in_flight, print, r);
	s->stats.reviews++;
	pace_started(&s->pace);
}

void server_review_answered(struct server_sessions *s, const struct server_review *r,
			    const struct api_result *res)
{
	if (api_busy(res))
		pace_refused(&s->pace, r->sent_ms, s->now_ms, res->retry_after_ms, r->op);
	else if (api_answered(res))
		pace_answered(&s->pace, PACE_REVIEW, r->sent_ms, s->now_ms);
	else
		pace_back(&s->pace);
}

void server_review_detach(struct server_review *r)
{
	*r->holder = NULL;
	r->holder = NULL;
}

void server_review_end(struct server_sessions *s, struct server_review *r)
{
	if (r->holder)
		server_review_detach(r);
	if (r->op) {
		s->stats.reviews--;
		if (*r->print)
			HASH_DEL(s->in_flight, r);
	} else if (r->before) {
		DL_DELETE(r->before->followers, r);
	} else {
		DL_DELETE(s->waiting, r);
	}
	release_followers(s, r);
	free(r->token);
	free(r->username);
	free(r->node_name);
	free(r->error);
	free(r);
}

void server_review_cancel(struct server_sessions *s, struct server_review *r)
{
	if (!r)
		return;
	if (r->op) {
		s->api.cancel(s->api.self, r->op);
		pace_back(&s->pace);
	}
	server_review_end(s, r);
}

bool server_review_late(const struct server_sessions *s)
{
	return s->waiting && s->waiting->queued_ms + QUEUE_MS <= s->now_ms;
}

int64_t server_reviews_deadline(const struct server_sessions *s)
{
	if (!s->waiting)
		return INT64_MAX;
	if (pace_may(&s->pace, s->now_ms))
		return s->now_ms; /* what it followed was called off */
	int64_t late_ms = s->waiting->queued_ms + QUEUE_MS, may_ms = pace_deadline(&s->pace);
	return may_ms < late_ms ? may_ms : late_ms;
}

void server_reviews_init(struct server_sessions *s)
{
	uint32_t most = s->cfg.reviews_max;
	pace_init(&s->pace, &(struct pace_config){.least = most < LEAST ? most : LEAST,
						  .most = most,
						  .initial = most < INITIAL ? most : INITIAL});
}
