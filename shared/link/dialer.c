/* SPDX-License-Identifier: Apache-2.0 */
/* The agent's end: one REQ socket with two contexts for its whole life; dialers come and go, one at
 * a time. nng would dial again by itself, and would send a request again on the next connection
 * before its Hello. Both are switched off, since agent_session decides when to dial and what to
 * send.
 *
 * Every dial has a number. A request keeps the number under which it was sent, and its answer is
 * dropped if the number has changed: it belongs to an older connection. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "link/dial.h"
#include "link/socket.h"
#include "wire/wire.h"

#include <nng/protocol/reqrep0/req.h> /* wants nng.h before it */

enum { SP_HEADER_BYTES = 64 };

static const uint32_t MAGIC = 0x6c6b6469;

enum channel_state { CHANNEL_IDLE, CHANNEL_SENDING, CHANNEL_RECEIVING };

struct channel {
	struct link_dialer *owner;
	nng_ctx ctx;
	nng_aio *aio;
	enum channel_state state;
	uint64_t dial;    /* the dial under which the current request was sent */
	nng_msg *pending; /* sent when the canceled operation has ended */
};

struct link_dialer {
	uint32_t magic;
	char *server_name, *bundle;
	uint32_t local_ipv4;
	struct link_client_sink sink;
	struct mailbox box;
	nng_socket socket;
	nng_dialer dialer;
	bool has_dialer;
	uint64_t dial;
	uint32_t pipe; /* 0: not open */
	char *failed;  /* why a dial could not start, or a frame could not be sent */
	struct channel channels[LINK_CHANNEL_N];
	struct buf scratch;
	struct arena arena;
};

static struct link_dialer *self_of(void *self)
{
	struct link_dialer *d = self;
	must(d && d->magic == MAGIC);
	return d;
}

/* ---- nng's threads ---- */

static void on_done(void *arg)
{
	struct channel *c = arg;
	mailbox_put(&c->owner->box, &(struct mail){.kind = MAIL_DONE, .who = c}, NULL);
}

static void on_pipe(nng_pipe p, nng_pipe_ev ev, void *arg)
{
	struct link_dialer *d = arg;
	struct mail m = {.kind = ev == NNG_PIPE_EV_ADD_POST ? MAIL_PIPE_OPEN : MAIL_PIPE_CLOSED,
			 .pipe = (uint32_t)nng_pipe_id(p)};
	if (ev == NNG_PIPE_EV_ADD_POST)
		m.maker = (uint32_t)nng_dialer_id(nng_pipe_dialer(p));
	mailbox_put(&d->box, &m, NULL);
}

/* ---- channels ---- */

static void channel_send(struct channel *c, nng_msg *own_msg)
{
	c->dial = c->owner->dial;
	c->state = CHANNEL_SENDING;
	nng_aio_set_msg(c->aio, own_msg);
	nng_ctx_send(c->ctx, c->aio);
}

static void channel_next(struct channel *c)
{
	c->state = CHANNEL_IDLE;
	if (c->pending)
		channel_send(c, STEAL(c->pending));
}

/* Drops the request in flight and the one that waits. */
static void channel_drop(struct channel *c)
{
	if (c->pending)
		nng_msg_free(STEAL(c->pending));
	if (c->state != CHANNEL_IDLE)
		nng_aio_cancel(c->aio);
}

static void close_dialer(struct link_dialer *d)
{
	d->dial++;
	d->pipe = 0;
	mem_freep(&d->failed);
	d->failed = NULL;
	for (int i = 0; i < LINK_CHANNEL_N; i++)
		channel_drop(&d->channels[i]);
	if (d->has_dialer)
		nng_dialer_close(d->dialer);
	d->has_dialer = false;
}

static void closed(struct link_dialer *d, const char *why)
{
	AUTO(mem_freep) char *words = mem_strdup(why);
	close_dialer(d);
	d->sink.on_closed(d->sink.self, words);
}

static void deliver(struct channel *c, nng_msg *own_msg)
{
	struct link_dialer *d = c->owner;
	struct err e;
	struct msg msg;
	enum rc rc = wire_decode(nng_msg_body(own_msg), nng_msg_len(own_msg), FRAME_COORDINATOR_MAX,
				 &d->arena, &msg, &e);
	nng_msg_free(own_msg);
	if (rc != RC_OK) {
		closed(d, e.msg);
	} else {
		d->sink.on_reply(d->sink.self, (enum link_channel)(c - d->channels), &msg);
	}
	arena_reset(&d->arena);
}

static void channel_done(struct channel *c)
{
	struct link_dialer *d = c->owner;
	int rv = nng_aio_result(c->aio);
	nng_msg *msg = nng_aio_get_msg(c->aio);
	bool current = c->dial == d->dial && d->pipe != 0 && !c->pending;
	nng_aio_set_msg(c->aio, NULL);
	if (c->state == CHANNEL_SENDING) {
		if (rv != 0 && msg)
			nng_msg_free(msg);
		if (rv != 0 || !current) {
			channel_next(c);
			return;
		}
		c->state = CHANNEL_RECEIVING;
		nng_ctx_recv(c->ctx, c->aio);
		return;
	}
	if (rv == 0 && (uint32_t)nng_pipe_id(nng_msg_get_pipe(msg)) != d->pipe)
		current = false;
	channel_next(c);
	if (rv == 0 && current)
		deliver(c, msg);
	else if (rv == 0)
		nng_msg_free(msg);
}

/* ---- dialing ---- */

