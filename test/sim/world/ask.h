/* SPDX-License-Identifier: Apache-2.0 */
/* A request of the model API server, answered at once; time between asking and answering, and
 * everything that goes wrong there, is the connection's (conn.h). */
#pragma once

#include "test/sim/world/answer.h"
#include "test/sim/world/server.h"

/* All verbs but WATCH. who: the process that asks ("agent/…" is held to the agents' admission).
 * arena: for causes in the answer, which borrows them. */
void server_ask(struct server *s, const char *who, const struct api_request *req,
		struct arena *arena, struct answer *ret);
