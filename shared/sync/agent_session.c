/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     OFF ──► DIALING ──► HELLO ──► UP
 *               ▲ │         │        │ closed, late, refused
 *               │ └────┬────┴────────┘
 *               └── PAUSE (backoff; then dial, or say Hello again on the same connection)
 *
 * A session that breaks begins again with everything the agent knows, so nothing that got lost on
 * the way stays lost. A redirect to the leader is tried once; whatever becomes of it, the next
 * address is the Service's again.
 */
#include "sync/agent_session.h"

#include <stdlib.h>

#include "base/backoff.h"
#include "sync/agent_session_impl.h"

enum {
	LEADER_CHANGE_CAP_MS = 1000,
	TELL_EVERY_MS = 60000,
	LATER_CAP_MS = 3000, /* the coordinator keeps a connection without a session for 5 s */
	SNAPSHOT_BYTES_MAX = 16 * 1024 * 1024,
};

/* ---- connection ---- */

static void set_connected(struct agent_session *s)
{
	mem_strset(&s->why, "");
	s->connected = true;
	s->told_ms = INT64_MIN / 2;
	log_info(s->log, "connected to the coordinator", KS("address", s->dialed),
		 KI("session", s->session), KI("epoch", s->epoch));
	s->cfg.on_state(s->cfg.self, true, "");
}

/* Told when it begins, and then at most once a minute if the reason changes: while nobody leads,
 * reasons alternate. Being sent on is no trouble. */
static void set_disconnected(struct agent_session *s, bool trouble, const char *why)
{
	bool began = s->connected || s->why[0] == '\0';
	if (!began && str_eq(s->why, why))
		return;
	mem_strset(&s->why, why);
	s->connected = false;
	bool tell = trouble && s->now_ms >= s->told_ms + TELL_EVERY_MS;
	if (tell)
		s->told_ms = s->now_ms;
	LOG_AT(s->log, tell ? LOG_WARN : LOG_DEBUG, "not connected to the coordinator",
	       KS("address", s->dialed), KS("why", why));
	s->cfg.on_state(s->cfg.self, false, why);
}

static void dial(struct agent_session *s, const char *address)
{
	mem_strset(&s->dialed, address);
	s->stage = DIALING;
	s->due_ms = s->now_ms + s->cfg.dial_ms;
	s->link.dial(s->link.self, s->dialed);
}

static int64_t pause_ms(struct agent_session *s, int64_t cap_ms)
{
	int64_t ms = backoff_next(&s->backoff, &s->rng);
	if (s->leader_changing && cap_ms > LEADER_CHANGE_CAP_MS)
		cap_ms = LEADER_CHANGE_CAP_MS;
	return ms <= cap_ms ? ms : cap_ms - (int64_t)rng_below(&s->rng, (uint64_t)cap_ms / 2);
}

void as_forget_requests(struct agent_session *s)
{
	s->report_out = s->watch_out = false;
	as_orders_forget(&s->orders);
	s->orders.revision = 0; /* revisions of another session mean something else */
}

void as_session_drop(struct agent_session *s, const char *why)
{
	s->link.hang_up(s->link.self);
	as_forget_requests(s);
	s->stage = PAUSE;
	s->redirected = s->hello_again = false;
	s->due_ms = s->now_ms + pause_ms(s, s->cfg.backoff_cap_ms);
	set_disconnected(s, true, why);
}

/* ---- Hello answered ---- */

static void session_up(struct agent_session *s, const struct msg_welcome *w)
{
	arena_reset(&s->hello.arena);
	s->stage = UP;
	s->session = w->session;
	s->epoch = w->epoch;
	s->heartbeat_ms = w->heartbeat_ms > 0 ? w->heartbeat_ms : 2000;
	s->hold_ms = w->hold_ms;
	s->seq = 0;
	s->sent_ms = s->now_ms;
	/* What is still to be done by orders of before is nothing that this leader has ordered. */
	s->ordered = false;
	s->heard_ms = INT64_MIN / 2;
	s->sessions++;
	s->leader_changing = s->redirected = false;
	set_connected(s);
	as_watch_send(s);
}

