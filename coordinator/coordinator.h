/* SPDX-License-Identifier: Apache-2.0 */
/* One coordinator over an api and a link_server: election, reflectors, sessions, core and write
 * queue. It owns no loop, socket or clock: the program gives it real ones, the simulator gives
 * it virtual time and its models. It links pure rooms only. */
#pragma once

#include "coordinator/config.h"
#include "coordinator/stats.h"
#include "sync/api.h"
#include "sync/link_api.h"

struct coordinator;

struct coordinator *coordinator_new(const struct coordinator_config *cfg, const struct api *api,
				    const struct api *lease_api, const struct link_server *link,
				    const struct log *log);
struct coordinator *coordinator_free(struct coordinator *c);
struct link_server_sink coordinator_link_sink(struct coordinator *c);
void coordinator_start(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
/* One turn, with its time. Call it after the completions and messages of this turn were
 * delivered. */
void coordinator_turn(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
int64_t coordinator_deadline(const struct coordinator *c);
/* Sets the time for completions and messages that come before the next turn. */
void coordinator_now(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
/* Releases the Lease; coordinator_idle is true when that is done. */
void coordinator_stop(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
bool coordinator_idle(const struct coordinator *c);
bool coordinator_leading(const struct coordinator *c);
/* True if it leads and is synced, or stands by and knows who leads; otherwise *ret_missing says
 * what is missing, for /readyz. */
bool coordinator_ready(const struct coordinator *c, const char **ret_missing);

void coordinator_stats(const struct coordinator *c, struct coordinator_stats *ret);
/* The orders of a node as they are now, if this coordinator leads; see core_orders(). For checks.
 */
void coordinator_orders(const struct coordinator *c, const char *node, const struct order **ret,
			uint32_t *ret_n, uint64_t *ret_revision);
