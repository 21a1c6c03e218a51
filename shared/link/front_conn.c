/* SPDX-License-Identifier: Apache-2.0 */
/* One connection of the front: handshake, introduction, and then bytes both ways, with at most
 * PUMP_BYTES held in each direction: who does not read is not read from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "link/front_impl.h"

/* What a REQ socket says first: "\0SP\0", its protocol, two zeros. */
static const uint8_t req_header[HEADER_BYTES] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};

enum { TURNS_MAX = 8 }; /* pieces carried before others have their turn */

/* ---- epoll ---- */

static void ask(struct end *end, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = end};
	if (end->added && end->events == events)
		return;
	int op = end->added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	must(epoll_ctl(end->conn->front->epoll_fd, op, end->fd, &ev) == 0);
	end->added = true;
	end->events = events;
}

/* Not even errors are told: only by taking it out. */
static void ask_nothing(struct end *end)
{
	if (end->added)
		must(epoll_ctl(end->conn->front->epoll_fd, EPOLL_CTL_DEL, end->fd, NULL) == 0);
	end->added = false;
}

static void ask_for(struct end *end, enum tls_io io)
{
	ask(end, io == TLS_IO_WANT_WRITE ? EPOLLOUT : EPOLLIN);
}

/* ---- life ---- */

static void leave_list(struct conn *c)
{
	if (c->state < CONN_HANDING)
		DL_DELETE(c->front->early, c);
	else
		DL_DELETE(c->front->conns, c);
}

void conn_drop(struct conn *c)
{
	struct front *f = c->front;
	if (c->state == CONN_GONE)
		return;
	if (c->state < CONN_PIPED)
		atomic_fetch_sub(&f->nwaiting, 1);
	leave_list(c);
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

void front_bury(struct front *f)
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

void conn_start(struct front *f, int own_fd, const char *name, int64_t now_ms)
{
	struct conn *c = mem_zalloc(1, sizeof *c);
	c->front = f;
	c->peer = (struct end){.conn = c, .fd = own_fd};
	c->pipe = (struct end){.conn = c, .fd = -1};
	c->nng_fd = -1;
	c->due_ms = now_ms + f->cfg.wait_ms;
	memcpy(c->name, name, strnlen(name, PEER_BYTES - 1));
	pthread_mutex_lock(&f->lock);
	c->tls = tls_stream_new(f->server, own_fd);
	pthread_mutex_unlock(&f->lock);
	DL_APPEND(f->early, c);
	atomic_fetch_add(&f->nconns, 1);
	atomic_fetch_add(&f->nwaiting, 1);
	if (c->tls)
		ask(&c->peer, EPOLLIN);
	else
		fail(c, "out of memory");
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

/* A connection waits in HANDING until nng has taken it, so none in the queue is ever gone. */
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
		fail(c, "it does not speak the agents' protocol");
		return;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0) {
		fail(c, "no descriptors are left");
		return;
	}
	c->pipe.fd = fds[0];
	c->nng_fd = fds[1];
	leave_list(c);
	c->state = CONN_HANDING;
	DL_APPEND(c->front->conns, c);
	ask_nothing(&c->peer);
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
			fail(c, "it hung up before it said who it is");
			return;
		}
		if (io == TLS_IO_FAILED) {
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
		fail(c, io == TLS_IO_FAILED ? e.msg : "it hung up");
	} else {
		ask_for(&c->peer, io);
	}
}

/* ---- both ways ---- */

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

/* WANT_WRITE: the rest is held, the reader is full. */
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

/* False: a frame is longer than it may be. nng would end the connection too, but tell nobody. */
static bool frames_fit(struct framing *f, const uint8_t *p, size_t n, uint64_t max)
{
	while (n > 0) {
		if (f->left > 0) {
			size_t skip = n < f->left ? n : (size_t)f->left;
			f->left -= skip;
			p += skip;
			n -= skip;
			continue;
		}
		f->len[f->nlen++] = *p++;
		n--;
		if (f->nlen < sizeof f->len)
			continue;
		for (uint32_t i = 0; i < sizeof f->len; i++)
			f->left = f->left << 8 | f->len[i];
		f->nlen = 0;
		if (f->left > max)
			return false;
	}
	return true;
}

static enum tls_io from_peer(struct conn *c, size_t *ret_n)
{
	struct front *f = c->front;
	enum tls_io io = tls_stream_read(c->tls, f->buf, PUMP_BYTES, ret_n, NULL);
	if (io != TLS_IO_DONE || frames_fit(&c->framing, f->buf, *ret_n, f->cfg.frame_max))
		return io;
	atomic_fetch_add(&f->oversized, 1);
	f->cfg.on_failed(f->cfg.self, FRONT_FRAME, c->name, "it is larger than an agent's may be");
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

/* One direction: what is held first, then what comes. *ret_blocked: the writer is full; else the
 * result is why the reader has no more, or DONE when others should have their turn. */
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

/* DONE means that there is more to carry: a socket that can be written to calls again at once. */
static void pump(struct conn *c)
{
	bool up_full, down_full;
	uint32_t peer = 0, pipe = 0;
	enum tls_io up = carry(c, &c->up, from_peer, to_pipe, &up_full);
	enum tls_io down = carry(c, &c->down, from_pipe, to_peer, &down_full);
	if (up == TLS_IO_CLOSED || up == TLS_IO_FAILED || down == TLS_IO_CLOSED ||
	    down == TLS_IO_FAILED) {
		conn_drop(c);
		return;
	}
	if (up == TLS_IO_DONE || up_full)
		pipe |= EPOLLOUT;
	else
		peer |= events_of(up);
	if (down == TLS_IO_DONE)
		peer |= EPOLLOUT;
	else if (down_full)
		peer |= events_of(down);
	else
		pipe |= EPOLLIN;
	ask(&c->peer, peer);
	ask(&c->pipe, pipe);
}

void conn_taken(struct conn *c)
{
	must(c->state == CONN_HANDING);
	c->state = CONN_PIPED;
	atomic_fetch_sub(&c->front->nwaiting, 1);
	pump(c);
}

/* Who hung up while nothing was wanted of him would be told of again and again. */
static void pump_event(struct end *end, uint32_t events)
{
	struct conn *c = end->conn;
	pump(c);
	if (c->state == CONN_PIPED && end->events == 0 && (events & (EPOLLHUP | EPOLLERR)))
		conn_drop(c);
}

void conn_event(struct end *end, uint32_t events)
{
	switch (end->conn->state) {
	case CONN_HANDSHAKE: shake_hands(end->conn); return;
	case CONN_HEADER: read_header(end->conn); return;
	case CONN_PIPED: pump_event(end, events); return;
	case CONN_HANDING:
	case CONN_GONE: return;
	}
}
