/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the connections: calls, from submit to the last word of the sink. */
#pragma once

#include "base/rng.h"
#include "base/table.h"
#include "test/sim/world/answer.h"
#include "test/sim/world/conns.h"

struct conn {
	struct conns *owner;
	struct host *host; /* NULL: none */
	uint32_t incarnation;
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
	enum mishap mishap;
	struct answer answer;
	struct event *events; /* on their way, oldest first */
	uint32_t nevents, cap_events;
	int64_t last_ms; /* a watch's events keep their order */
	uint64_t next_rv;
	int64_t seat_ms; /* its answer takes so much longer: the time that it takes a seat */
};

struct conns {
	struct server *server;
	struct clock *clock;
	struct rng rng;
	struct conns_witness witness;
	struct weather weather;
	bool rough;
	int64_t lag_ms, lagged_ms; /* of the last event that was late, and when it was sent */
	struct {
		enum write which;
		enum mishap how;
		uint32_t left;
	} shot;
	struct conn *all;
	struct call *calls;
	uint64_t ids;
};

struct call *call_find(const struct conns *cs, uint64_t id); /* NULL: none */
void call_free(struct conns *cs, struct call *call);
/* The sink is done with it. The call stays while its request is still on its way. */
void call_end(struct conns *cs, struct call *call);
/* An answer (or a watch's end) travels behind the events already on their way. */
void call_send_back(struct call *call);
void call_end_with(struct call *call, enum rc rc, int http, const char *message);
/* self: conns. Something for the call of that id has come to its process. */
void call_on_wire_end(void *self, uint64_t id);
void conn_count(const struct conns *cs, enum fact fact);
/* How long one way takes now. */
int64_t conn_travel(struct conns *cs);
/* What is sent into a black hole is sent again by TCP when it closes, or given up. */
int64_t conn_late(const struct conn *c, int64_t at_ms);