static void on_welcome(struct agent_session *s, const struct msg_welcome *w)
{
	bool last = s->hello.end == s->hello.n;
	if (s->stage != HELLO)
		return;
	if (w->epoch < s->epoch) {
		log_warn(s->log, "Welcome of an older epoch refused", KI("epoch", w->epoch),
			 KI("newest", s->epoch));
		as_session_drop(s, "the coordinator's epoch is older than one seen before");
	} else if (w->more == last) {
		as_session_drop(s, "the coordinator's Welcome does not fit the Hello");
	} else if (last) {
		session_up(s, w);
	} else {
		s->hello.start = s->hello.end;
		s->hello.page++;
		as_hello_page(s, "");
	}
}

/* ---- refusals ---- */

static void again_on_this_connection(struct agent_session *s, const char *why)
{
	as_forget_requests(s);
	s->stage = PAUSE;
	s->hello_again = true;
	s->due_ms = s->now_ms + pause_ms(s, LATER_CAP_MS);
	set_disconnected(s, true, why);
}

static void follow_leader(struct agent_session *s, const char *leader)
{
	s->leader_changing = true;
	if (s->redirected || str_or_empty(leader)[0] == '\0') {
		as_session_drop(s, "no coordinator leads that is known there");
		return;
	}
	AUTO(mem_freep) char *address = mem_strdup(leader);
	set_disconnected(s, false, "sent on to the leader");
	as_forget_requests(s);
	s->redirected = true;
	dial(s, address);
}

static void on_reject(struct agent_session *s, const struct msg_reject *r)
{
	const char *message = str_or_empty(r->message);
	switch (r->reason) {
	case REJECT_NOT_LEADER: follow_leader(s, r->leader); return;
	case REJECT_LATER:
	case REJECT_SESSION: again_on_this_connection(s, message); return;
	case REJECT_NONE:
	case REJECT_TOKEN:
	case REJECT_NODE:
	case REJECT_VERSION:
	case REJECT_MALFORMED: break;
	}
	as_session_drop(s, message);
}

/* ---- reports ---- */

static void report_send(struct agent_session *s, bool heartbeat)
{
	struct msg msg = {.type = MSG_REPORT, .report = {.session = s->session}};
	const char *token = s->cfg.token(s->cfg.self);
	bool newer = str_or_empty(token)[0] != '\0' && !str_eq(token, s->token);
	/* What changes while this one is out goes with the next. */
	s->poked = s->cfg.changes(s->cfg.self, &msg.report);
	if (!s->poked && !heartbeat)
		return;
	msg.report.session = s->session;
	msg.report.seq = s->seq;
	msg.report.token = "";
	if (newer && msg.report.nmembers == 0) { /* a full page and a token may not fit one frame */
		mem_strset(&s->token, token);
		msg.report.token = s->token;
	}
	s->report_out = true;
	s->sent_ms = s->now_ms;
	s->reports++;
	s->link.request(s->link.self, LINK_REPORT, &msg);
}

static void on_ack(struct agent_session *s, const struct msg_ack *ack)
{
	if (s->stage != UP || !s->report_out || ack->session != s->session || ack->seq != s->seq)
		return;
	s->report_out = false;
	if (s->ordered)
		s->heard_ms = s->sent_ms;
	s->seq++;
	backoff_reset(&s->backoff);
}

/* ---- what the link tells ---- */

static void on_open(void *self)
{
	struct agent_session *s = self;
	if (s->stage == DIALING)
		as_say_hello(s);
}

static void on_closed(void *self, const char *why)
{
	struct agent_session *s = self;
	if (s->stage == OFF || (s->stage == PAUSE && !s->hello_again))
		return;
	as_session_drop(s, str_or_empty(why));
}

static void on_reply(void *self, enum link_channel ch, const struct msg *msg)
{
	struct agent_session *s = self;
	bool expected = ch == LINK_WATCH ? s->watch_out : s->stage == HELLO || s->report_out;
	if (!expected)
		return;
	switch (msg->type) {
	case MSG_WELCOME: on_welcome(s, &msg->welcome); return;
	case MSG_REJECT: on_reject(s, &msg->reject); return;
	case MSG_ACK: on_ack(s, &msg->ack); return;
	case MSG_ORDERS:
		if (ch == LINK_WATCH)
			as_watch_answered(s, &msg->orders);
		return;
	case MSG_NONE:
	case MSG_HELLO:
	case MSG_REPORT:
	case MSG_WATCH: break;
	}
	as_session_drop(s, "the coordinator answered with something that is no answer");
}

