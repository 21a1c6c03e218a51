/* SPDX-License-Identifier: Apache-2.0 */
/* How long a new leader waits for agents: decide-early, decide-late;
 * agentless-early. */
#pragma once

#include "test/sim/checks/mind.h"

void check_gate_synced(struct checks *c, struct mind *m); /* the leader has read everything */
void check_gate_open(struct checks *c, struct mind *m);   /* it takes all agents for heard */
/* A leader writes the status of a ComputeNode. */
void check_agentless_said(struct checks *c, const char *who, const struct api_request *req);
