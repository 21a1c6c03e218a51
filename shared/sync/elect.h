/* SPDX-License-Identifier: Apache-2.0 */
/* Leader election by a Lease, as client-go's leaderelection does it: take the Lease when it is free
 * or expired (by our own clock since we last saw it change) or a start before this one has left it,
 * renew it every retry period, give up
 * at the renew deadline. The epoch is the Lease's resourceVersion at the winning write. Owner: the
 * caller; one thread; one operation at a time. Errors are retried; the first of a series is logged.
 */
#pragma once

#include "base/log.h"
#include "base/rng.h"
#include "sync/api.h"

struct elect;

struct elect_config {
	const char *ns, *name;     /* of the Lease; copied, as all strings here */
	const char *identity;      /* unique per start of a process */
	const char *predecessors;  /* what the identities of earlier starts of this container begin
				    * with; all of them have ended, so their Lease is free. "": it
				    * is not known whether they have */
	const char *address;       /* host:port that agents dial */
	int64_t lease_duration_ms; /* above renew_deadline_ms, which is above retry_period_ms */
	int64_t renew_deadline_ms, retry_period_ms;
	void *self; /* the owner, first parameter of what follows */
	void (*on_gained)(void *self, uint64_t epoch);
	void (*on_lost)(void *self); /* also before a release gives the Lease back */
	/* Another holder or another address of it; "" is the identity when nobody leads. */
	void (*on_leader)(void *self, const char *identity, const char *address);
};

/* log may be NULL. seed: of the jitter. */
struct elect *elect_new(const struct elect_config *cfg, const struct api *api,
			const struct log *log, uint64_t seed);
struct elect *elect_free(struct elect *e); /* NULL in, NULL out; gives nothing back */
void elect_start(struct elect *e, int64_t now_ms, int64_t wall_ms); /* once */
void elect_tick(struct elect *e, int64_t now_ms, int64_t wall_ms);
/* Sets the time of completions that come before the next tick. A leader whose renew deadline has
 * passed by then, by either clock (the process or its machine stood still, or the wall clock was
 * set forward), loses the leadership here, before anything of that turn is believed. */
void elect_now(struct elect *e, int64_t now_ms, int64_t wall_ms);
/* When to tick at the latest: monotonic ms; INT64_MAX: no time is awaited. */
int64_t elect_deadline(const struct elect *e);
bool elect_leading(const struct elect *e);
const char *elect_leader_address(const struct elect *e); /* "": not known */
/* The Lease as it was last seen: its UID, and how many holders it has had after the first one. A
 * leader that takes its own Lease again is no other holder. */
const char *elect_lease_uid(const struct elect *e);
int64_t elect_transitions(const struct elect *e);
/* Gives the Lease back (its holder emptied), so that a standby takes over at once, and stands for
 * no election any more. Done when elect_leading is false and elect_idle. */
void elect_release(struct elect *e, int64_t now_ms, int64_t wall_ms);
bool elect_idle(const struct elect *e); /* nothing in flight, nothing to give back */
