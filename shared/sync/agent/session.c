/* SPDX-License-Identifier: Apache-2.0 */
/* What the link tells and what time brings, handed to the parts: stage.c says where the session
 * stands, hello.c, report.c and watch.c talk. A part returns why the session is to be dropped; it
 * is dropped here. */
#include <stdlib.h>

#include "base/mem.h"
#include "sync/agent/hello.h"
#include "sync/agent/report.h"
#include "sync/agent/stage.h"
#include "sync/agent/watch.h"

/* ---- answers ---- */

static void drop_if(struct agent_session *s, const char *why)
{
	if (why)
		agent_stage_drop(s, why);
}

static void on_welcome(struct agent_session *s, const struct msg_welcome *w)
{
	bool last = agent_snapshot_last(&s->snapshot);
	if (s->stage != STAGE_HELLO)
		return;
	if (w->epoch < s->epoch) {
		log_warn(s->log, "Welcome of an older epoch refused", KI("epoch", w->epoch),
			 KI("newest", s->epoch));
		agent_stage_drop(s, "the coordinator's epoch is older than one seen before");
	} else if (w->more == last) {
		agent_stage_drop(s, "the coordinator's Welcome does not fit the Hello");
	} else if (last) {
		agent_stage_up(s, w);
		agent_watch_send(s);
	} else {
		agent_hello_next(s);
	}
}

static void on_reject(struct agent_session *s, const struct msg_reject *r)
{
	const char *message = str_or_empty(r->message);
	switch (r->reason) {
	case REJECT_NOT_LEADER: agent_stage_redirect(s, r->leader); return;
	case REJECT_LATER:
	case REJECT_SESSION: agent_stage_wait(s, message); return;
	case REJECT_NONE:
	case REJECT_TOKEN:
	case REJECT_NODE:
	case REJECT_VERSION:
	case REJECT_MALFORMED: break;
	}
	agent_stage_drop(s, message);
}

/* ---- the link ---- */

static void on_open(void *self)
{
	struct agent_session *s = self;
	if (s->stage == STAGE_DIALING)
		drop_if(s, agent_hello_begin(s));
}

static void on_closed(void *self, const char *why)
{
	struct agent_session *s = self;
	if (s->stage != STAGE_OFF && s->stage != STAGE_PAUSED)
		agent_stage_drop(s, str_or_empty(why));
}

static void on_reply(void *self, enum link_channel ch, const struct msg *msg)
{
	struct agent_session *s = self;
	bool expected = ch == LINK_WATCH ? s->watch_out : s->stage == STAGE_HELLO || s->report_out;
	if (!expected)
		return;
	switch (msg->type) {
	case MSG_WELCOME: on_welcome(s, &msg->welcome); return;
	case MSG_REJECT: on_reject(s, &msg->reject); return;
	case MSG_ACK: agent_report_acked(s, &msg->ack); return;
	case MSG_ORDERS:
		if (ch == LINK_WATCH)
			drop_if(s, agent_watch_answered(s, &msg->orders));
		return;
	case MSG_NONE:
	case MSG_HELLO:
	case MSG_REPORT:
	case MSG_WATCH: break;
	}
	agent_stage_drop(s, "the coordinator answered with something that is no answer");
}

/* ---- time ---- */

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When a Watch is overdue. */
static int64_t watch_late_ms(const struct agent_session *s)
{
	return s->watch_out ? s->watch_ms + s->hold_ms + s->cfg.ack_ms : INT64_MAX;
}

static int64_t up_deadline(const struct agent_session *s)
{
	if (s->report_out)
		return min64(watch_late_ms(s), s->report_ms + s->cfg.ack_ms);
	return s->poked ? s->now_ms : min64(watch_late_ms(s), s->report_ms + s->heartbeat_ms);
}

static void tick_up(struct agent_session *s)
{
	bool heartbeat = s->now_ms >= s->report_ms + s->heartbeat_ms;
	if (s->report_out && s->now_ms >= s->report_ms + s->cfg.ack_ms)
		agent_stage_drop(s, "no Ack came in time");
	else if (s->now_ms >= watch_late_ms(s))
		agent_stage_drop(s, "a Watch was not answered in time");
	else if (!s->report_out && (s->poked || heartbeat))
		agent_report_send(s, heartbeat);
}

static void tick_due(struct agent_session *s)
{
	switch (s->stage) {
	case STAGE_DIALING:
		agent_stage_drop(s, "the coordinator cannot be reached in time");
		return;
	case STAGE_HELLO: agent_stage_drop(s, "the Hello was not answered in time"); return;
	case STAGE_WAITING: drop_if(s, agent_hello_begin(s)); return;
	case STAGE_PAUSED: agent_stage_dial(s, s->address); return;
	case STAGE_OFF:
	case STAGE_UP:
	case STAGE_N: break;
	}
}

void agent_session_tick(struct agent_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (s->stage == STAGE_UP)
		tick_up(s);
	else if (now_ms >= s->due_ms)
		tick_due(s);
}

void agent_session_now(struct agent_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
}

int64_t agent_session_deadline(const struct agent_session *s)
{
	return s->stage == STAGE_UP ? up_deadline(s) : s->due_ms;
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
	s->rng.s = seed;
	s->due_ms = INT64_MAX;
	s->logged_ms = s->heard_ms = INT64_MIN / 2;
	s->backoff =
		(struct backoff){.base_ms = cfg->backoff_base_ms, .cap_ms = cfg->backoff_cap_ms};
	agent_snapshot_init(&s->snapshot);
	agent_orders_init(&s->orders);
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
	agent_snapshot_done(&s->snapshot);
	agent_orders_done(&s->orders);
	free(s);
	return NULL;
}

struct link_client_sink agent_session_sink(struct agent_session *s)
{
	return (struct link_client_sink){s, on_open, on_closed, on_reply};
}

void agent_session_start(struct agent_session *s, int64_t now_ms)
{
	must(s->stage == STAGE_OFF);
	s->now_ms = now_ms;
	agent_stage_dial(s, s->address);
}

void agent_session_poke(struct agent_session *s)
{
	s->poked = true;
}

void agent_session_retry(struct agent_session *s)
{
	backoff_reset(&s->backoff);
	if (s->stage == STAGE_PAUSED || s->stage == STAGE_WAITING)
		s->due_ms = s->now_ms;
}

bool agent_session_connected(const struct agent_session *s)
{
	return s->stage == STAGE_UP;
}

int64_t agent_session_heard(const struct agent_session *s)
{
	return s->heard_ms;
}

void agent_session_orders(const struct agent_session *s, struct agent_orders_view *ret)
{
	const struct agent_orders *o = &s->orders;
	*ret = (struct agent_orders_view){s->epoch, o->revision, o->held.v, o->held.n};
}

void agent_session_stats(const struct agent_session *s, struct agent_session_stats *ret)
{
	*ret = (struct agent_session_stats){.sessions = s->sessions,
					    .reports = s->reports,
					    .orders_refused = s->orders_refused,
					    .epoch = s->epoch};
}
