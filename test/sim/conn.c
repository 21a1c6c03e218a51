/* SPDX-License-Identifier: Apache-2.0 */
/* A call lives from submit to on_done or cancel; a request that is on its way when its call ends is
 * carried out all the same. */
#include "conn.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/table.h"
#include "copy.h"

enum { DEADLINE_MS = 10000, BOOKMARK_MS = 60000, WATCH_MIN_MS = 300000, WATCH_MAX_MS = 600000 };

struct conn {
	struct conns *owner;
	struct conn_host host; /* self NULL: none */
	const char *who;
	bool closed;
	int64_t blackhole_until_ms;
	struct conn *next;
};

struct event {
	enum watch_event ev;
	struct version *v; /* NULL: a bookmark */
	uint64_t rv;
};

struct call {
	UT_hash_handle hh;
	uint64_t id;
	struct conn *conn;
	struct arena arena;
	struct api_request req;
	struct api_sink sink;
	bool dead; /* ended or canceled: the sink is not called any more */
	bool arrived, answered, watching;
	struct answer answer;
	struct event *events; /* on their way, oldest first */
	uint32_t nevents, cap_events;
	int64_t last_ms; /* a watch's events keep their order */
	uint64_t next_rv;
};

struct conns {
	struct server *server;
	struct clock *clock;
	struct rng rng;
	struct weather weather;
	struct conn *all;
	struct call *calls;
	uint64_t ids;
};

