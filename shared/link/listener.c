/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's end: one REP socket for life, one listener at a time on it. A TLS configuration
 * is frozen by its first use, so another certificate is another listener; and a listener can go deaf
 * (nng stops accepting after some errors), which the dial to itself finds out and cures. */
#include <string.h>

#include "base/mem.h"
#include "link/listener_impl.h"

#include <nng/protocol/reqrep0/rep.h> /* wants nng.h before it */

enum { RELISTEN_MS = 500 };

static const uint32_t MAGIC = 0x6c6b6c73;

struct link_listener *listener_of(void *self)
{
	struct link_listener *l = self;
	must(l && l->magic == MAGIC);
	return l;
}

/* ---- listening ---- */

static uint16_t bound_port(nng_listener listener)
{
	nng_sockaddr a = {0};
	if (nng_listener_get_addr(listener, NNG_OPT_LOCADDR, &a) != 0)
		return 0;
	uint16_t port = a.s_family == NNG_AF_INET6 ? a.s_in6.sa_port : a.s_in.sa_port;
	return (uint16_t)(port >> 8 | port << 8);
}

/* The address with the port that was found at first, so that a port of 0 stays what it became. */
static void put_url(const struct link_listener *l, struct buf *url)
{
	const char *colon = strrchr(l->address, ':');
	size_t host = colon ? (size_t)(colon - l->address) : strlen(l->address);
	buf_printf(url, "tls+tcp://%.*s", (int)host, l->address);
	if (l->port != 0)
		buf_printf(url, ":%u", (unsigned)l->port);
	else
		buf_puts(url, colon ? colon : ":0");
}

enum rc listener_open(struct link_listener *l, struct err *e)
{
	AUTO(buf_done) struct buf url = BUF_INIT(1024);
	nng_tls_config *cfg;
	put_url(l, &url);
	enum rc rc = socket_tls_server(l->cert, l->key, &cfg, e);
	if (rc != RC_OK)
		return rc;
	int rv = nng_listener_create(&l->listener, l->socket, buf_str(&url));
	if (rv != 0) {
		nng_tls_config_free(cfg);
		return socket_err(e, rv, buf_str(&url));
	}
	rv = nng_listener_set_ptr(l->listener, NNG_OPT_TLS_CONFIG, cfg);
	nng_tls_config_free(cfg); /* the listener has its own hold */
	if (rv == 0)
		rv = nng_listener_start(l->listener, 0);
	if (rv != 0) {
		nng_listener_close(l->listener);
		return socket_err(e, rv, buf_str(&url));
	}
	l->port = bound_port(l->listener);
	l->listening = true;
	return RC_OK;
}

static void listener_shut(struct link_listener *l)
{
	if (l->listening)
		nng_listener_close(l->listener);
	l->listening = false;
}

static enum rc relisten(struct link_listener *l, int64_t now_ms, struct err *e)
{
	listener_shut(l);
	l->stats.relistens++;
	enum rc rc = listener_open(l, e);
	l->relisten_ms = rc == RC_OK ? INT64_MAX : now_ms + RELISTEN_MS;
	return rc;
}

void link_listener_tick(struct link_listener *l, int64_t now_ms)
{
	struct err e;
	l->now_ms = now_ms;
	if (l->stopped)
		return;
	refused_full(l);
	probe_tick(l, now_ms);
	if (now_ms < l->relisten_ms)
		return;
	if (relisten(l, now_ms, &e) == RC_OK)
		log_info(l->log, "listens for agents again", KI("port", l->port));
	else
		log_error(l->log, "cannot listen for agents", KS("why", e.msg));
}

int64_t link_listener_deadline(const struct link_listener *l)
{
	int64_t probe = probe_deadline(l);
	if (l->stopped)
		return INT64_MAX;
	return probe < l->relisten_ms ? probe : l->relisten_ms;
}

enum rc link_listener_replace(struct link_listener *l, const char *cert, const char *key,
			      const char *bundle, int64_t now_ms, struct err *e)
{
	nng_tls_config *cfg;
	enum rc rc = socket_tls_server(cert, key, &cfg, e);
	if (rc != RC_OK)
		return rc; /* what listens now is better than nothing */
	nng_tls_config_free(cfg);
	mem_strset(&l->cert, cert);
	mem_strset(&l->key, key);
	probe_set_bundle(l, bundle);
	return relisten(l, now_ms, e);
}

/* ---- the mailbox ---- */

