/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the connections: calls, what goes wrong with them, and watches. */
#pragma once

#include "base/rng.h"
#include "base/table.h"
#include "test/sim/world/answer.h"
#include "test/sim/world/conn.h"

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
	enum mishap mishap;
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
	struct conns_witness witness;
	struct weather weather;
	bool rough;
	struct {
		enum write which;
		enum mishap how;
		uint32_t left;
	} shot;
	struct conn *all;
	struct call *calls;
	uint64_t ids;
};

struct call *call_find(const struct conns *cs, uint64_t id);
void conn_count(const struct conns *cs, enum fact fact);
/* How long one way takes now. */
int64_t conn_travel(struct conns *cs);
/* What is sent into a black hole is sent again by TCP when it closes. */
int64_t conn_late(const struct conn *c, int64_t at_ms);
/* An answer (or a watch's end) travels behind the events already on their way. */
void call_send_back(struct call *call);
void call_end_with(struct call *call, enum rc rc, int http, const char *message);

/* mishap.c */
/* What is to befall a request, drawn when it leaves. */
enum mishap mishap_draw(struct conns *cs, const struct call *call);
/* The server's refusal in its stead; false: it is to be carried out. */
bool mishap_refuses(struct call *call);
/* A connection that breaks tells at once or never; then the deadline does. */
void call_lose(struct call *call);

/* conn_watch.c */
void watch_begin(struct call *call);