/* ---- time ---- */

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t up_deadline(const struct agent_session *s)
{
	int64_t watch = s->watch_out ? s->watch_sent_ms + s->hold_ms + s->cfg.ack_ms : INT64_MAX;
	if (s->report_out)
		return min64(watch, s->sent_ms + s->cfg.ack_ms);
	return s->poked ? s->now_ms : min64(watch, s->sent_ms + s->heartbeat_ms);
}

static void tick_up(struct agent_session *s)
{
	if (s->report_out && s->now_ms >= s->sent_ms + s->cfg.ack_ms)
		as_session_drop(s, "no Ack came in time");
	else if (s->watch_out && s->now_ms >= s->watch_sent_ms + s->hold_ms + s->cfg.ack_ms)
		as_session_drop(s, "a Watch was not answered in time");
	else if (!s->report_out && (s->poked || s->now_ms >= s->sent_ms + s->heartbeat_ms))
		report_send(s, s->now_ms >= s->sent_ms + s->heartbeat_ms);
}

void agent_session_tick(struct agent_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (s->stage == UP) {
		tick_up(s);
		return;
	}
	if (s->stage == OFF || now_ms < s->due_ms)
		return;
	if (s->stage == DIALING)
		as_session_drop(s, "the coordinator cannot be reached in time");
	else if (s->stage == HELLO)
		as_session_drop(s, "no answer to Hello in time");
	else if (s->hello_again)
		as_say_hello(s);
	else
		dial(s, s->address);
}

void agent_session_now(struct agent_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
}

int64_t agent_session_deadline(const struct agent_session *s)
{
	if (s->stage == OFF)
		return INT64_MAX;
	return s->stage == UP ? up_deadline(s) : s->due_ms;
}

/* ---- life ---- */

struct agent_session *agent_session_new(const struct agent_session_config *cfg,
					const struct link_client *link, const struct log *log,
					uint64_t seed)
{
	must(cfg->dial_ms > 0 && cfg->ack_ms > 0 && cfg->backoff_base_ms > 0);
	struct agent_session *s = mem_zalloc(1, sizeof *s);
	s->cfg = *cfg;
	s->node = mem_strdup(cfg->node);
	s->boot_id = mem_strdup(cfg->boot_id);
	s->version = mem_strdup(cfg->version);
	s->agent = mem_strdup(cfg->agent);
	s->address = mem_strdup(cfg->address);
	s->dialed = mem_strdup("");
	s->token = mem_strdup("");
	s->why = mem_strdup("");
	s->link = *link;
	s->log = log;
	s->told_ms = s->heard_ms = INT64_MIN / 2;
	s->rng.s = seed;
	s->backoff =
		(struct backoff){.base_ms = cfg->backoff_base_ms, .cap_ms = cfg->backoff_cap_ms};
	s->hello.arena = ARENA_INIT(SNAPSHOT_BYTES_MAX);
	as_orders_init(&s->orders);
	return s;
}

struct agent_session *agent_session_free(struct agent_session *s)
{
	if (!s)
		return NULL;
	char *own[] = {s->node,    s->boot_id, s->version, s->agent,
		       s->address, s->dialed,  s->token,   s->why};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	arena_done(&s->hello.arena);
	as_orders_done(&s->orders);
	free(s);
	return NULL;
}

struct link_client_sink agent_session_sink(struct agent_session *s)
{
	return (struct link_client_sink){s, on_open, on_closed, on_reply};
}

void agent_session_start(struct agent_session *s, int64_t now_ms)
{
	must(s->stage == OFF);
	s->now_ms = now_ms;
	dial(s, s->address);
}

void agent_session_poke(struct agent_session *s)
{
	s->poked = true;
}

void agent_session_retry(struct agent_session *s)
{
	backoff_reset(&s->backoff);
	if (s->stage == PAUSE)
		s->due_ms = s->now_ms;
}

bool agent_session_connected(const struct agent_session *s)
{
	return s->stage == UP;
}

int64_t agent_session_heard(const struct agent_session *s)
{
	return s->heard_ms;
}

void agent_session_stats(const struct agent_session *s, struct agent_session_stats *ret)
{
	*ret = (struct agent_session_stats){.sessions = s->sessions,
					    .reports = s->reports,
					    .orders_refused = s->orders_refused,
					    .epoch = s->epoch};
}
