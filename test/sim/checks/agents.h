/* SPDX-License-Identifier: Apache-2.0 */
/* Whose agent a new leader waits for: decide-early, decide-late. */
#pragma once

#include "test/sim/checks/mind.h"

void check_agent_came(struct checks *c, const char *node); /* a leader has heard it */
/* A leader was shown that the Node is gone. */
void check_node_gone(struct checks *c, const struct mind *m, const char *node);
void check_gate_synced(struct checks *c, struct mind *m); /* the leader has read everything */
void check_gate_open(struct checks *c, struct mind *m);   /* it takes all agents for heard */
void check_agents_free(struct checks *c);
