/* SPDX-License-Identifier: Apache-2.0 */
/* The agents that a new leader may wait for. */
#pragma once

#include "test/sim/checks/record.h"

void check_agent_came(struct checks *c, const char *node); /* a leader has heard it */
bool check_agent_ever_came(const struct checks *c, const char *node);
void check_agent_forgotten(struct checks *c, const char *node); /* nobody can wait for it */
void check_agents_free(struct checks *c);
