/* SPDX-License-Identifier: Apache-2.0 */
/* A process of the simulated world: one coordinator or agent as compiled for production, with a
 * mailbox and turns as its real loop has them. It can crash (nothing of it remains), pause (its
 * mail waits) and start again as a new incarnation with a new identity. */
#pragma once

#include "test/sim/cluster/proc_record.h"

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
