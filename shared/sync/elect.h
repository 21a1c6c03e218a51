/* SPDX-License-Identifier: Apache-2.0 */
/* Leader election by a Lease, as client-go's leaderelection does it: acquire when free or expired
 * by our own clock since we last saw it change, renew every retry period, give up at the renew
 * deadline. The epoch is the Lease's resourceVersion at the winning write. */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct elect;

struct elect_config {
	const char *ns, *name, *identity, *address; /* copied; identity unique per start */
	int64_t lease_duration_ms, renew_deadline_ms, retry_period_ms;
	void *self;
	void (*on_gained)(void *self, uint64_t epoch);
	void (*on_lost)(void *self); /* also before a release gives the lease back */
	void (*on_leader)(void *self, const char *identity,
			  const char *address); /* who it is changed */
};

struct elect *elect_new(const struct elect_config *cfg, const struct api *api,
			const struct log *log, uint64_t seed);
struct elect *elect_free(struct elect *e);
void elect_start(struct elect *e, int64_t now_ms, int64_t wall_ms);
void elect_tick(struct elect *e, int64_t now_ms, int64_t wall_ms);
/* The time of completions that come before the next tick. A leader that comes too late by it (the
 * process stood still) loses the lease here, before anything of that turn is believed. */
void elect_now(struct elect *e, int64_t now_ms, int64_t wall_ms);
int64_t elect_deadline(const struct elect *e);
bool elect_leading(const struct elect *e);
const char *elect_leader_address(const struct elect *e); /* "" unknown */
/* Gives the lease back (holder emptied) so that a standby takes over at once, and stands for no
 * election any more. Done when elect_leading is false and elect_idle. */
void elect_release(struct elect *e, int64_t now_ms, int64_t wall_ms);
bool elect_idle(const struct elect *e); /* nothing in flight */
