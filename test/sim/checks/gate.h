/* SPDX-License-Identifier: Apache-2.0 */
/* How long a new leader waits for agents: decide-early, decide-late. */
#pragma once

#include "test/sim/checks/mind.h"

void check_gate_synced(struct checks *c, struct mind *m); /* the leader has read everything */
void check_gate_open(struct checks *c, struct mind *m);   /* it takes all agents for heard */
