/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a process; proc.h has what it does. */
#pragma once

#include "agent/agent.h"
#include "coordinator/coordinator.h"
#include "test/sim/world/host.h"

struct cluster;
struct conn;
struct port;

enum proc_kind { PROC_COORDINATOR, PROC_AGENT };

struct proc {
	struct cluster *cluster;
	enum proc_kind kind;
	struct host host;
	char address[64]; /* COORDINATOR: HOST:PORT */
	bool in_turn;
	bool stopping; /* COORDINATOR: it gives its lease back and ends */
	int64_t wall_offset_ms, slept_ms;
	uint32_t idle_turns; /* in a row, within one virtual second, without mail */
	int64_t idle_since_ms;
	struct coordinator *c;
	struct agent *a;
	struct conn *conn, *lease_conn;
	struct port *port;
	struct log log;
	struct buf token;
	int64_t token_until_ms; /* AGENT: wall time at which its token expires; 0: never */
};