static void note(struct link_listener *l, const char *text)
{
	if (socket_note_is(text, NOTE_OVERSIZED)) {
		const char *from = strrchr(text, ' ');
		l->stats.oversized++;
		refused(l, from ? from + 1 : "", "frame refused",
			"it is larger than an agent's may be");
	} else if (socket_note_is(text, NOTE_HANDSHAKE)) {
		l->stats.handshakes_failed++;
		refused(l, "", "TLS handshake failed", socket_note_why(text));
	}
}

static void take(struct link_listener *l, const struct mail *m)
{
	switch (m->kind) {
	case MAIL_DONE: slot_done(m->who); return;
	case MAIL_PIPE_OPEN: peers_opened(l, m); return;
	case MAIL_PIPE_CLOSED: peers_closed(l, m); return;
	case MAIL_NOTE: note(l, m->text); return;
	}
}

void link_listener_drain(struct link_listener *l)
{
	const struct mail *v;
	uint32_t n = mailbox_take(&l->box, &v);
	must(l->sink.on_request);
	for (uint32_t i = 0; i < n; i++)
		take(l, &v[i]);
	slots_fill(l);
	probe_drain(l);
}

/* ---- life ---- */

static int open_socket(struct link_listener *l)
{
	static const nng_pipe_ev events[] = {NNG_PIPE_EV_ADD_PRE, NNG_PIPE_EV_REM_POST};
	int rv = nng_rep0_open(&l->socket);
	if (rv == 0)
		rv = nng_socket_set_size(l->socket, NNG_OPT_RECVMAXSZ,
					 FRAME_AGENT_MAX + SP_HEADER_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(events) && rv == 0; i++)
		rv = nng_pipe_notify(l->socket, events[i], peers_on_event, l);
	return rv;
}

static struct link_listener *listener_alloc(const struct link_listener_config *cfg,
					    const struct log *log)
{
	struct link_listener *l = mem_zalloc(1, sizeof *l);
	l->magic = MAGIC;
	l->log = log;
	l->address = mem_strdup(cfg->address);
	l->cert = mem_strdup(cfg->cert);
	l->key = mem_strdup(cfg->key);
	l->pipes_max = cfg->pipes_max;
	l->pipes_waiting_max = cfg->pipes_waiting_max;
	l->slots_max = SLOTS_RECEIVING + 2 * cfg->pipes_max + PIPE_HELD_MAX;
	l->relisten_ms = INT64_MAX;
	l->scratch = BUF_INIT(FRAME_COORDINATOR_MAX);
	l->arena = ARENA_INIT(WIRE_ARENA_AGENT_MAX);
	mailbox_init(&l->box, &cfg->wake);
	return l;
}

enum rc link_listener_new(const struct link_listener_config *cfg, const struct log *log,
			  struct link_listener **ret, struct err *e)
{
	must(cfg->pipes_max > 0 && cfg->pipes_max <= 1 << 18 && cfg->pipes_waiting_max > 0);
	struct link_listener *l = listener_alloc(cfg, log);
	int rv = open_socket(l);
	if (rv != 0)
		return socket_err(e, rv, "no socket for the agent link");
	socket_notes(l->socket, true, &l->box);
	slots_fill(l);
	enum rc rc = listener_open(l, e);
	if (rc == RC_OK)
		rc = probe_init(l, cfg, e);
	if (rc == RC_OK)
		*ret = l;
	return rc;
}

struct link_server link_listener_api(struct link_listener *l)
{
	return (struct link_server){l, slots_reply, peers_close_by_id};
}

void link_listener_set_sink(struct link_listener *l, const struct link_server_sink *sink)
{
	l->sink = *sink;
}

uint16_t link_listener_port(const struct link_listener *l)
{
	return l->port;
}

void link_listener_stop(struct link_listener *l)
{
	struct peer *p, *next;
	l->stopped = true;
	listener_shut(l);
	HASH_ITER (hh, l->by_id, p, next)
		peer_close(l, p);
}

void link_listener_stats(const struct link_listener *l, struct link_listener_stats *ret)
{
	*ret = l->stats;
	ret->pipes = atomic_load(&l->pipes);
	ret->pipes_waiting = atomic_load(&l->pipes_waiting);
	ret->accepted = atomic_load(&l->accepted);
	ret->refused_full = atomic_load(&l->refused_full);
	ret->contexts = l->nslots;
	ret->receiving = l->receiving;
	ret->answering = l->sending;
	ret->parked = l->held;
}
