/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and their answers. nng reports a send to a closed pipe as done, so the result is not
 * used: the protocol sends whole states, so a lost answer is repaired by the next one. */
#include "link/slots.h"

#include <utlist.h>

#include "link/peers.h"
#include "link/probe.h"
#include "link/refused.h"

enum { INDEX_BITS = 20 };

static uint64_t ticket_of(const struct slot *s)
{
	return s->turn << INDEX_BITS | s->index;
}

static struct slot *slot_of(const struct link_listener *l, uint64_t ticket)
{
	uint64_t index = ticket & ((1U << INDEX_BITS) - 1);
	if (ticket == 0 || index >= l->nslots)
		return NULL;
	struct slot *s = l->slots[index];
	return s->state == SLOT_HELD && s->turn == ticket >> INDEX_BITS ? s : NULL;
}

/* ---- states ---- */

static void attach(struct slot *s, struct peer *p)
{
	s->peer = p;
	DL_APPEND(p->slots, s);
	p->nslots++;
}

static void detach(struct slot *s)
{
	if (!s->peer)
		return;
	DL_DELETE(s->peer->slots, s);
	s->peer->nslots--;
	s->peer = NULL;
}

static void receive(struct slot *s)
{
	detach(s);
	s->state = SLOT_RECEIVING;
	s->owner->receiving++;
	nng_ctx_recv(s->ctx, s->aio);
}

static void hold(struct slot *s, struct peer *p)
{
	attach(s, p);
	s->state = SLOT_HELD;
	s->turn = ++s->owner->last_turn;
	s->owner->held++;
}

static void release(struct slot *s)
{
	s->owner->held--;
	receive(s);
}

static void answer(struct slot *s, nng_msg *own_msg)
{
	s->owner->held--;
	s->owner->sending++;
	s->state = SLOT_SENDING;
	nng_aio_set_msg(s->aio, own_msg);
	nng_ctx_send(s->ctx, s->aio);
}

void slots_release(struct peer *p)
{
	struct slot *s, *next;
	DL_FOREACH_SAFE (p->slots, s, next) {
		if (s->state == SLOT_HELD)
			release(s);
	}
}

/* ---- making them ---- */

static void on_done(void *arg)
{
	struct slot *s = arg;
	struct mail m = {.kind = MAIL_DONE, .who = s};
	/* An answer that is sent is nobody's news. Its slot receives again in the next turn, and
	 * the request that makes slots scarce brings one about. */
	if (s->state == SLOT_SENDING)
		mailbox_put_later(&s->owner->box, &m);
	else
		mailbox_put(&s->owner->box, &m, NULL);
}

static bool slot_new(struct link_listener *l)
{
	struct slot *s = mem_zalloc(1, sizeof *s);
	s->owner = l;
	s->index = l->nslots;
	if (nng_ctx_open(&s->ctx, l->socket) != 0 || nng_aio_alloc(&s->aio, on_done, s) != 0)
		return false; /* out of memory: the next drain tries again */
	VEC_GROW(l->slots, l->nslots, l->cap_slots);
	l->slots[l->nslots++] = s;
	receive(s);
	return true;
}

void slots_fill(struct link_listener *l)
{
	while (l->receiving < SLOTS_RECEIVING && l->nslots < l->slots_max) {
		if (!slot_new(l))
			return;
	}
}

/* ---- requests ---- */

void slots_reply(void *self, uint64_t ticket, const struct msg *msg)
{
	struct link_listener *l = listener_of(self);
	struct slot *s = slot_of(l, ticket);
	struct err e;
	if (!s)
		return;
	nng_msg *m = socket_frame(msg, FRAME_COORDINATOR_MAX, &l->scratch, &e);
	if (!m) {
		/* A page that is too large is our own error. The agent is told to come back
		 * later, which keeps it alive and shows the error in both logs. */
		log_error(l->log, "answer too large for its frame", KS("error", e.msg));
		struct msg later = {
			.type = MSG_REJECT,
			.reject = {REJECT_LATER, "the answer is too large for its frame", ""}};
		m = socket_frame(&later, FRAME_COORDINATOR_MAX, &l->scratch, &e);
		must(m);
	}
	answer(s, m);
}

static void hand_over(struct link_listener *l, struct slot *s, const struct msg *msg)
{
	struct peer *p = s->peer;
	if (probe_is_own(l, msg)) {
		peers_greeted(l, p);
		front_vouch(l->front, p->conn);
		slots_reply(l, ticket_of(s), msg);
		return;
	}
	if (msg->type == MSG_HELLO)
		peers_greeted(l, p);
	l->sink.on_request(l->sink.self, p->id, ticket_of(s), msg);
}

static void on_request(struct slot *s, nng_msg *own_msg)
{
	struct link_listener *l = s->owner;
	struct err e;
	struct msg msg;
	enum rc rc = wire_decode(nng_msg_body(own_msg), nng_msg_len(own_msg), FRAME_AGENT_MAX,
				 &l->arena, &msg, &e);
	nng_msg_free(own_msg);
	if (rc == RC_OK) {
		hand_over(l, s, &msg);
	} else {
		l->stats.bad_frames++;
		l->sink.on_bad_frame(l->sink.self, s->peer->id, ticket_of(s), e.msg);
	}
	arena_reset(&l->arena);
}

/* Returns the peer whose connection the caller closes, or NULL. */
static struct peer *received(struct slot *s)
{
	struct link_listener *l = s->owner;
	int rv = nng_aio_result(s->aio);
	nng_msg *msg = rv == 0 ? nng_aio_get_msg(s->aio) : NULL;
	nng_aio_set_msg(s->aio, NULL);
	l->receiving--;
	if (rv == NNG_ECLOSED)
		return NULL; /* the socket was closed: the process ends */
	struct peer *p =
		msg ? peers_find_nng(l, (uint32_t)nng_pipe_id(nng_msg_get_pipe(msg))) : NULL;
	if (!p || p->closing) {
		if (msg)
			nng_msg_free(msg);
		receive(s);
		return NULL;
	}
	if (p->nslots >= PIPE_HELD_MAX) {
		/* A peer that sends requests and does not read the answers would take all slots. */
		l->stats.slow_readers++;
		refused(l, p->host, "connection closed",
			"the peer sends requests and reads no answers");
		nng_msg_free(msg);
		receive(s);
		return p;
	}
	hold(s, p);
	slots_fill(l);
	on_request(s, msg);
	return NULL;
}

struct peer *slot_done(struct slot *s)
{
	if (s->state == SLOT_RECEIVING)
		return received(s);
	must(s->state == SLOT_SENDING);
	if (nng_aio_result(s->aio) != 0 && nng_aio_get_msg(s->aio))
		nng_msg_free(nng_aio_get_msg(s->aio));
	nng_aio_set_msg(s->aio, NULL);
	s->owner->sending--;
	receive(s);
	return NULL;
}
