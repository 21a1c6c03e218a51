/* SPDX-License-Identifier: Apache-2.0 */
/* One connection: TLS handshake, introduction, the way into nng, and its end. */
#include "link/front_conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "link/front_budget.h"
#include "link/front_end.h"
#include "link/front_places.h"
#include "link/front_pump.h"
#include "link/front_shakes.h"
#include "os/clock.h"

/* The first bytes of a REQ socket: "\0SP\0", its protocol, two zeros. */
static const uint8_t req_header[HEADER_BYTES] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};

static void ask_for(struct end *end, enum tls_io io)
{
	end_ask(end, io == TLS_IO_WANT_WRITE ? EPOLLOUT : EPOLLIN);
}

/* ---- life ---- */

void conn_drop(struct conn *c)
{
	struct front *f = c->front;
	if (c->state == CONN_GONE)
		return;
	if (c->state < CONN_PIPED)
		atomic_fetch_sub(&f->nwaiting, 1);
	if (c->state < CONN_HANDING)
		DL_DELETE(f->early, c);
	places_leave(f, c);
	budget_drop(c);
	c->state = CONN_GONE;
	tls_stream_free(c->tls);
	close(c->peer.fd);
	if (c->pipe.fd >= 0)
		close(c->pipe.fd);
	if (c->nng_fd >= 0)
		close(c->nng_fd);
	atomic_fetch_sub(&f->nconns, 1);
	c->next_dead = f->dead;
	f->dead = c;
}

void conns_bury(struct front *f)
{
	while (f->dead) {
		struct conn *c = f->dead;
		f->dead = c->next_dead;
		free(c->up.data);
		free(c->down.data);
		free(c);
	}
}

static void fail(struct conn *c, const char *why)
{
	struct front *f = c->front;
	atomic_fetch_add(&f->failed, 1);
	f->cfg.on_failed(f->cfg.self, FRONT_CONNECTION, c->name, why);
	conn_drop(c);
}

void conn_start(struct front *f, int own_fd, const struct sockaddr_storage *from, const char *name,
		int64_t now_ms)
{
	struct conn *c = mem_zalloc(1, sizeof *c);
	c->front = f;
	c->peer = (struct end){.conn = c, .fd = own_fd};
	c->pipe = (struct end){.conn = c, .fd = -1};
	c->nng_fd = -1;
	c->number = ++f->last_number;
	c->since_ms = now_ms;
	c->due_ms = now_ms + f->cfg.wait_ms;
	memcpy(c->name, name, strnlen(name, PEER_BYTES - 1));
	DL_APPEND(f->early, c);
	places_take(f, c, from);
	budget_start(c);
	atomic_fetch_add(&f->nconns, 1);
	atomic_fetch_add(&f->nwaiting, 1);
	end_ask(&c->peer, EPOLLIN);
}

/* ---- until nng has it ---- */

static void queue_for_slot(struct conn *c)
{
	struct front *f = c->front;
	if (f->waiting_last)
		f->waiting_last->next_waiting = c;
	else
		f->waiting_first = c;
	f->waiting_last = c;
}

/* A connection stays in HANDING until nng has taken it, so the queue holds no closed connection. */
void conns_hand_over(struct front *f)
{
	while (f->waiting_first) {
		struct conn *c = f->waiting_first;
		if (!f->cfg.hand_over(f->cfg.self, c->nng_fd, c->name, c))
			return;
		c->nng_fd = -1;
		f->waiting_first = c->next_waiting;
		if (!f->waiting_first)
			f->waiting_last = NULL;
	}
}

static void introduced(struct conn *c)
{
	int fds[2];
	if (memcmp(c->header, req_header, HEADER_BYTES) != 0) {
		fail(c, "the peer does not speak the agents' protocol");
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
		fail(c, "no descriptors are left");
		return;
	}
	c->pipe.fd = fds[0];
	c->nng_fd = fds[1];
	DL_DELETE(c->front->early, c);
	c->state = CONN_HANDING;
	end_ask_nothing(&c->peer);
	must(send(c->pipe.fd, c->header, HEADER_BYTES, MSG_NOSIGNAL) == HEADER_BYTES);
	queue_for_slot(c);
	conns_hand_over(c->front);
}

static void read_header(struct conn *c)
{
	struct err e;
	while (c->header_len < HEADER_BYTES) {
		size_t n = 0;
		enum tls_io io = tls_stream_read(c->tls, c->header + c->header_len,
						 HEADER_BYTES - c->header_len, &n, &e);
		if (io == TLS_IO_CLOSED) {
			fail(c, "the peer hung up in its handshake");
			return;
		}
		if (io == TLS_IO_FAILED || io == TLS_IO_RUDE) {
			fail(c, e.msg);
			return;
		}
		if (io != TLS_IO_DONE) {
			ask_for(&c->peer, io);
			return;
		}
		c->header_len += n;
	}
	introduced(c);
}

static void shake_hands(struct conn *c)
{
	struct err e;
	enum tls_io io = tls_stream_handshake(c->tls, &e);
	if (io == TLS_IO_DONE) {
		c->state = CONN_HEADER;
		read_header(c);
	} else if (io == TLS_IO_FAILED || io == TLS_IO_CLOSED) {
		fail(c, io == TLS_IO_FAILED ? e.msg : "the peer hung up in its TLS handshake");
	} else {
		ask_for(&c->peer, io);
	}
}

void conn_shake(struct conn *c)
{
	struct front *f = c->front;
	int64_t began_us = clock_mono_us();
	pthread_mutex_lock(&f->lock);
	c->tls = tls_stream_new(f->server, c->peer.fd);
	pthread_mutex_unlock(&f->lock);
	if (c->tls)
		shake_hands(c);
	else
		fail(c, "out of memory");
	f->shakes_us += clock_mono_us() - began_us;
}

/* The peer has said something; its first words cost most of the work. While it waits for its turn
 * nothing is read; when it hangs up, it leaves the line. */
static void handshake_event(struct conn *c)
{
	if (c->tls)
		shake_hands(c);
	else if (c->shake.waits)
		fail(c, "the peer hung up before its turn for a TLS handshake");
	else if (shakes_take(c))
		conn_shake(c);
	else
		end_ask(&c->peer, EPOLLRDHUP);
}

void conn_taken(struct conn *c)
{
	must(c->state == CONN_HANDING);
	c->state = CONN_PIPED;
	atomic_fetch_sub(&c->front->nwaiting, 1);
	if (!conn_pump(c))
		conn_drop(c);
}

void conn_resume(struct conn *c)
{
	if (!conn_pump(c))
		conn_drop(c);
}

/* If epoll watches a socket for no event, a hang-up of the other side would wake the thread for
 * ever. */
static void pump_event(struct end *end, uint32_t events)
{
	bool open = conn_pump(end->conn);
	if (!open || (end->events == 0 && (events & (EPOLLHUP | EPOLLERR))))
		conn_drop(end->conn);
}

void conn_event(struct end *end, uint32_t events)
{
	switch (end->conn->state) {
	case CONN_HANDSHAKE: handshake_event(end->conn); return;
	case CONN_HEADER: read_header(end->conn); return;
	case CONN_PIPED: pump_event(end, events); return;
	case CONN_HANDING:
	case CONN_GONE: return;
	}
}
