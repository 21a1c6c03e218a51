/* SPDX-License-Identifier: Apache-2.0 */
/* A process of the simulated world: one coordinator or agent as compiled for production, with a
 * mailbox and turns as its real loop has them. It can crash (nothing of it remains), pause (its
 * mail waits) and start again as a new incarnation with a new identity. */
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
	uint32_t sleeps;     /* of all its incarnations */
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

void proc_init(struct proc *p, struct cluster *cluster, enum proc_kind kind, const char *name);
void proc_done(struct proc *p);
void proc_start(struct proc *p);
/* fin: its kernel lives and closes what it had open; else silence. */
void proc_crash(struct proc *p, bool fin);
void proc_pause(struct proc *p, int64_t ms);
/* So does its machine: it does not know afterwards that time has passed. */
void proc_sleep(struct proc *p, int64_t ms);
/* A coordinator hands over and ends (SIGTERM). */
void proc_stop(struct proc *p);
bool proc_leads(const struct proc *p);
const struct proc *proc_of(const struct host *h);
int64_t proc_wall(const struct proc *p);