struct conns *conns_new(struct server *server, struct clock *clock, uint64_t seed)
{
	struct conns *cs = mem_zalloc(1, sizeof *cs);
	cs->server = server;
	cs->clock = clock;
	cs->rng.s = seed;
	return cs;
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

static struct call *call_find(const struct conns *cs, uint64_t id)
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

/* The call may be canceled by what it gives. */
static void give_answer(struct conns *cs, struct call *call)
{
	uint64_t id = call->id;
	if (call->req.kind == API_TOKENREVIEW && call->answer.rc == RC_OK) {
		struct meta none = {0};
		struct api_object obj = {
			.kind = API_TOKENREVIEW, .meta = &none, .token = &call->answer.token};
		call->sink.on_object(call->sink.self, id, WATCH_ADDED, &obj);
	}
	for (uint32_t i = 0; (call = call_find(cs, id)) && !call->dead && i < call->answer.n; i++) {
		struct api_object obj = version_object(call->answer.v[i]);
		call->sink.on_object(call->sink.self, id, WATCH_ADDED, &obj);
	}
	if (call && !call->dead)
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

static int64_t travel(struct conns *cs)
{
	int64_t ms = draw(&cs->rng, 1, 4);
	return draw_percent(&cs->rng, cs->weather.slow) ? ms + draw(&cs->rng, 500, 8000) : ms;
}

/* What is sent into a black hole is sent again by TCP when it closes. */
static int64_t late(const struct conn *c, int64_t at)
{
	return at < c->blackhole_until_ms ? c->blackhole_until_ms : at;
}

/* An answer (or a watch's end) travels behind the events already on their way. */
static void send_back(struct call *call)
{
	struct conns *cs = call->conn->owner;
	int64_t at = cs->clock->now_ms + travel(cs);
	if (at < call->last_ms)
		at = call->last_ms;
	call->last_ms = late(call->conn, at);
	at = call->last_ms;
	clock_at(cs->clock, at, on_wire_end, cs, call->id);
}

static void end_with(struct call *call, enum rc rc, int http, const char *message)
{
	answer_done(&call->answer);
	call->answer.rc = rc;
	call->answer.http = http;
	call->answer.reason = rc == RC_GONE ? "Expired" : "";
	for (size_t i = 0; message[i] && i + 1 < sizeof call->answer.message; i++)
		call->answer.message[i] = message[i];
	call->answered = true;
	call->watching = false;
	send_back(call);
}

/* ---- watches ---- */

static void send_event(struct call *call, enum watch_event ev, struct version *v, uint64_t rv)
{
	VEC_GROW(call->events, call->nevents, call->cap_events);
	if (v)
		version_ref(v);
	call->events[call->nevents++] = (struct event){ev, v, rv};
	call->next_rv = rv + 1;
	send_back(call);
}

/* An object that leaves the selection is deleted for the watch, one that enters is added. */
static void watch_change(struct call *call, const struct change *ch)
{
	bool was = ch->prev && selector_matches(&call->req, ch->prev);
	bool is = ch->ev != WATCH_DELETED && selector_matches(&call->req, ch->now);
	if (!was && !is)
		return;
	if (draw_percent(&call->conn->owner->rng, call->conn->owner->weather.watch_cut)) {
		end_with(call, RC_UNREACHABLE, 0, "connection reset by peer");
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
	send_event(call, WATCH_BOOKMARK, NULL, cs->server->store.rv);
	clock_at(cs->clock, cs->clock->now_ms + BOOKMARK_MS, on_bookmark, cs, id);
}

static void on_watch_timeout(void *self, uint64_t id)
{
	struct call *call = call_find(self, id);
	if (call && call->watching)
		end_with(call, RC_OK, 200, "");
}

static void begin_watch(struct call *call)
{
	struct conns *cs = call->conn->owner;
	const struct shelf *sh = &cs->server->store.shelf[call->req.kind];
	uint64_t rv = strtoull(str_or_empty(call->req.rv), NULL, 10);
	if (rv < sh->compacted_rv || draw_percent(&cs->rng, cs->weather.watch_gone)) {
		end_with(call, RC_GONE, 410, "too old resource version");
		return;
	}
	call->watching = true;
	call->next_rv = rv + 1;
	for (uint32_t i = 0; i < sh->nhistory && call->watching; i++) {
		if (sh->history[i].rv > rv)
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
			end_with(call, RC_UNREACHABLE, 0, "connection reset by peer");
	}
}

void conns_blackhole(struct conns *cs, const char *who, int64_t until_ms)
{
	for (struct conn *c = cs->all; c; c = c->next) {
		if (!c->closed && str_eq(c->who, who))
			c->blackhole_until_ms = until_ms;
	}
}

/* ---- requests ---- */

static bool is_write(enum api_verb verb)
{
	return verb != API_LIST && verb != API_WATCH && verb != API_GET;
}

/* What goes wrong at the server, instead of the request. */
static bool storm(struct conns *cs, struct call *call)
{
	const struct weather *w = &cs->weather;
	bool fenced = is_write(call->req.verb) && *str_or_empty(call->req.rv);
	if (draw_percent(&cs->rng, w->throttled)) {
		end_with(call, RC_THROTTLED, 429, "too many requests");
		call->answer.retry_after_ms = 1000;
	} else if (draw_percent(&cs->rng, w->failed)) {
		end_with(call, RC_SERVER, 500, "etcdserver: request timed out");
	} else if (fenced && draw_percent(&cs->rng, w->conflicts)) {
		end_with(call, RC_CONFLICT, 409, "the object has been modified");
	} else {
		return false;
	}
	return true;
}

/* A connection that breaks tells at once or never; then the deadline does. */
static void lose(struct call *call)
{
	if (draw_percent(&call->conn->owner->rng, 50))
		end_with(call, RC_UNREACHABLE, 0, "connection reset by peer");
}

static void carry_out(struct conns *cs, struct call *call)
{
	struct answer nobody = {0};
	bool heard = !call->dead && !call->answered;
	server_ask(cs->server, call->conn->who, &call->req, &call->arena,
		   heard ? &call->answer : &nobody);
	answer_done(&nobody);
	if (!heard)
		return;
	if (draw_percent(&cs->rng, cs->weather.answer_lost)) {
		lose(call);
		return;
	}
	call->answered = true;
	send_back(call);
}

static void on_arrival(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call)
		return;
	call->arrived = true;
	if (storm(cs, call))
		;
	else if (call->req.verb != API_WATCH)
		carry_out(cs, call);
	else if (!call->dead)
		begin_watch(call);
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
	on_wire_end(cs, id);
}

static void dispatch(struct conns *cs, struct call *call)
{
	int64_t deadline = call->req.deadline_ms ? call->req.deadline_ms : DEADLINE_MS;
	int64_t now = cs->clock->now_ms;
	clock_at(cs->clock, now + deadline, on_deadline, cs, call->id);
	if (draw_percent(&cs->rng, cs->weather.lost)) {
		call->arrived = true; /* never does: nothing waits for it */
		lose(call);
		return;
	}
	clock_at(cs->clock, late(call->conn, now + travel(cs)), on_arrival, cs, call->id);
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
