/* SPDX-License-Identifier: Apache-2.0 */
/* One agent over an api and a link_client: it follows the pods of its node, keeps its session,
 * and carries out the actions of its core. It owns no loop, socket or clock (see
 * coordinator/coordinator.h). It links pure rooms only. */
#pragma once

#include "agent/config.h"
#include "agent/stats.h"
#include "base/log.h"
#include "sync/api.h"
#include "sync/link_api.h"

struct agent;

struct agent *agent_new(const struct agent_config *cfg, const struct api *api,
			const struct link_client *link, const struct log *log);
struct agent *agent_free(struct agent *a);
struct link_client_sink agent_link_sink(struct agent *a);
void agent_start(struct agent *a, int64_t now_ms, int64_t wall_ms);
/* One turn, with its time. Call it after the completions and messages of this turn were
 * delivered. */
void agent_turn(struct agent *a, int64_t now_ms, int64_t wall_ms);
int64_t agent_deadline(
	const struct agent *a); /* when the next turn is needed at the latest; monotonic ms */
/* Sets the time for completions and messages that come before the next turn. */
void agent_now(struct agent *a, int64_t now_ms, int64_t wall_ms);
/* Connects now instead of after the backoff: call it when the cause of a failed connection may
 * be gone. */
void agent_retry(struct agent *a);
/* True if the pods are listed, the own Node is known and the coordinator is connected; otherwise
 * *ret_missing says what is missing, for /readyz. */
bool agent_ready(const struct agent *a, const char **ret_missing);

struct agent_orders_view; /* agent_session.h; for checks */
void agent_orders(const struct agent *a, struct agent_orders_view *ret);
void agent_stats(const struct agent *a, struct agent_stats *ret);
