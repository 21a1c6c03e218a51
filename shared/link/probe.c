/* SPDX-License-Identifier: Apache-2.0 */
/* The listener dials itself: it makes a connection as an agent does, sends one request that
 * nobody else can send (an Ack with two secret numbers), gets its answer and hangs up. It closes
 * only after the whole exchange, since connections that end half-way leak descriptors. If a
 * probe fails while other connections were accepted, the machine is slow and the port still
 * works. */
#include "link/probe.h"

#include <string.h>

/* ---- what the dialer tells ---- */

static void on_open(void *self)
{
	struct link_listener *l = listener_of(self);
	struct msg msg = {.type = MSG_ACK,
			  .ack = {.session = l->probe.secret[0], .seq = l->probe.secret[1]}};
	struct link_client api = link_dialer_api(l->probe.dialer);
	api.request(api.self, LINK_REPORT, &msg);
}

static void on_closed(void *self, const char *why)
{
	mem_strset(&listener_of(self)->probe.why, why);
}

static void on_reply(void *self, enum link_channel ch, const struct msg *msg)
{
	struct link_listener *l = listener_of(self);
	(void)ch;
	if (probe_is_own(l, msg))
		l->probe.acked = true;
}

/* ---- life ---- */

static uint64_t secret(void)
{
	return (uint64_t)nng_random() << 32 | nng_random();
}

enum rc probe_init(struct link_listener *l, const struct link_listener_config *cfg, struct err *e)
{
	struct probe *p = &l->probe;
	struct link_dialer_config dial = {
		.server_name = cfg->server_name, .bundle = cfg->bundle, .wake = cfg->wake};
	l->probe_ms = cfg->probe_ms;
	l->probe_wait_ms = cfg->probe_wait_ms;
	p->due_ms = INT64_MIN; /* the first tick sets it */
	if (!cfg->bundle)
		return RC_OK;
	must(cfg->server_name && cfg->probe_ms > 0 && cfg->probe_wait_ms > 0);
	p->why = mem_strdup("");
	p->secret[0] = secret();
	p->secret[1] = secret();
	enum rc rc = link_dialer_new(&dial, &p->dialer, e);
	if (rc != RC_OK)
		return rc;
	link_dialer_set_sink(p->dialer,
			     &(struct link_client_sink){l, on_open, on_closed, on_reply});
	return RC_OK;
}

/* A new certificate is tried at once, before an agent meets it. */
void probe_certificate(struct link_listener *l, const char *bundle, int64_t now_ms)
{
	if (!l->probe.dialer)
		return;
	if (bundle)
		link_dialer_set_bundle(l->probe.dialer, bundle);
	if (!l->probe.running)
		l->probe.due_ms = now_ms;
}

bool probe_is_own(const struct link_listener *l, const struct msg *msg)
{
	return l->probe.dialer && msg->type == MSG_ACK && msg->ack.session == l->probe.secret[0] &&
	       msg->ack.seq == l->probe.secret[1];
}

void probe_drain(struct link_listener *l)
{
	if (l->probe.dialer)
		link_dialer_drain(l->probe.dialer);
}

/* ---- time ---- */

/* An accepted connection shows that the port works, even if it was refused afterwards. */
static uint64_t heard(struct link_listener *l)
{
	struct front_stats s;
	front_stats(l->front, &s);
	return s.accepted + s.refused_full;
}

/* If the listener listens on all addresses, it is dialed by loopback. */
static void own_address(const struct link_listener *l, struct buf *out)
{
	const char *colon = strrchr(l->address, ':');
	size_t n = colon ? (size_t)(colon - l->address) : strlen(l->address);
	bool any = n == 0 || strncmp(l->address, "0.0.0.0", n) == 0 || l->address[0] == '*';
	if (any)
		buf_puts(out, "127.0.0.1");
	else if (strncmp(l->address, "[::]", n) == 0)
		buf_puts(out, "[::1]");
	else
		buf_put(out, l->address, n);
	buf_printf(out, ":%u", (unsigned)front_port(l->front));
}

static void begin(struct link_listener *l, int64_t now_ms)
{
	struct probe *p = &l->probe;
	struct link_client api = link_dialer_api(p->dialer);
	AUTO(buf_done) struct buf address = BUF_INIT(512);
	own_address(l, &address);
	p->running = true;
	p->acked = false;
	mem_strset(&p->why, "");
	p->heard = heard(l);
	p->due_ms = now_ms + l->probe_wait_ms;
	l->stats.probes++;
	api.dial(api.self, buf_str(&address));
}

static void end(struct link_listener *l, int64_t now_ms)
{
	struct probe *p = &l->probe;
	struct link_client api = link_dialer_api(p->dialer);
	bool deaf = !p->acked && heard(l) == p->heard;
	const char *why = p->why[0] ? p->why : "no answer in time";
	p->running = false;
	p->due_ms = now_ms + l->probe_ms;
	if (!p->acked) {
		l->stats.probes_failed++;
		log_warn(l->log,
			 deaf ? "own port not reached, opening it anew"
			      : "own port not reached, but others get through",
			 KS("error", why));
	}
	api.hang_up(api.self);
	if (!deaf)
		return;
	l->stats.relistens++;
	front_relisten(l->front);
}

void probe_tick(struct link_listener *l, int64_t now_ms)
{
	struct probe *p = &l->probe;
	if (!p->dialer)
		return;
	if (p->due_ms == INT64_MIN)
		p->due_ms = now_ms + l->probe_ms;
	if (p->running && (p->acked || p->why[0] || now_ms >= p->due_ms))
		end(l, now_ms);
	else if (!p->running && now_ms >= p->due_ms)
		begin(l, now_ms);
}

int64_t probe_deadline(const struct link_listener *l)
{
	return l->probe.dialer ? l->probe.due_ms : INT64_MAX;
}
