/* SPDX-License-Identifier: Apache-2.0 */
/* The world in which programs run: virtual time, one model API server, the connections to it, the
 * network between agents and coordinators, and a log. One thread, one seed. The first broken
 * invariant ends a run: the clock is not stepped any more. */
#pragma once

#include "base/log.h"
#include "test/sim/world/conns.h"
#include "test/sim/world/net.h"

enum { FAILURE_BYTES = 512 };

struct world {
	enum log_level log_level;
	bool trace, keep_log; /* log lines go to stdout as they come; into log */
	struct clock clock;
	struct rng rng;
	struct server server;
	struct conns *conns;
	struct net *net;
	struct arena scratch; /* lives as long as the world */
	struct buf log;       /* one line each, with virtual time */
	bool older_version;   /* jobs are read as versions up to 0.1 read them (user_upgrade) */
	bool failed;
	char invariant[48], failure[FAILURE_BYTES];
};

/* Time is 0, the API server is empty, nobody is connected, no line is logged. */
void world_init(struct world *w, uint64_t seed);
void world_done(struct world *w);
/* Lets time pass; stops early upon failure. */
void world_run_until(struct world *w, int64_t at_ms);
/* who: a process, or "world". */
void world_log(struct world *w, const char *who, enum log_level level, const char *msg,
	       const struct log_kv *kv, size_t n);
/* An invariant does not hold; later ones are not noted any more. */
void world_fail(struct world *w, const char *invariant, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define world_note(w, msg, ...)                                                             \
	world_log((w), "world", LOG_INFO, (msg), (struct log_kv[]){{0}, ##__VA_ARGS__} + 1, \
		  sizeof((struct log_kv[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_kv) - 1)
/* The newest version of an object; NULL: none of that kind has this UID. */
struct version *world_by_uid(struct world *w, enum api_kind kind, const char *uid);
