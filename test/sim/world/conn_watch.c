/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: what they send, when they end, and when what they ask for is known no more. */
#include "test/sim/world/conn_watch.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/world/list.h"

enum { BOOKMARK_MS = 60000, WATCH_MIN_MS = 300000, WATCH_MAX_MS = 600000 };

static void send_event(struct call *call, enum watch_event ev, struct version *v, uint64_t rv)
{
	VEC_GROW(call->events, call->nevents, call->cap_events);
	if (v)
		version_ref(v);
	call->events[call->nevents++] = (struct event){ev, v, rv};
	call->next_rv = rv + 1;
	int64_t lag = call->conn->owner->weather.watch_lag_ms;
	int64_t shown = call->conn->owner->clock->now_ms + lag;
	if (lag) {
		conn_count(call->conn->owner, FACT_WATCH_LATE);
		call->conn->owner->rough = true;
		call->conn->owner->lag_ms = lag;
		call->conn->owner->lagged_ms = shown - lag;
	}
	call->last_ms = call->last_ms < shown && lag ? shown : call->last_ms;
	call_send_back(call);
}

/* An object that leaves the selection is deleted for the watch, one that enters is added. */
static void watch_change(struct call *call, const struct change *ch)
{
	bool was = ch->prev && selector_matches(&call->req, ch->prev);
	bool is = ch->ev != WATCH_DELETED && selector_matches(&call->req, ch->now);
	if (!was && !is)
		return;
	if (draw_percent(&call->conn->owner->rng, call->conn->owner->weather.watch_cut)) {
		conn_count(call->conn->owner, FACT_WATCH_CUT);
		call_end_with(call, RC_UNREACHABLE, 0, "connection reset by peer");
		return;
	}
	send_event(call,
		   was && is ? WATCH_MODIFIED
		   : is      ? WATCH_ADDED
			     : WATCH_DELETED,
		   ch->now, ch->rv);
}

void conns_change(struct conns *cs, const struct change *ch)
{
	struct call *call, *tmp;
	HASH_ITER (hh, cs->calls, call, tmp) {
		if (call->watching && call->req.kind == ch->now->kind && ch->rv >= call->next_rv)
			watch_change(call, ch);
	}
}

static void on_bookmark(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call || !call->watching)
		return;
	conn_count(cs, FACT_BOOKMARK);
	send_event(call, WATCH_BOOKMARK, NULL, cs->server->store.rv);
	clock_at(cs->clock, cs->clock->now_ms + BOOKMARK_MS, on_bookmark, cs, id);
}

static void on_watch_timeout(void *self, uint64_t id)
{
	struct call *call = call_find(self, id);
	if (!call || !call->watching)
		return;
	conn_count(call->conn->owner, FACT_WATCH_ENDED);
	call_end_with(call, RC_OK, 200, "");
}

void watch_begin(struct call *call)
{
	struct conns *cs = call->conn->owner;
	const struct shelf *sh = &cs->server->store.shelf[call->req.kind];
	uint64_t rv = strtoull(str_or_empty(call->req.rv), NULL, 10);
	if (rv < sh->compacted_rv || draw_percent(&cs->rng, cs->weather.watch_gone)) {
		call_end_with(call, RC_GONE, 410, "too old resource version");
		conn_count(cs, FACT_WATCH_GONE);
		return;
	}
	call->watching = true;
	call->next_rv = rv + 1;
	for (uint32_t i = 0; i < sh->nhistory && call->watching; i++) {
		if (sh->history[i].rv <= rv)
			continue;
		conn_count(cs, FACT_WATCH_HISTORY);
		watch_change(call, &sh->history[i]);
	}
	clock_at(cs->clock, cs->clock->now_ms + BOOKMARK_MS, on_bookmark, cs, call->id);
	clock_at(cs->clock, cs->clock->now_ms + draw(&cs->rng, WATCH_MIN_MS, WATCH_MAX_MS),
		 on_watch_timeout, cs, call->id);
}

void conns_cut_watches(struct conns *cs)
{
	struct call *call, *tmp;
	HASH_ITER (hh, cs->calls, call, tmp) {
		if (call->watching)
			call_end_with(call, RC_UNREACHABLE, 0, "connection reset by peer");
	}
}
