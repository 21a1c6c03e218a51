/* SPDX-License-Identifier: Apache-2.0 */
/* A call lives from submit to on_done or cancel; a request that is on its way when its call ends is
 * carried out all the same. */
#include "test/sim/world/conns.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/world/ask.h"
#include "test/sim/world/call.h"
#include "test/sim/world/conn_watch.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/mishap.h"

/* UNACKED_MS: TCP_USER_TIMEOUT, as shared/net has it. */
enum { DEADLINE_MS = 10000, UNACKED_MS = 10000, SEAT_RETRY_AFTER_MS = 1000 };

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

void conns_roughen(struct conns *cs)
{
	cs->rough = true;
}

/* What is not late itself travels behind what is. */
int64_t conns_lag(const struct conns *cs)
{
	enum { BEHIND_MS = 1000 };
	bool late = cs->clock->now_ms < cs->lagged_ms + cs->lag_ms + BEHIND_MS;
	return cs->weather.watch_lag_ms ? cs->weather.watch_lag_ms : late ? cs->lag_ms : 0;
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

void conns_creates(const struct conns *cs, const struct host *host, void *self,
		   void (*each)(void *self, const struct pod_create *p))
{
	for (const struct call *call = cs->calls; call; call = call->hh.next) {
		const struct api_request *req = &call->req;
		if (!call->dead && !call->arrived && call->conn->host == host &&
		    req->verb == API_CREATE && req->kind == API_POD && !req->dry_run)
			each(self, req->pod_create);
	}
}

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
		mishap_lose(call);
		return;
	}
	call->answered = true;
	call_send_back(call);
}

static void serve(struct conns *cs, struct call *call)
{
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

static void on_seat(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	seats_sits(&cs->server->seats);
	if (call)
		serve(cs, call);
}

static bool needs_seat(const struct conns *cs, const struct call *call)
{
	return cs->server->seats.n && call->req.verb != API_WATCH && call->req.kind != API_LEASE;
}

/* What a seat takes comes to its answer: at_ms is when the request has one. */
static void serve_seated(struct conns *cs, struct call *call, int64_t at_ms)
{
	call->seat_ms = cs->server->seats.takes_ms;
	if (at_ms > cs->clock->now_ms)
		clock_at(cs->clock, at_ms, on_seat, cs, call->id);
	else
		serve(cs, call);
}

static void on_arrival(void *self, uint64_t id)
{
	struct conns *cs = self;
	struct call *call = call_find(cs, id);
	if (!call)
		return;
	if (!needs_seat(cs, call)) {
		serve(cs, call);
		return;
	}
	int64_t at_ms = seats_take(&cs->server->seats, cs->clock->now_ms);
	if (at_ms >= 0) {
		serve_seated(cs, call, at_ms);
		return;
	}
	call->arrived = true;
	call_end_with(call, RC_THROTTLED, 429, "too many requests, please try again later");
	call->answer.retry_after_ms = SEAT_RETRY_AFTER_MS;
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
	call_on_wire_end(cs, id);
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
		mishap_lose(call);
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
	if (!c->host || host_acts(c->host))
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

struct conn *conn_open(struct conns *cs, struct host *host, const char *who)
{
	struct conn *c = mem_zalloc(1, sizeof *c);
	c->owner = cs;
	c->host = host;
	c->incarnation = host ? host->incarnation : 0;
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
