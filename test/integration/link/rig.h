/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator's end (listener and server_sessions, TokenReview answered by a fake) and agents
 * (dialers and agent_sessions) on one loop, with real TLS on 127.0.0.1. nng is never shut down, so
 * a test makes one rig, and leaves by rig_leave. */
#pragma once

#include "link/link.h"
#include "sync/agent_session.h"
#include "sync/server_sessions.h"
#include "tls/tls.h"

#define SERVER_NAME "muster-coordinator.muster-system.svc"

struct rig;

struct agent {
	struct rig *rig;
	char node[32], token[64];
	struct link_dialer *dialer;
	struct agent_session *session;
	bool connected;
	uint32_t hangups; /* seen by itself, once it was connected */
	char why[256];    /* the last reason for not being connected */
	/* orders */
	uint64_t orders_seen; /* the attempt number in the newest set */
	uint32_t norders;
	uint32_t report_members; /* how many members its next Report carries */
};

struct node_view { /* the coordinator's knowledge of one node */
	char node[32];
	uint64_t session;
	uint32_t hellos, hangups, reports, members;
	struct order order;
	uint64_t revision;
};

struct review_asked {
	uint64_t op;
	char *token; /* owned */
	struct api_sink sink;
};

struct rig {
	int wake_fd;
	struct log log;
	uint32_t warnings; /* log lines of warn and above */
	char last_warning[512];
	struct tls_pair ca, cert;
	struct link_listener *listener;
	struct server_sessions *sessions;
	struct agent *agents[256];
	uint32_t nagents;
	struct node_view views[256];
	uint32_t nviews;
	struct review_asked reviews[1024]; /* the oldest first */
	uint32_t nreviews;
	uint64_t last_op;
	int64_t turn_ms_max; /* the longest turn so far */
};

struct rig *rig_new(void);
/* Ends the process: 0 turns into success. */
_Noreturn void rig_leave(int status);
int64_t rig_now(void);
/* One turn; waits at most until deadline_ms. */
void rig_turn(struct rig *r, int64_t deadline_ms);
void rig_run(struct rig *r, int64_t ms);
/* Turns until done says so or ms are over; whether it did. */
bool rig_until(struct rig *r, int64_t ms, bool (*done)(struct rig *r, void *arg), void *arg);
struct node_view *rig_view(struct rig *r, const char *node);
/* A new set of orders (one order with this attempt number) for every node. */
void rig_order(struct rig *r, uint32_t attempt);

/* bundle, server_name, token: NULL for what is right. */
struct agent *agent_add(struct rig *r, const char *node, const char *bundle,
			const char *server_name, const char *token);
void agent_turn(struct agent *a, int64_t now_ms);
int64_t agent_due(const struct agent *a);
bool all_connected(struct rig *r, void *arg);
/* arg: the attempt, as uint32_t. */
bool all_ordered(struct rig *r, void *arg);
