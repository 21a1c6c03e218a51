/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of agent_session: what its two files share. Not for others. */
#pragma once

#include "base/arena.h"
#include "base/backoff.h"
#include "sync/agent_session.h"

enum agent_stage { OFF, PAUSE, DIALING, HELLO, UP };

/* Everything the agent knew when it began its Hello, told page by page. */
struct hello {
	struct arena arena;
	struct capacity capacity;
	struct member *members;
	uint32_t n, page, start, end; /* the page out now is members start…end-1 */
};

/* A set of orders as it is put together from its pages. */
struct orders {
	struct arena arena;
	struct order *v;
	uint32_t n, cap;
	uint64_t revision; /* of the last complete set; 0: none */
	bool collecting;
	uint64_t next_revision;
	uint32_t next_page;
};

struct agent_session {
	struct agent_session_config cfg;
	char *node, *boot_id, *version, *agent, *address;
	struct link_client link;
	const struct log *log;
	struct rng rng;
	struct backoff backoff;
	int64_t now_ms;

	enum agent_stage stage;
	int64_t due_ms; /* of every stage but UP */
	bool connected, redirected, hello_again, leader_changing;
	char *dialed, *why;
	int64_t told_ms; /* when the log last said why there is no session */
	char *token;     /* as last sent */
	struct hello hello;

	uint64_t session, seq;
	uint64_t epoch; /* the newest ever seen */
	int64_t heartbeat_ms, hold_ms;
	bool report_out, poked;
	int64_t sent_ms;  /* the last Report */
	int64_t hello_ms; /* the last page of a Hello */
	int64_t heard_ms; /* when the last of them was sent that was answered well, … */
	bool ordered;     /* … once the session has brought its orders */
	bool watch_out;
	int64_t watch_sent_ms;
	struct orders orders;
	uint64_t sessions, reports, orders_refused;
};

/* agent_session.c */
void as_session_drop(struct agent_session *s, const char *why);

void as_forget_requests(struct agent_session *s);

/* agent_hello.c */
void as_say_hello(struct agent_session *s);                     /* from its first page */
void as_hello_page(struct agent_session *s, const char *token); /* the page that begins at start */

/* agent_watch.c */
void as_watch_send(struct agent_session *s);
void as_watch_answered(struct agent_session *s, const struct msg_orders *o);
void as_orders_init(struct orders *o);
void as_orders_forget(struct orders *o); /* what is half collected */
void as_orders_done(struct orders *o);
