/* SPDX-License-Identifier: Apache-2.0 */
/* Carries bytes both ways between an agent and nng. At most PUMP_BYTES are held in each
 * direction: a reader that is slow stops the writer. */
#include "link/front_pump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "link/front_budget.h"
#include "link/front_end.h"

enum { TURNS_MAX = 8 }; /* pieces before other connections have their turn */

static void hold(struct held *h, const uint8_t *data, size_t len)
{
	h->data = mem_realloc(h->data, len, 1);
	memmove(h->data, data, len);
	h->len = len;
	h->off = 0;
}

static void held_done(struct held *h)
{
	free(h->data);
	*h = (struct held){0};
}

/* WANT_WRITE: the reader is full, so the rest is held. */
static enum tls_io to_pipe(struct conn *c, const uint8_t *data, size_t len, size_t *ret_n)
{
	ssize_t n = send(c->pipe.fd, data, len, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? TLS_IO_WANT_WRITE : TLS_IO_CLOSED;
	*ret_n = (size_t)n;
	return TLS_IO_DONE;
}

static enum tls_io to_peer(struct conn *c, const uint8_t *data, size_t len, size_t *ret_n)
{
	return tls_stream_write(c->tls, data, len, ret_n, NULL);
}

static void on_frame(void *self, uint64_t frame_bytes)
{
	budget_frame(self, frame_bytes);
}

static enum tls_io from_peer(struct conn *c, size_t *ret_n)
{
	struct front *f = c->front;
	struct err e;
	if (!budget_left(c))
		return TLS_IO_WANT_READ;
	enum tls_io io = tls_stream_read(c->tls, f->buf, PUMP_BYTES, ret_n, &e);
	if (io == TLS_IO_RUDE) {
		atomic_fetch_add(&f->failed, 1);
		f->cfg.on_failed(f->cfg.self, FRONT_CONNECTION, c->name, e.msg);
		return TLS_IO_CLOSED;
	}
	if (io == TLS_IO_DONE)
		budget_pay(c, *ret_n);
	if (io != TLS_IO_DONE ||
	    framing_fits(&c->framing, f->buf, *ret_n, f->cfg.frame_max, on_frame, c))
		return io;
	atomic_fetch_add(&f->oversized, 1);
	f->cfg.on_failed(f->cfg.self, FRONT_FRAME, c->name,
			 "the frame is larger than an agent's may be");
	return TLS_IO_CLOSED;
}

static enum tls_io from_pipe(struct conn *c, size_t *ret_n)
{
	ssize_t n = recv(c->pipe.fd, c->front->buf, PUMP_BYTES, 0);
	if (n == 0)
		return TLS_IO_CLOSED;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? TLS_IO_WANT_READ : TLS_IO_CLOSED;
	*ret_n = (size_t)n;
	return TLS_IO_DONE;
}

typedef enum tls_io take_fn(struct conn *c, size_t *ret_n);
typedef enum tls_io put_fn(struct conn *c, const uint8_t *data, size_t len, size_t *ret_n);

static enum tls_io put_all(struct conn *c, put_fn *put, const uint8_t *data, size_t *len)
{
	while (*len > 0) {
		size_t n = 0;
		enum tls_io io = put(c, data, *len, &n);
		if (io != TLS_IO_DONE)
			return io;
		data += n;
		*len -= n;
	}
	return TLS_IO_DONE;
}

/* Carries one direction: held bytes first, then new ones. With *ret_blocked the writer is full.
 * Otherwise the result says why the reader has no more, or is DONE if there is more but others
 * should have their turn. */
static enum tls_io carry(struct conn *c, struct held *h, take_fn *take, put_fn *put,
			 bool *ret_blocked)
{
	enum tls_io io = TLS_IO_DONE;
	*ret_blocked = true;
	if (h->len > 0) {
		size_t left = h->len - h->off;
		io = put_all(c, put, h->data + h->off, &left);
		h->off = h->len - left;
		if (io != TLS_IO_DONE)
			return io;
		held_done(h);
	}
	for (int i = 0; i < TURNS_MAX; i++) {
		size_t n = 0;
		*ret_blocked = false;
		io = take(c, &n);
		if (io != TLS_IO_DONE)
			return io;
		size_t left = n;
		*ret_blocked = true;
		io = put_all(c, put, c->front->buf, &left);
		if (io != TLS_IO_DONE) {
			hold(h, c->front->buf + (n - left), left);
			return io;
		}
	}
	*ret_blocked = false;
	return TLS_IO_DONE;
}

static uint32_t events_of(enum tls_io io)
{
	return io == TLS_IO_WANT_WRITE ? EPOLLOUT : EPOLLIN;
}

/* DONE means that there is more to carry: the socket is watched for writing, so epoll reports it
 * at once. */
bool conn_pump(struct conn *c)
{
	bool up_full, down_full;
	uint32_t peer = 0, pipe = 0;
	enum tls_io up = carry(c, &c->up, from_peer, to_pipe, &up_full);
	enum tls_io down = carry(c, &c->down, from_pipe, to_peer, &down_full);
	if (up == TLS_IO_CLOSED || up == TLS_IO_FAILED || down == TLS_IO_CLOSED ||
	    down == TLS_IO_FAILED)
		return false;
	if (up == TLS_IO_DONE || up_full)
		pipe |= EPOLLOUT;
	else if (!c->budget.waits)
		peer |= events_of(up);
	if (down == TLS_IO_DONE)
		peer |= EPOLLOUT;
	else if (down_full)
		peer |= events_of(down);
	else
		pipe |= EPOLLIN;
	end_ask(&c->peer, peer);
	end_ask(&c->pipe, pipe);
	return true;
}
