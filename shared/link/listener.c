/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's end: one REP socket for its whole life, behind the front, which owns the
 * port and TLS. */
#include <string.h>

#include "link/handover.h"
#include "link/pipes.h"
#include "link/probe.h"
#include "link/refused.h"
#include "link/slots.h"

#include <nng/protocol/reqrep0/rep.h> /* wants nng.h before it */

enum { WAIT_MS = 5000 };

/* ---- time ---- */

void link_listener_tick(struct link_listener *l, int64_t now_ms)
{
	struct link_listener_stats s;
	atomic_store(&l->now_ms, now_ms);
	link_listener_stats(l, &s);
	refused_full(l, s.refused_full);
	refused_dropped(l, s.dropped);
	refused_slowed(l, s.slowed);
	refused_delayed(l, s.shakes_delayed);
	doors_tick(l, now_ms);
	probe_tick(l, now_ms);
}

int64_t link_listener_deadline(const struct link_listener *l)
{
	return probe_deadline(l);
}

enum rc link_listener_replace(struct link_listener *l, const char *cert, const char *key,
			      const char *bundle, int64_t now_ms, struct err *e)
{
	enum rc rc = front_set_certificate(l->front, cert, key, e);
	if (rc == RC_OK)
		probe_certificate(l, bundle, now_ms);
	return rc;
}

/* ---- the mailbox ---- */

static void operation_done(struct slot *s)
{
	struct peer *slow = slot_done(s);
	if (slow)
		pipe_close(slow);
}

static void take(struct link_listener *l, const struct mail *m)
{
	switch (m->kind) {
	case MAIL_DONE: operation_done(m->who); return;
	case MAIL_PIPE_OPEN: pipes_opened(l, m); return;
	case MAIL_PIPE_CLOSED: pipes_closed(l, m); return;
	case MAIL_NOTE: return;
	case MAIL_REFUSED: refused_by_front(l, m); return;
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
		rv = nng_pipe_notify(l->socket, events[i], pipes_on_event, l);
	return rv;
}

static struct link_listener *listener_alloc(const struct link_listener_config *cfg,
					    const struct log *log)
{
	struct link_listener *l = mem_zalloc(1, sizeof *l);
	l->magic = LISTENER_MAGIC;
	l->log = log;
	l->address = mem_strdup(cfg->address);
	l->pipes_max = cfg->pipes_max;
	/* The front counts more exactly; a connection that it drops is counted here until nng has
	 * noticed. */
	l->pipes_waiting_max = 2 * cfg->pipes_waiting_max;
	l->slots_max = SLOTS_RECEIVING + 2 * cfg->pipes_max + PIPE_HELD_MAX;
	l->scratch = BUF_INIT(FRAME_COORDINATOR_MAX);
	l->arena = ARENA_INIT(WIRE_ARENA_AGENT_MAX);
	mailbox_init(&l->box, &cfg->wake);
	return l;
}

/* The front's thread. */
static void on_failed(void *self, enum front_fail what, const char *peer, const char *why)
{
	struct link_listener *l = listener_of(self);
	AUTO(buf_done) struct buf text = BUF_INIT(4096);
	buf_printf(&text, "%s %s", peer, why);
	mailbox_put(&l->box, &(struct mail){.kind = MAIL_REFUSED, .maker = what}, buf_str(&text));
}

static enum rc open_front(struct link_listener *l, const struct link_listener_config *cfg,
			  struct err *e)
{
	struct front_config front = {.address = cfg->address,
				     .conns_max = cfg->pipes_max,
				     .strangers_max = cfg->pipes_waiting_max,
				     .address_max = cfg->pipes_address_max,
				     .wait_ms = WAIT_MS,
				     .frame_max = FRAME_AGENT_MAX + SP_HEADER_BYTES,
				     .self = l,
				     .on_failed = on_failed,
				     .hand_over = doors_hand_over};
	return front_new(&front, cfg->cert, cfg->key, &l->front, e);
}

enum rc link_listener_new(const struct link_listener_config *cfg, const struct log *log,
			  struct link_listener **ret, struct err *e)
{
	must(cfg->pipes_max > 0 && cfg->pipes_max <= 1 << 18 && cfg->pipes_waiting_max > 0);
	struct link_listener *l = listener_alloc(cfg, log);
	int rv = open_socket(l);
	if (rv != 0)
		return socket_err(e, rv, "no socket for the agent link");
	slots_fill(l);
	enum rc rc = probe_init(l, cfg, e);
	if (rc == RC_OK)
		rc = doors_open(l, e);
	if (rc == RC_OK)
		rc = open_front(l, cfg, e);
	if (rc == RC_OK)
		*ret = l;
	return rc;
}

struct link_server link_listener_api(struct link_listener *l)
{
	return (struct link_server){l, slots_reply, pipes_close_by_id, pipes_vouch};
}

void link_listener_set_sink(struct link_listener *l, const struct link_server_sink *sink)
{
	l->sink = *sink;
}

uint16_t link_listener_port(const struct link_listener *l)
{
	return front_port(l->front);
}

void link_listener_stats(const struct link_listener *l, struct link_listener_stats *ret)
{
	struct front_stats front;
	front_stats(l->front, &front);
	*ret = l->stats;
	ret->pipes = atomic_load(&l->pipes);
	ret->pipes_waiting = atomic_load(&l->pipes_waiting);
	ret->connecting = front.waiting;
	ret->accepted = atomic_load(&l->accepted);
	ret->refused_full =
		atomic_load(&l->refused_full) + front.refused_full + front.refused_address;
	ret->refused_address = front.refused_address;
	ret->strangers = front.strangers;
	ret->dropped = front.dropped;
	ret->slowed = front.slowed;
	ret->shakes_delayed = front.shakes_delayed;
	ret->failed = front.failed;
	ret->oversized = front.oversized;
	ret->contexts = l->nslots;
	ret->receiving = l->receiving;
	ret->answering = l->sending;
	ret->parked = l->held;
}