/* Tells the sink with the next drain, since the caller is in the middle of something. */
static void fail_later(struct link_dialer *d, const char *why)
{
	mem_strset(&d->failed, why);
	mailbox_put(&d->box, &(struct mail){.kind = MAIL_NOTE}, "");
}

static void dial(void *self, const char *address)
{
	struct link_dialer *d = self_of(self);
	struct err e;
	close_dialer(d);
	if (dial_start(d->socket, address, d->server_name, d->bundle, d->local_ipv4, &d->dialer,
		       &d->has_dialer, &e) != RC_OK)
		fail_later(d, e.msg);
}

static void hang_up(void *self)
{
	close_dialer(self_of(self));
}

static void request(void *self, enum link_channel ch, const struct msg *msg)
{
	struct link_dialer *d = self_of(self);
	struct channel *c = &d->channels[ch];
	struct err e;
	if (d->pipe == 0)
		return;
	nng_msg *m = socket_frame(msg, FRAME_AGENT_MAX, &d->scratch, &e);
	if (!m) {
		fail_later(d, e.msg);
		return;
	}
	if (c->state == CHANNEL_IDLE) {
		channel_send(c, m);
		return;
	}
	channel_drop(c);
	c->pending = m;
}

/* ---- the mailbox ---- */

/* nng knows only that the certificate was wrong, so the likely reasons are named here. */
static void dial_failed(struct link_dialer *d, const char *why)
{
	AUTO(buf_done) struct buf words = BUF_INIT(1024);
	buf_puts(&words, why);
	if (str_eq(why, nng_strerror(NNG_ECRYPTO)) || str_eq(why, nng_strerror(NNG_EPEERAUTH))) {
		buf_reset(&words);
		buf_printf(&words,
			   "TLS failed: is the CA bundle the coordinator's, and does its "
			   "certificate name %s?",
			   d->server_name);
	}
	closed(d, buf_str(&words));
}

static void note(struct link_dialer *d, const char *text)
{
	if (d->failed) {
		closed(d, d->failed);
		return;
	}
	const char *why = socket_note_why(text);
	/* The end of an older dial says nothing about the current one. */
	if (d->has_dialer && d->pipe == 0 && socket_note_is(text, NOTE_CONNECT) &&
	    !str_eq(why, nng_strerror(NNG_ECLOSED)) && !str_eq(why, nng_strerror(NNG_ECANCELED)))
		dial_failed(d, why);
}

static void take(struct link_dialer *d, const struct mail *m)
{
	switch (m->kind) {
	case MAIL_DONE: channel_done(m->who); return;
	case MAIL_NOTE: note(d, m->text); return;
	case MAIL_REFUSED: return;
	case MAIL_PIPE_OPEN:
		if (!d->has_dialer || d->pipe != 0 ||
		    m->maker != (uint32_t)nng_dialer_id(d->dialer))
			return;
		d->pipe = m->pipe;
		d->sink.on_open(d->sink.self);
		return;
	case MAIL_PIPE_CLOSED:
		if (m->pipe == d->pipe)
			closed(d, "the coordinator closed the connection");
		return;
	}
}

void link_dialer_drain(struct link_dialer *d)
{
	const struct mail *v;
	uint32_t n = mailbox_take(&d->box, &v);
	must(d->sink.on_open);
	for (uint32_t i = 0; i < n; i++)
		take(d, &v[i]);
}

/* ---- life ---- */

static int open_socket(struct link_dialer *d)
{
	int rv = nng_req0_open(&d->socket);
	if (rv == 0)
		rv = nng_socket_set_size(d->socket, NNG_OPT_RECVMAXSZ,
					 FRAME_COORDINATOR_MAX + SP_HEADER_BYTES);
	if (rv == 0)
		rv = nng_socket_set_ms(d->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE);
	if (rv == 0)
		rv = nng_pipe_notify(d->socket, NNG_PIPE_EV_ADD_POST, on_pipe, d);
	if (rv == 0)
		rv = nng_pipe_notify(d->socket, NNG_PIPE_EV_REM_POST, on_pipe, d);
	for (int i = 0; i < LINK_CHANNEL_N && rv == 0; i++) {
		struct channel *c = &d->channels[i];
		c->owner = d;
		rv = nng_ctx_open(&c->ctx, d->socket);
		if (rv == 0)
			rv = nng_aio_alloc(&c->aio, on_done, c);
	}
	return rv;
}

enum rc link_dialer_new(const struct link_dialer_config *cfg, struct link_dialer **ret,
			struct err *e)
{
	struct link_dialer *d = mem_zalloc(1, sizeof *d);
	d->magic = MAGIC;
	d->server_name = mem_strdup(cfg->server_name);
	d->bundle = mem_strdup(cfg->bundle);
	d->local_ipv4 = cfg->local_ipv4;
	d->scratch = BUF_INIT(FRAME_AGENT_MAX);
	d->arena = ARENA_INIT(WIRE_ARENA_COORDINATOR_MAX);
	mailbox_init(&d->box, &cfg->wake);
	int rv = open_socket(d);
	if (rv != 0)
		return socket_err(e, rv, "no socket for the agent link");
	socket_notes(d->socket, &d->box);
	*ret = d;
	return RC_OK;
}

struct link_client link_dialer_api(struct link_dialer *d)
{
	return (struct link_client){d, dial, hang_up, request};
}

void link_dialer_set_sink(struct link_dialer *d, const struct link_client_sink *sink)
{
	d->sink = *sink;
}

void link_dialer_set_bundle(struct link_dialer *d, const char *bundle)
{
	mem_strset(&d->bundle, bundle);
}
