/* SPDX-License-Identifier: Apache-2.0 */
/* One coordinator: election, reflectors, sessions, core and write queue put together over an api
 * and a link_server. It owns no loop, socket or clock: the program's main gives it time and the
 * real server and link, the simulator gives it virtual time and its models. Links pure rooms only.
 */
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
/* A turn: call after completions and messages of this turn were handed in, with the turn's time. */
void coordinator_turn(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
int64_t coordinator_deadline(const struct coordinator *c);
/* Time for completions and messages that come before the next turn. */
void coordinator_now(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
/* Gives leadership back; coordinator_idle tells when it is done. */
void coordinator_stop(struct coordinator *c, int64_t now_ms, int64_t wall_ms);
bool coordinator_idle(const struct coordinator *c);
bool coordinator_leading(const struct coordinator *c);
/* Ready: leads and is synced, or stands by and knows that the API server answers. missing is what
 * is not there yet, for /readyz. */
bool coordinator_ready(const struct coordinator *c, const char **ret_missing);

void coordinator_stats(const struct coordinator *c, struct coordinator_stats *ret);
