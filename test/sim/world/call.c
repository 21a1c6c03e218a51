/* SPDX-License-Identifier: Apache-2.0 */
/* The way of an answer or a watch event from the API server to the sink of its call. */
#include "test/sim/world/call.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"

void call_free(struct conns *cs, struct call *call)
{
	HASH_DEL(cs->calls, call);
	for (uint32_t i = 0; i < call->nevents; i++)
		version_unref(call->events[i].v);
	free(call->events);
	answer_done(&call->answer);
	arena_done(&call->arena);
	free(call);
}

void conn_count(const struct conns *cs, enum fact fact)
{
	server_count(cs->server, fact);
}

struct call *call_find(const struct conns *cs, uint64_t id)
{
	struct call *call;
	HASH_FIND(hh, cs->calls, &id, sizeof id, call);
	return call;
}

/* The sink is done with it. It stays while its request is still on its way. */
void call_end(struct conns *cs, struct call *call)
{
	call->dead = true;
	call->watching = false;
	if (call->arrived)
		call_free(cs, call);
}

/* ---- to the sink ---- */

static void give_done(struct call *call)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(SIM_ARENA_MAX);
	struct conns *cs = call->conn->owner;
	struct answer *from = &call->answer;
	struct api_sink sink = call->sink;
	uint64_t id = call->id;
	struct api_result res = {.rc = from->rc,
				 .http = from->http,
				 .reason = str_or_empty(from->reason),
				 .message = copy_str(&a, from->message),
				 .retry_after_ms = from->retry_after_ms,
				 .server_s = from->http ? server_wall(cs->server) / 1000 : 0,
				 .rv = from->rv ? arena_printf(&a, "%" PRIu64, from->rv) : "",
				 .cont = copy_str(&a, from->cont)};
	struct strs causes = {from->causes, from->ncauses};
	res.causes = copy_strs(&a, &causes);
	call_end(cs, call);
	sink.on_done(sink.self, id, &res);
}

/* Something has changed since the server answered. */
static bool list_is_old(const struct conns *cs, const struct call *call)
{
	const struct shelf *sh = &cs->server->store.shelf[call->req.kind];
	return sh->nhistory && sh->history[sh->nhistory - 1].rv > call->answer.rv;
}

static void witness_list(const struct call *call, bool ends)
{
	const struct conns_witness *w = &call->conn->owner->witness;
	bool whole = ends ? call->answer.rc == RC_OK && !*str_or_empty(call->answer.cont)
			  : !*str_or_empty(call->req.cont);
	if (w->list && call->req.verb == API_LIST && whole)
		w->list(w->self, call->conn->host, call->req.kind, ends);
}

static void witness_object(const struct call *call, enum watch_event ev, struct version *v)
{
	const struct conns_witness *w = &call->conn->owner->witness;
	if (w->saw && (call->req.verb == API_LIST || call->req.verb == API_WATCH))
		w->saw(w->self, call->conn->host, ev, v);
}

/* The call may be canceled by what it gives. */
static void give_answer(struct conns *cs, struct call *call)
{
	uint64_t id = call->id;
	if (call->req.verb == API_LIST && list_is_old(cs, call))
		conn_count(cs, FACT_LIST_OLD);
	if (call->req.kind == API_TOKENREVIEW && call->answer.rc == RC_OK) {
		struct meta none = {0};
		struct api_object obj = {
			.kind = API_TOKENREVIEW, .meta = &none, .token = &call->answer.token};
		call->sink.on_object(call->sink.self, id, WATCH_ADDED, &obj);
	}
	witness_list(call, false);
	for (uint32_t i = 0; (call = call_find(cs, id)) && !call->dead && i < call->answer.n; i++) {
		struct api_object obj = version_object(call->answer.v[i]);
		witness_object(call, WATCH_ADDED, call->answer.v[i]);
		call->sink.on_object(call->sink.self, id, WATCH_ADDED, &obj);
	}
	if (!call || call->dead)
		return;
	witness_list(call, true);
	give_done(call);
}

static void give_event(struct call *call)
{
	struct event e = call->events[0];
	struct arena a = ARENA_INIT(SIM_ARENA_MAX);
	call->nevents--;
	for (uint32_t i = 0; i < call->nevents; i++)
		call->events[i] = call->events[i + 1];
	if (e.v) {
		struct api_object obj = version_object(e.v);
		witness_object(call, e.ev, e.v);
		call->sink.on_object(call->sink.self, call->id, e.ev, &obj);
		version_unref(e.v);
	} else {
		struct meta meta = {.rv = arena_printf(&a, "%" PRIu64, e.rv)};
		struct api_object obj = {.kind = call->req.kind, .meta = &meta};
		call->sink.on_object(call->sink.self, call->id, WATCH_BOOKMARK, &obj);
	}
	arena_done(&a);
}

static void take(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call || call->dead)
		return;
	if (call->nevents)
		give_event(call);
	else if (call->answered)
		give_answer(cs, call);
}

/* Something for the call has come to its process. */
void call_on_wire_end(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call || call->dead)
		return;
	const struct conn *c = call->conn;
	if (c->host)
		host_post(c->host, c->incarnation, take, cs, id);
	else
		take(cs, id);
}

/* ---- time on the wire ---- */

int64_t conn_travel(struct conns *cs)
{
	int64_t ms = draw(&cs->rng, 1, 4);
	if (!draw_percent(&cs->rng, cs->weather.slow))
		return ms;
	cs->rough = true;
	return ms + draw(&cs->rng, 500, 8000);
}

/* What is sent into a black hole is sent again by TCP when it closes, or given up. */
int64_t conn_late(const struct conn *c, int64_t at)
{
	if (at >= c->blackhole_until_ms)
		return at;
	c->owner->rough = true;
	return c->blackhole_until_ms;
}

/* An answer (or a watch's end) travels behind the events already on their way. */
void call_send_back(struct call *call)
{
	struct conns *cs = call->conn->owner;
	int64_t at = cs->clock->now_ms + conn_travel(cs) + call->seat_ms;
	if (at < call->last_ms)
		at = call->last_ms;
	call->last_ms = conn_late(call->conn, at);
	at = call->last_ms;
	clock_at(cs->clock, at, call_on_wire_end, cs, call->id);
}

void call_end_with(struct call *call, enum rc rc, int http, const char *message)
{
	answer_done(&call->answer);
	call->answer.rc = rc;
	call->answer.http = http;
	call->answer.reason = rc == RC_GONE ? "Expired" : "";
	for (size_t i = 0; message[i] && i + 1 < sizeof call->answer.message; i++)
		call->answer.message[i] = message[i];
	call->answered = true;
	call->watching = false;
	call_send_back(call);
}
