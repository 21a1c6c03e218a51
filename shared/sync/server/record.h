/* SPDX-License-Identifier: Apache-2.0 */
/* The records of pipes and of all sessions, for the files of this folder only. A pipe is one
 * agent's connection; its state says how far the agent has come (pipe.h). */
#pragma once

#include "base/heap.h"
#include "base/table.h"
#include "pace/pace.h"
#include "sync/server/told.h"
#include "sync/server_sessions.h"

enum pipe_state {
	PIPE_NEW,     /* no Hello yet, or the one before was refused or its session ended */
	PIPE_REVIEW,  /* the API server reviews the Hello's token */
	PIPE_PAGING,  /* the token is good, pages of the Hello are missing */
	PIPE_SESSION, /* the node is this agent's */
	PIPE_STATE_N
};

/* A Watch that waits for its answer. */
struct server_parked {
	uint64_t ticket; /* 0: none waits */
	uint64_t revision;
	uint32_t page;
	int64_t until_ms;
	char **templates; /* hashes that the agent has */
	uint32_t ntemplates;
};

/* The page of orders that was sent last, so that the next one goes on where it ended. */
struct server_paging {
	uint64_t revision;
	uint32_t page, start, end;
	uint32_t first; /* the number of the set's first order; 0: orders have no numbers */
};

struct server_pipe {
	UT_hash_handle hh;               /* by id */
	UT_hash_handle hh_node;          /* by node; of sessions */
	struct server_pipe *prev, *next; /* those whose Watch is to be looked at */
	struct heap_node timer;
	uint64_t id;
	char *peer; /* address, for logs */
	enum pipe_state state;
	int64_t deadline_ms; /* of every state but SESSION: then the pipe is closed */
	uint32_t nhellos;    /* since the connection opened or its last session ended */
	int64_t hello_by_ms; /* a token must be good by then, however many Hellos come */

	/* REVIEW, PAGING */
	struct server_draft *draft;
	uint64_t ticket; /* REVIEW: of the Hello */
	struct server_review *review;

	/* SESSION; from the good token on: node, agent, session */
	uint64_t session;
	char *node;
	char *agent;        /* identity of the agent's process */
	char *replaced;     /* NULL, or the process from which this session took the node over */
	int64_t expires_ms; /* of the token, monotonic; INT64_MAX: not known */
	int64_t heard_ms;
	struct server_review *renewal; /* NULL, or of a newer token */
	bool reported;                 /* seq is that of the last Report with news */
	uint64_t seq;
	struct server_parked parked;
	struct server_paging paging;
	bool deltas; /* the agent takes what has changed; else always whole sets */
	struct server_told told;
	bool stirred; /* in the list of those to look at */
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

	struct server_pipe *pipes;             /* by id */
	struct server_pipe *nodes;             /* by node; of sessions */
	struct server_pipe *stirred;           /* whose parked Watch is to be looked at */
	struct heap timers;                    /* of pipes */
	struct server_review *waiting;         /* for a TokenReview, oldest first */
	struct server_review *in_flight;       /* TokenReviews by print */
	struct pace pace;                      /* the window of TokenReviews */
	struct server_limit *limits;           /* by peer */
	struct server_hello_rate *hello_rates; /* hello_rate.h */
	struct server_denied *denied;          /* token.h */
	struct server_sessions_stats stats;
};
