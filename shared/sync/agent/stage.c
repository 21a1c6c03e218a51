/* SPDX-License-Identifier: Apache-2.0 */
/* A session that breaks begins again with everything the agent knows, so nothing that got lost on
 * the way stays lost. A redirect to the leader is tried once; whatever becomes of it, the next
 * address is the Service's again. */
#include "sync/agent/stage.h"

#include "base/mem.h"
#include "base/state.h"

enum {
	LEADER_CHANGE_CAP_MS = 1000,
	LOG_EVERY_MS = 60000,
	LATER_CAP_MS = 3000, /* the coordinator keeps a connection without a session for 5 s */
};

/*			 .-- next page
 *			 v  |
 * OFF --> DIALING --> HELLO --> UP
 *	   ^ |  ^       | ^ |	  |
 *	   | |  `-------|-|-|-----+  redirect to the leader (from HELLO too)
 *	   | |	        | | `-----+->  WAITING: "later", or no session; then HELLO again
 *	   | v	        v |	  v	 |
 *	  PAUSED <------------------------'  closed, late, refused: hung up; then DIALING
 */
static const struct state_rule rules[STAGE_N] = {
#define TO(s) STATE_BIT(STAGE_##s)
	[STAGE_OFF] = {"Off", TO(DIALING)},
	[STAGE_DIALING] = {"Dialing", TO(HELLO) | TO(PAUSED)},
	[STAGE_HELLO] = {"Hello", TO(HELLO) | TO(UP) | TO(DIALING) | TO(WAITING) | TO(PAUSED)},
	[STAGE_UP] = {"Up", TO(DIALING) | TO(WAITING) | TO(PAUSED)},
	[STAGE_PAUSED] = {"Paused", TO(DIALING)},
	[STAGE_WAITING] = {"Waiting", TO(HELLO) | TO(PAUSED)},
#undef TO
};

/* Requests belong to a session: none is out in any stage but UP, and orders are collected from the
 * start by the next. */
static void forget_requests(struct agent_session *s)
{
	s->report_out = s->watch_out = false;
	agent_orders_restart(&s->orders);
}

static void enter(struct agent_session *s, enum agent_stage to, int64_t due_ms)
{
	state_check(rules, ARRAY_LEN(rules), s->stage, to);
	s->stage = to;
	s->due_ms = due_ms;
	if (to != STAGE_UP)
		forget_requests(s);
}

/* ---- whether there is a session ---- */

static void tell_connected(struct agent_session *s)
{
	mem_strset(&s->why, "");
	s->logged_ms = INT64_MIN / 2;
	log_info(s->log, "coordinator connected", KS("address", s->dialed),
		 KI("session", s->session), KI("epoch", s->epoch));
	s->cfg.on_state(s->cfg.self, true, "");
}

/* Logged as a warning when the trouble begins, then at most once a minute if the reason changes:
 * while nobody leads, reasons alternate. A redirect is no trouble. */
static void tell_disconnected(struct agent_session *s, bool trouble, const char *why)
{
	bool begins = s->why[0] == '\0';
	if (!begins && str_eq(s->why, why))
		return;
	mem_strset(&s->why, why);
	bool warn = trouble && s->now_ms >= s->logged_ms + LOG_EVERY_MS;
	if (warn)
		s->logged_ms = s->now_ms;
	LOG_AT(s->log, warn ? LOG_WARN : LOG_DEBUG, "coordinator not connected",
	       KS("address", s->dialed), KS("why", why));
	s->cfg.on_state(s->cfg.self, false, why);
}

/* ---- moves ---- */

void agent_stage_dial(struct agent_session *s, const char *address)
{
	mem_strset(&s->dialed, address);
	enter(s, STAGE_DIALING, s->now_ms + s->cfg.dial_ms);
	s->link.dial(s->link.self, s->dialed);
}

void agent_stage_hello(struct agent_session *s)
{
	enter(s, STAGE_HELLO, s->now_ms + s->cfg.ack_ms);
}

void agent_stage_up(struct agent_session *s, const struct msg_welcome *w)
{
	enter(s, STAGE_UP, INT64_MAX);
	agent_snapshot_forget(&s->snapshot);
	s->session = w->session;
	s->epoch = w->epoch;
	s->heartbeat_ms = w->heartbeat_ms > 0 ? w->heartbeat_ms : 2000;
	s->hold_ms = w->hold_ms;
	s->seq = 0;
	s->report_ms = s->now_ms;
	/* Orders of before that are not carried out yet were not given by this leader. */
	s->ordered = false;
	s->heard_ms = INT64_MIN / 2;
	s->sessions++;
	s->leader_changing = s->redirected = false;
	tell_connected(s);
}

static int64_t pause_ms(struct agent_session *s, int64_t cap_ms)
{
	int64_t ms = backoff_next(&s->backoff, &s->rng);
	if (s->leader_changing && cap_ms > LEADER_CHANGE_CAP_MS)
		cap_ms = LEADER_CHANGE_CAP_MS;
	return ms <= cap_ms ? ms : cap_ms - (int64_t)rng_below(&s->rng, (uint64_t)cap_ms / 2);
}

void agent_stage_drop(struct agent_session *s, const char *why)
{
	s->link.hang_up(s->link.self);
	s->redirected = false;
	enter(s, STAGE_PAUSED, s->now_ms + pause_ms(s, s->cfg.backoff_cap_ms));
	tell_disconnected(s, true, why);
}

void agent_stage_wait(struct agent_session *s, const char *why)
{
	enter(s, STAGE_WAITING, s->now_ms + pause_ms(s, LATER_CAP_MS));
	tell_disconnected(s, true, why);
}

void agent_stage_redirect(struct agent_session *s, const char *leader)
{
	s->leader_changing = true;
	if (s->redirected || str_or_empty(leader)[0] == '\0') {
		agent_stage_drop(s, "the coordinator there knows no leader");
		return;
	}
	tell_disconnected(s, false, "another coordinator leads");
	s->redirected = true;
	agent_stage_dial(s, leader);
}
