/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the agent's shell: what the API server and the coordinator send becomes events for
 * the core. */
#pragma once

#include "agent/shell.h"

struct reflector *agent_observe_pods(struct agent *a);
struct reflector *agent_observe_own_node(struct agent *a);
struct agent_session *agent_observe_session(struct agent *a, const struct link_client *link);
