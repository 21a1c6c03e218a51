/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated world: API server, network, machines with their kubelets, the cluster's own
 * controllers, two coordinators, one agent a machine, and what is known to have happened. One
 * thread, virtual time, one seed. The first broken invariant ends the run. */
#pragma once

#include "base/table.h"
#include "test/sim/checks/heard.h"
#include "test/sim/cluster/machine.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/people/user.h"
#include "test/sim/world/conn.h"
#include "test/sim/world/net.h"
#include "test/sim/world/server.h"

enum { COORDINATORS = 2, FAILURE_BYTES = 512 };

struct tally { /* starts and refusals of one index of one job */
	UT_hash_handle hh;
	char key[64]; /* uid/index; uid/all for failures */
	uint32_t starts, refusals, failures;
};

struct budget;
struct checks;

struct sim_config {
	uint64_t seed;
	uint32_t machines;
	int64_t cpu_milli, memory_milli; /* of each machine */
	uint32_t coordinators;
	int64_t token_ms; /* how long agents' tokens live; 0: for ever */
	bool labelled;    /* nodes have the labels zone and size, some an extended resource */
	enum log_level log_level;
	bool trace; /* log lines go to stdout as they come */
	bool keep_log;
};

struct sim {
	struct sim_config cfg;
	enum log_level log_level;
	struct clock clock;
	struct rng rng;
	struct server server;
	struct conns *conns;
	struct net *net;
	struct proc coordinator[COORDINATORS];
	struct machine machine[MACHINES_MAX];
	struct tally *tallies;
	struct checks *checks;
	struct heard *heard;
	struct budget *budget;
	struct arena scratch; /* lives as long as the world */
	struct buf log;       /* one line each, with virtual time */
	int64_t deaf_from_ms,
		deaf_until_ms;   /* when a coordinator hears nothing of the API server */
	int64_t pods_changed_ms; /* when a pod changed last */
	int64_t calm_since_ms;   /* no fault is active and none to come; INT64_MAX: not yet */
	bool collecting;         /* a round of garbage collection is due */
	bool failed;
	char invariant[48], failure[FAILURE_BYTES];
};

struct sim *sim_new(const struct sim_config *cfg);
struct sim *sim_free(struct sim *s);
/* Lets time pass; stops early upon failure. */
void sim_run_until(struct sim *s, int64_t at_ms);
void sim_log(struct sim *s, const char *who, enum log_level level, const char *msg,
	     const struct log_kv *kv, size_t n);
void sim_fail(struct sim *s, const char *invariant, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
#define sim_note(s, msg, ...)                                                             \
	sim_log((s), "world", LOG_INFO, (msg), (struct log_kv[]){{0}, ##__VA_ARGS__} + 1, \
		sizeof((struct log_kv[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_kv) - 1)
struct coordinator_config sim_coordinator_config(const struct sim *s);
struct agent_config sim_agent_config(const struct sim *s, struct proc *p);
struct proc *sim_proc(struct sim *s, const char *name);       /* NULL: none */
struct machine *sim_machine(struct sim *s, const char *name); /* NULL: none */
struct tally *sim_tally(struct sim *s, const char *uid, const char *index);
struct version *sim_by_uid(struct sim *s, enum api_kind kind, const char *uid); /* NULL: none */
uint64_t uid_number(const char *uid);

/* witness.c: what is seen to happen that nobody causes directly */
void witness_turn(const struct proc *p);
void witness_request(struct sim *s, const char *who, const struct api_request *req);

/* gc.c: garbage collector, pod garbage collector */
void gc_change(struct sim *s, const struct change *ch);

/* check.c: invariants */
struct checks *checks_new(struct sim *s);
struct checks *checks_free(struct checks *c);
void checks_change(struct checks *c, const struct change *ch);
void checks_request(struct checks *c, const char *who, const struct api_request *req);
void checks_message(void *self, const struct host *host, const struct msg *msg);
void checks_reply(void *self, const struct host *from, const struct msg *msg);
void checks_log(struct checks *c, const struct proc *p, const char *msg, const struct log_kv *kv,
		size_t n);
void checks_saw(struct checks *c, const struct proc *p, enum watch_event ev, struct version *v);
void checks_list(struct checks *c, const struct proc *p, enum api_kind kind, bool ends);
void checks_quiet(struct checks *c); /* when faults have ended and all is done */
struct sim *checks_sim(struct checks *c);
/* leaks.c: what the programs hold when all is quiet is what lives */
void leaks_quiet(struct sim *s);
