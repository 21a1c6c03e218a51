/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of server_sessions: what its files share. Not for others.
 *
 *     NEW ── Hello ──► REVIEW ── token good ──► (PAGING ──►) SESSION ── hang-up, newer one ──► gone
 *      ▲                 │ token bad, later        │            │ token expired, second Hello
 *      └─────────────────┴─────────────────────────┴────────────┘
 *
 * A pipe that is not a SESSION has a deadline, after which it is closed. */
#pragma once

#include "base/arena.h"
#include "base/heap.h"
#include "base/table.h"
#include "sync/server_sessions.h"

enum pipe_state { PIPE_NEW, PIPE_REVIEW, PIPE_PAGING, PIPE_SESSION };

/* A Hello as it is put together from its pages. */
struct draft {
	struct arena arena;
	struct msg_hello hello; /* in the arena, but the members */
	struct member *members;
	uint32_t nmembers, cap, next_page;
};

/* One TokenReview, waiting or in flight. */
struct review {
	UT_hash_handle hh;          /* by op, in flight */
	struct review *prev, *next; /* waiting */
	struct server_sessions *owner;
	uint64_t op, pipe;
	bool renewal; /* of a session's token; else of a Hello */
	char *token;
	int64_t queued_ms;
	/* the answer */
	bool answered, authenticated;
	char *username, *node_name, *error;
	int64_t expires_ms; /* wall */
};

/* A Watch that waits for its answer. */
struct parked {
	uint64_t ticket; /* 0: none */
	uint64_t revision;
	uint32_t page;
	int64_t until_ms;
	char **templates;
	uint32_t ntemplates;
};

/* The page sent last, so that the next one goes on where it ended. */
struct paging {
	uint64_t revision;
	uint32_t page, start, end;
};

struct pipe {
	UT_hash_handle hh;        /* by id */
	UT_hash_handle hh_node;   /* by node, of sessions */
	struct pipe *prev, *next; /* those whose Watch is to be looked at */
	struct heap_node timer;
	uint64_t id;
	char *peer;
	enum pipe_state state;
	int64_t deadline_ms, heard_ms;

	struct draft *draft;
	uint64_t ticket; /* of the Hello under review */
	struct review *review, *renewal;

	uint64_t session;
	char *node, *agent;
	char *replaced;     /* the agent process that this session took the node from, or NULL */
	int64_t expires_ms; /* monotonic; INT64_MAX unknown */
	bool reported;
	uint64_t seq;
	struct parked parked;
	struct paging paging;
	bool stirred; /* in the list of those to look at */
};

struct limit { /* one peer's last logged refusal */
	UT_hash_handle hh;
	char *peer;
	int64_t logged_ms;
	uint64_t hidden;
};

struct server_sessions {
	struct server_sessions_config cfg;
	char *agent_username, *leader_address;
	struct api api;
	struct link_server link;
	const struct log *log;
	int64_t now_ms, wall_ms;
	bool leading;
	uint64_t epoch, last_session;
	struct pipe *pipes, *nodes, *stirred;
	struct review *waiting, *flying;
	struct heap timers;
	struct limit *limits;
	struct server_sessions_stats stats;
};

/* server_sessions.c */
struct pipe *ss_pipe_find(const struct server_sessions *s, uint64_t id);
void ss_pipe_schedule(struct server_sessions *s, struct pipe *p);
/* Ends the session, if there is one; the pipe is NEW again with a fresh deadline. */
void ss_pipe_end_session(struct server_sessions *s, struct pipe *p, bool tell);
void ss_pipe_drop(struct server_sessions *s, struct pipe *p); /* closes and frees */

/* sessions_refuse.c */
void ss_sessions_reject(struct server_sessions *s, const char *peer, uint64_t ticket,
			enum reject reason, const char *message);
void ss_sessions_refused(struct server_sessions *s, const char *peer, const char *what,
			 const char *why); /* logs, limited */
void ss_limits_clear(struct server_sessions *s);

/* sessions_draft.c */
struct draft *ss_draft_new(const struct msg_hello *h); /* NULL: too many or too large members */
bool ss_draft_add(struct draft *d, const struct msg_hello *h); /* false: likewise */
struct draft *ss_draft_free(struct draft *d);                  /* NULL in, NULL out */

/* sessions_hello.c */
void ss_hello_request(struct server_sessions *s, struct pipe *p, uint64_t ticket,
		      const struct msg_hello *h);
void ss_hello_forget(struct server_sessions *s, struct pipe *p); /* reviews and draft */
void ss_hello_renew(struct server_sessions *s, struct pipe *p, const char *token);
void ss_reviews_start(struct server_sessions *s);
void ss_reviews_expire(struct server_sessions *s);
int64_t ss_reviews_deadline(const struct server_sessions *s);

/* sessions_watch.c */
void ss_watch_request(struct server_sessions *s, struct pipe *p, uint64_t ticket,
		      const struct msg_watch *w);
void ss_watch_stir(struct server_sessions *s, struct pipe *p);
void ss_watch_answer_stirred(struct server_sessions *s);
void ss_watch_release(struct server_sessions *s,
		      struct pipe *p); /* hold time is over: nothing new */
void ss_watch_forget(struct server_sessions *s, struct pipe *p); /* without an answer */
