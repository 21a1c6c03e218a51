/* SPDX-License-Identifier: Apache-2.0 */
/* A call lives from submit to on_done or cancel; a request that is on its way when its call ends is
 * carried out all the same. */
#include "test/sim/world/conn_impl.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/world/ask.h"
#include "test/sim/world/copy.h"

/* UNACKED_MS: TCP_USER_TIMEOUT, as shared/net has it. */
enum { DEADLINE_MS = 10000, UNACKED_MS = 10000 };

struct conns *conns_new(struct server *server, struct clock *clock, uint64_t seed)
{
	struct conns *cs = mem_zalloc(1, sizeof *cs);
	cs->server = server;
	cs->clock = clock;
	cs->rng.s = seed;
	return cs;
}

void conns_watch(struct conns *cs, const struct conns_witness *w)
{
	cs->witness = *w;
}

static void call_free(struct conns *cs, struct call *call)
{
	HASH_DEL(cs->calls, call);
	for (uint32_t i = 0; i < call->nevents; i++)
		version_unref(call->events[i].v);
	free(call->events);
	answer_done(&call->answer);
	arena_done(&call->arena);
	free(call);
}

struct conns *conns_free(struct conns *cs)
{
	struct call *call, *tmp;
	if (!cs)
		return NULL;
	HASH_ITER (hh, cs->calls, call, tmp)
		call_free(cs, call);
	while (cs->all) {
		struct conn *next = cs->all->next;
		free(cs->all);
		cs->all = next;
	}
	free(cs);
	return NULL;
}

void conn_count(const struct conns *cs, enum fact fact)
{
	server_count(cs->server, fact);
}

void conns_roughen(struct conns *cs)
{
	cs->rough = true;
}

bool conns_rough(const struct conns *cs)
{
	return cs->rough;
}

struct weather *conns_weather(struct conns *cs)
{
	return &cs->weather;
}

uint32_t conns_calls(const struct conns *cs)
{
	uint32_t n = 0;
	for (const struct call *call = cs->calls; call; call = call->hh.next)
		n += !call->dead;
	return n;
}

struct call *call_find(const struct conns *cs, uint64_t id)
{
	struct call *call;
	HASH_FIND(hh, cs->calls, &id, sizeof id, call);
	return call;
}

/* The sink is done with it. It stays while its request is still on its way. */
static void call_end(struct conns *cs, struct call *call)
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
		w->list(w->self, call->conn->host.self, call->req.kind, ends);
}

static void witness_object(const struct call *call, enum watch_event ev, struct version *v)
{
	const struct conns_witness *w = &call->conn->owner->witness;
	if (w->saw && (call->req.verb == API_LIST || call->req.verb == API_WATCH))
		w->saw(w->self, call->conn->host.self, ev, v);
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
static void on_wire_end(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call || call->dead)
		return;
	const struct conn_host *h = &call->conn->host;
	if (h->self)
		h->post(h->self, h->incarnation, take, cs, id);
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
	int64_t at = cs->clock->now_ms + conn_travel(cs);
	if (at < call->last_ms)
		at = call->last_ms;
	call->last_ms = conn_late(call->conn, at);
	at = call->last_ms;
	clock_at(cs->clock, at, on_wire_end, cs, call->id);
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

/* ---- requests ---- */

static void carry_out(struct conns *cs, struct call *call)
{
	struct answer nobody = {0};
	bool heard = !call->dead && !call->answered;
	cs->server->late = call->mishap == MISHAP_LATE;
	server_ask(cs->server, call->conn->who, &call->req, &call->arena,
		   heard ? &call->answer : &nobody);
	answer_done(&nobody);
	if (!heard)
		return;
	if (call->mishap == MISHAP_ANSWER_LOST) {
		call_lose(call);
		return;
	}
	call->answered = true;
	call_send_back(call);
}

static void on_arrival(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call)
		return;
	call->arrived = true;
	if (mishap_refuses(call))
		;
	else if (call->req.verb != API_WATCH)
		carry_out(cs, call);
	else if (!call->dead)
		watch_begin(call);
	if (call->dead)
		call_free(cs, call);
}

static void on_deadline(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call || call->dead || call->watching)
		return;
	answer_done(&call->answer);
	call->answered = true;
	call->answer.rc = RC_TIMEOUT;
	conn_count(cs, FACT_TIMEOUT);
	on_wire_end(cs, id);
}

static void dispatch(struct conns *cs, struct call *call)
{
	int64_t deadline = call->req.deadline_ms ? call->req.deadline_ms : DEADLINE_MS;
	int64_t now = cs->clock->now_ms;
	clock_at(cs->clock, now + deadline, on_deadline, cs, call->id);
	call->mishap = mishap_draw(cs, call);
	cs->rough |= call->mishap != MISHAP_NONE;
	if (call->mishap == MISHAP_LOST) {
		call->arrived = true; /* never does: nothing waits for it */
		call_lose(call);
		return;
	}
	int64_t late = call->mishap == MISHAP_LATE ? deadline + draw(&cs->rng, 500, 5000) : 0;
	int64_t at = conn_late(call->conn, now + late + conn_travel(cs));
	if (call->conn->blackhole_until_ms > now + UNACKED_MS)
		call->arrived = true; /* the kernel gives it up */
	else
		clock_at(cs->clock, at, on_arrival, cs, call->id);
}

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct conn *c = self;
	struct conns *cs = c->owner;
	struct call *call = mem_zalloc(1, sizeof *call);
	call->id = ++cs->ids;
	call->conn = c;
	call->arena = ARENA_INIT(SIM_ARENA_MAX);
	call->req = copy_request(&call->arena, req);
	call->sink = *sink;
	HASH_ADD(hh, cs->calls, id, sizeof call->id, call);
	if (!c->host.self || c->host.acts(c->host.self))
		dispatch(cs, call);
	else
		call->arrived = true;
	return call->id;
}

static void cancel(void *self, uint64_t id)
{
	struct conn *c = self;
	struct call *call = call_find(c->owner, id);
	must(call && !call->dead && call->conn == c);
	call_end(c->owner, call);
}

struct conn *conn_open(struct conns *cs, const struct conn_host *host, const char *who)
{
	struct conn *c = mem_zalloc(1, sizeof *c);
	c->owner = cs;
	c->host = host ? *host : (struct conn_host){0};
	c->who = who;
	c->next = cs->all;
	cs->all = c;
	return c;
}

void conn_close(struct conn *c)
{
	struct call *call, *tmp;
	c->closed = true;
	HASH_ITER (hh, c->owner->calls, call, tmp) {
		if (call->conn == c && !call->dead)
			call_end(c->owner, call);
	}
}

struct api conn_api(struct conn *c)
{
	return (struct api){.self = c, .submit = submit, .cancel = cancel};
}
