/* SPDX-License-Identifier: Apache-2.0 */
/* A pipe is forgotten when either side closes it; what its tickets still say after that goes
 * nowhere, which the link declares harmless. */
#include "sync/server/pipe.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/state.h"
#include "sync/server/draft.h"
#include "sync/server/parked.h"
#include "sync/server/review.h"

enum {
	LEAVE_MS = 1000, /* a rejected pipe may close by itself first, so its answer arrives */
	HELLO_WAITS = 2, /* so many times hello_wait_ms, reviews included */
	SILENT_PIPE_MS = 60000, /* its owner judged the silence long ago; the descriptor goes */
};

/*	first page	     token good	       page missing   .-- another page
 *   NEW -------> REVIEW -------------------------------> PAGING <-'
 *    ^ ^	    | \					   | |
 *    | `-----------'  `----------> SESSION <--------------' |
 *    |	 refused     token good,      |	    last page	     |
 *    |		     one page only    |			     |
 *    `-------------------------------+----------------------'
 *	 Hello again, token expired, leadership lost, refused
 *
 * Every state but SESSION has a deadline, after which the pipe is closed; of REVIEW it is the
 * review's own.
 */
static const struct state_rule rules[PIPE_STATE_N] = {
#define TO(s) STATE_BIT(PIPE_##s)
	[PIPE_NEW] = {"New", TO(NEW) | TO(REVIEW)},
	[PIPE_REVIEW] = {"Review", TO(NEW) | TO(PAGING) | TO(SESSION)},
	[PIPE_PAGING] = {"Paging", TO(NEW) | TO(PAGING) | TO(SESSION)},
	[PIPE_SESSION] = {"Session", TO(NEW)},
#undef TO
};

/* ---- time ---- */

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void server_pipe_schedule(struct server_sessions *s, struct server_pipe *p)
{
	int64_t due = p->deadline_ms;
	if (p->state == PIPE_SESSION)
		due = min64(p->expires_ms, p->heard_ms + SILENT_PIPE_MS);
	if (p->state == PIPE_SESSION && p->parked.ticket != 0)
		due = min64(due, p->parked.until_ms);
	heap_set(&s->timers, &p->timer, due);
}

/* A peer that goes on asking gets no more time. */
void server_pipe_leave(struct server_sessions *s, struct server_pipe *p)
{
	p->deadline_ms = min64(p->deadline_ms, s->now_ms + LEAVE_MS);
	server_pipe_schedule(s, p);
}

bool server_pipe_silent(const struct server_sessions *s, const struct server_pipe *p)
{
	return s->now_ms >= p->heard_ms + SILENT_PIPE_MS;
}

/* ---- states ---- */

static void forget_hello(struct server_sessions *s, struct server_pipe *p)
{
	server_review_cancel(s, p->review);
	server_review_cancel(s, p->renewal);
	p->draft = server_draft_free(p->draft);
	p->ticket = 0;
}

static void join_session(struct server_sessions *s, struct server_pipe *p)
{
	HASH_ADD_KEYPTR(hh_node, s->nodes, p->node, strlen(p->node), p);
	p->heard_ms = s->now_ms;
	s->stats.pipes_waiting--;
	s->stats.sessions++;
}

static void leave_session(struct server_sessions *s, struct server_pipe *p)
{
	HASH_DELETE(hh_node, s->nodes, p);
	s->stats.sessions--;
	s->stats.pipes_waiting++;
	server_parked_forget(s, p);
	server_told_reset(&p->told);
	free(p->replaced);
	p->replaced = NULL;
}

/* From now on, until a token is good: each Hello that is refused would renew a deadline of its own,
 * and some thousand connections could hold the door for ever. */
static void allow_hellos(const struct server_sessions *s, struct server_pipe *p)
{
	p->nhellos = 0;
	p->hello_by_ms = s->now_ms + HELLO_WAITS * (int64_t)s->cfg.hello_wait_ms;
}

static void enter(struct server_sessions *s, struct server_pipe *p, enum pipe_state to)
{
	state_check(rules, ARRAY_LEN(rules), p->state, to);
	if (p->state == PIPE_SESSION) {
		leave_session(s, p);
		allow_hellos(s, p);
	}
	p->state = to;
	p->deadline_ms = s->now_ms + s->cfg.hello_wait_ms;
	if (to == PIPE_NEW) {
		forget_hello(s, p);
		p->deadline_ms = min64(p->deadline_ms, p->hello_by_ms);
	} else if (to == PIPE_REVIEW)
		p->deadline_ms = INT64_MAX;
	else if (to == PIPE_SESSION)
		join_session(s, p);
	server_pipe_schedule(s, p);
}

void server_pipe_reset(struct server_sessions *s, struct server_pipe *p)
{
	enter(s, p, PIPE_NEW);
}

void server_pipe_fall_silent(struct server_sessions *s, struct server_pipe *p)
{
	enter(s, p, PIPE_NEW);
	if (s->cfg.on_dropped)
		s->cfg.on_dropped(s->cfg.self, p->node, p->session);
	server_pipe_drop(s, p);
}

void server_pipe_hang_up(struct server_sessions *s, struct server_pipe *p)
{
	if (p->state != PIPE_SESSION)
		return;
	enter(s, p, PIPE_NEW);
	s->cfg.on_hangup(s->cfg.self, p->node, p->session);
}

void server_pipe_review(struct server_sessions *s, struct server_pipe *p, uint64_t ticket,
			const char *token, const char *print)
{
	enter(s, p, PIPE_REVIEW);
	p->ticket = ticket;
	server_review_queue(s, p, token, print, false);
}

void server_pipe_paging(struct server_sessions *s, struct server_pipe *p)
{
	enter(s, p, PIPE_PAGING);
}

void server_pipe_session(struct server_sessions *s, struct server_pipe *p)
{
	enter(s, p, PIPE_SESSION);
}

/* ---- the table ---- */

struct server_pipe *server_pipe_find(const struct server_sessions *s, uint64_t id)
{
	struct server_pipe *p = NULL;
	HASH_FIND(hh, s->pipes, &id, sizeof id, p);
	return p;
}

struct server_pipe *server_pipe_of_node(const struct server_sessions *s, const char *node)
{
	struct server_pipe *p = NULL;
	HASH_FIND(hh_node, s->nodes, node, strlen(node), p);
	return p;
}

void server_pipe_open(struct server_sessions *s, uint64_t id, const char *peer)
{
	struct server_pipe *p = mem_zalloc(1, sizeof *p);
	p->id = id;
	p->peer = mem_strdup(peer);
	allow_hellos(s, p);
	HASH_ADD(hh, s->pipes, id, sizeof p->id, p);
	s->stats.pipes++;
	s->stats.pipes_waiting++;
	enter(s, p, PIPE_NEW);
}

void server_pipe_free(struct server_sessions *s, struct server_pipe *p)
{
	must(p->state != PIPE_SESSION);
	forget_hello(s, p);
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

void server_pipe_drop(struct server_sessions *s, struct server_pipe *p)
{
	uint64_t id = p->id;
	server_pipe_free(s, p);
	s->link.close_pipe(s->link.self, id);
}
