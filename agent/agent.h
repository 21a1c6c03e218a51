/* SPDX-License-Identifier: Apache-2.0 */
/* One agent: its node's pods followed, its session kept, its core's actions carried out, over an
 * api and a link_client. It owns no loop, socket or clock (see coordinator/coordinator.h). Links
 * pure rooms only. */
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
/* A turn: call after completions and messages of this turn were handed in, with the turn's time. */
void agent_turn(struct agent *a, int64_t now_ms, int64_t wall_ms);
int64_t agent_deadline(const struct agent *a); /* when to call it next at the latest */
/* Time for completions and messages that come before the next turn. */
void agent_now(struct agent *a, int64_t now_ms, int64_t wall_ms);
/* What kept it from connecting may be gone: the next try is now, not after the backoff. */
void agent_retry(struct agent *a);
/* Pods listed, own Node seen, connected; *ret_missing is what is not there, for /readyz. */
bool agent_ready(const struct agent *a, const char **ret_missing);

void agent_stats(const struct agent *a, struct agent_stats *ret);
