/* SPDX-License-Identifier: Apache-2.0 */
/* Connections. A slot in the table is made by ADD_PRE, which always comes before a pipe's first
 * request; ADD_POST does not. A request that comes after REM_POST names a pipe that the table has
 * no more and is dropped: nng does not use a pipe's number again within any time that matters, and
 * ours never. */
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/mem.h"
#include "link/listener_impl.h"

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
		mailbox_put(&l->box, m, peer);
	} else {
		atomic_fetch_add(&l->refused_full, token ? 1 : 0);
		nng_pipe_close(p); /* how nng wants a pipe to be refused here */
	}
	if (token)
		front_taken(l->front, token);
}

void peers_on_event(nng_pipe p, nng_pipe_ev ev, void *arg)
{
	struct link_listener *l = arg;
	struct mail m = {.kind = MAIL_PIPE_CLOSED, .pipe = (uint32_t)nng_pipe_id(p)};
	if (ev == NNG_PIPE_EV_ADD_PRE)
		on_add(l, p, &m);
	else
		mailbox_put(&l->box, &m, NULL);
}

/* ---- the loop's thread ---- */

struct peer *peers_find_nng(const struct link_listener *l, uint32_t nng_id)
{
	struct peer *p = NULL;
	HASH_FIND(hh_nng, l->by_nng, &nng_id, sizeof nng_id, p);
	return p;
}

static struct peer *find_id(const struct link_listener *l, uint64_t id)
{
	struct peer *p = NULL;
	HASH_FIND(hh, l->by_id, &id, sizeof id, p);
	return p;
}

void peers_opened(struct link_listener *l, const struct mail *m)
{
	must(!peers_find_nng(l, m->pipe));
	struct peer *p = mem_zalloc(1, sizeof *p);
	p->id = ++l->last_peer;
	p->nng_id = m->pipe;
	memcpy(p->host, m->text, strnlen(m->text, sizeof p->host - 1));
	HASH_ADD(hh, l->by_id, id, sizeof p->id, p);
	HASH_ADD(hh_nng, l->by_nng, nng_id, sizeof p->nng_id, p);
	l->sink.on_pipe_open(l->sink.self, p->id, m->text);
}

void peers_closed(struct link_listener *l, const struct mail *m)
{
	struct peer *p = peers_find_nng(l, m->pipe);
	if (!p)
		return; /* one that was refused */
	uint64_t id = p->id;
	slots_release(p);
	struct slot *s, *next;
	DL_FOREACH_SAFE (p->slots, s, next) /* its last answers end without it */
		s->peer = NULL;
	peer_greeted(l, p);
	HASH_DELETE(hh, l->by_id, p);
	HASH_DELETE(hh_nng, l->by_nng, p);
	free(p);
	atomic_fetch_sub(&l->pipes, 1);
	l->sink.on_pipe_closed(l->sink.self, id);
}

void peer_greeted(struct link_listener *l, struct peer *p)
{
	if (p->greeted)
		return;
	p->greeted = true;
	atomic_fetch_sub(&l->pipes_waiting, 1);
}

void peer_close(struct link_listener *l, struct peer *p)
{
	(void)l;
	if (p->closing)
		return;
	p->closing = true;
	slots_release(p);
	nng_pipe_close((nng_pipe){p->nng_id});
}

void peers_close_by_id(void *self, uint64_t id)
{
	struct link_listener *l = listener_of(self);
	struct peer *p = find_id(l, id);
	if (p)
		peer_close(l, p);
}
