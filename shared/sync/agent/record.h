/* SPDX-License-Identifier: Apache-2.0 */
/* The record of an agent's session, for the files of this folder only. Fields stand with the file
 * that works on them; stage.c sets them anew when a session begins. */
#pragma once

#include "base/backoff.h"
#include "sync/agent/orders.h"
#include "sync/agent/snapshot.h"
#include "sync/agent_session.h"

enum agent_stage {
	STAGE_OFF,
	STAGE_DIALING,
	STAGE_HELLO,
	STAGE_UP,
	STAGE_PAUSED,  /* hung up: dial later */
	STAGE_WAITING, /* connected: say Hello again later */
	STAGE_N
};

struct agent_session {
	struct agent_session_config cfg; /* session.c; its strings are the copies that follow */
	char *node, *boot_id, *version, *agent, *address;
	struct link_client link;
	const struct log *log;
	struct rng rng;
	struct backoff backoff;
	int64_t now_ms;

	/* stage.c */
	enum agent_stage stage;
	int64_t due_ms;       /* of every stage but UP: when it is over */
	bool leader_changing; /* sent on to another leader since the last session */
	bool redirected;      /* dialed is a leader's address, not the Service's */
	char *dialed;
	char *why;         /* why there is no session, as last said; "" when one is up */
	int64_t logged_ms; /* when that was logged last */

	uint64_t session, epoch;       /* of the last Welcome; epoch is the newest seen */
	int64_t heartbeat_ms, hold_ms; /* likewise */
	uint64_t sessions;

	/* hello.c; the token also by report.c */
	struct agent_snapshot snapshot;
	char *token;      /* as last sent */
	int64_t hello_ms; /* when the last page went out */

	/* report.c */
	bool poked; /* something is to be reported */
	bool report_out;
	uint64_t seq;
	int64_t report_ms; /* when the last Report went out */
	uint64_t reports;

	/* watch.c */
	bool watch_out;
	int64_t watch_ms; /* when the last Watch went out */
	struct agent_orders orders;
	bool ordered; /* this session has brought its orders */
	uint64_t orders_refused;

	int64_t heard_ms; /* see agent_session_heard; report.c and watch.c */
};
