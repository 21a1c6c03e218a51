/* SPDX-License-Identifier: Apache-2.0 */
/* ADD_PRE makes a peer: it always comes before the first request of a pipe, ADD_POST does not. A
 * request that comes after REM_POST names a pipe that is not in the table any more, and is
 * dropped: nng reuses the number of a pipe only after a long time, and our numbers are never
 * reused. */
#include "link/pipes.h"

#include <utlist.h>

#include "link/handover.h"
#include "link/peers.h"
#include "link/slots.h"

/* ---- nng's threads ---- */

static bool room_for_one(struct link_listener *l)
{
	if (atomic_fetch_add(&l->pipes, 1) >= l->pipes_max) {
		atomic_fetch_sub(&l->pipes, 1);
		return false;
	}
	if (atomic_fetch_add(&l->pipes_waiting, 1) >= l->pipes_waiting_max) {
		atomic_fetch_sub(&l->pipes_waiting, 1);
		atomic_fetch_sub(&l->pipes, 1);
		return false;
	}
	return true;
}

static void on_add(struct link_listener *l, nng_pipe p, struct mail *m)
{
	char peer[LIMIT_TEXT_BYTES] = "";
	void *token = doors_passed(l, p, peer);
	if (token && room_for_one(l)) {
		atomic_fetch_add(&l->accepted, 1);
		m->kind = MAIL_PIPE_OPEN;
		m->conn = front_conn_number(token);
		mailbox_put(&l->box, m, peer);
	} else {
		atomic_fetch_add(&l->refused_full, token ? 1 : 0);
		nng_pipe_close(p); /* the way to refuse a pipe in this callback */
	}
	if (token)
		front_taken(l->front, token);
}

void pipes_on_event(nng_pipe p, nng_pipe_ev ev, void *arg)
{
	struct link_listener *l = arg;
	struct mail m = {.kind = MAIL_PIPE_CLOSED, .pipe = (uint32_t)nng_pipe_id(p)};
	if (ev == NNG_PIPE_EV_ADD_PRE)
		on_add(l, p, &m);
	else
		mailbox_put(&l->box, &m, NULL);
}

/* ---- the loop's thread ---- */

void pipes_opened(struct link_listener *l, const struct mail *m)
{
	struct peer *p = peers_add(l, m->pipe, m->conn, m->text);
	l->sink.on_pipe_open(l->sink.self, p->id, m->text);
}

void pipes_closed(struct link_listener *l, const struct mail *m)
{
	struct peer *p = peers_find_nng(l, m->pipe);
	if (!p)
		return; /* it was refused */
	uint64_t id = p->id;
	slots_release(p);
	struct slot *s, *next;
	DL_FOREACH_SAFE (p->slots, s, next) /* its last answers end without a peer */
		s->peer = NULL;
	peers_greeted(l, p);
	peers_remove(l, p);
	atomic_fetch_sub(&l->pipes, 1);
	l->sink.on_pipe_closed(l->sink.self, id);
}

void pipe_close(struct peer *p)
{
	if (p->closing)
		return;
	p->closing = true;
	slots_release(p);
	nng_pipe_close((nng_pipe){p->nng_id});
}

void pipes_vouch(void *self, uint64_t id)
{
	struct link_listener *l = listener_of(self);
	const struct peer *p = peers_find(l, id);
	if (p)
		front_vouch(l->front, p->conn);
}

void pipes_close_by_id(void *self, uint64_t id)
{
	struct link_listener *l = listener_of(self);
	struct peer *p = peers_find(l, id);
	if (p)
		pipe_close(p);
}
