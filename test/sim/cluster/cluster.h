/* SPDX-License-Identifier: Apache-2.0 */
/* What runs in the world: machines with their kubelets, the cluster's own controllers,
 * coordinators, one agent a machine. Here is what is known of it; start.h makes it run. */
#pragma once

#include "base/table.h"
#include "test/sim/cluster/machine.h"
#include "test/sim/world/world.h"

enum { COORDINATORS = 2 };

struct cluster_config {
	uint64_t seed;
	uint32_t machines, agentless;    /* so many of them, the last ones, have no agent */
	int64_t cpu_milli, memory_milli; /* of each machine */
	uint32_t coordinators;
	int64_t token_ms; /* how long agents' tokens live; 0: for ever */
	bool labelled;    /* nodes have the labels zone and size, some an extended resource */
	enum log_level log_level;
	bool trace; /* log lines go to stdout as they come */
	bool keep_log;
};

struct tally { /* starts and refusals of one index of one job */
	UT_hash_handle hh;
	char key[64]; /* uid/index; uid/all for those of all indexes */
	uint32_t starts, refusals, failures;
};

struct attached {
	const char *device; /* "DRIVER^HANDLE" */
	const char *node;   /* that has it; "": none yet */
};

/* Who looks at the cluster and does nothing to it: test/sim/checks, which stand above it. Any of
 * them may be NULL, so that a cluster runs unobserved too. */
struct cluster_watch {
	void *self;
	void (*change)(void *self, const struct change *ch); /* of the store, just stored */
	/* A request of that process has come to the API server, which carries it out next. */
	void (*request)(void *self, const char *who, const struct api_request *req);
	/* What a process logs, debug lines of coordinators too. */
	void (*log)(void *self, const struct proc *p, const char *msg, const struct log_kv *kv,
		    size_t n);
	void (*turn)(void *self, const struct proc *p); /* a process has had its turn */
};

struct cluster {
	struct cluster_config cfg;
	struct world world;
	struct cluster_watch watch;
	struct proc coordinator[COORDINATORS];
	struct machine machine[MACHINES_MAX];
	struct tally *tallies;
	struct attached attached[16]; /* volumes that one node at a time may have */
	uint32_t nattached;
	int64_t deaf_from_ms,
		deaf_until_ms;   /* when a coordinator hears nothing of the API server */
	int64_t pods_changed_ms; /* when a pod changed last */
	bool collecting;         /* a round of garbage collection is due */
};

struct machine *cluster_machine(struct cluster *cl, const char *name); /* NULL: none */
struct proc *cluster_proc(struct cluster *cl, const char *name);       /* NULL: none */
bool machine_absent(const struct machine *m); /* its kubelet says nothing to the API server */
bool cluster_gone(const struct cluster *cl, const char *node); /* its machine never comes back */
bool cluster_any_gone(const struct cluster *cl);
bool cluster_agentless(const struct cluster *cl, const char *node);
/* Made if there is none. index: a number, or "all" for the failures of all. */
struct tally *cluster_tally(struct cluster *cl, const char *uid, const char *index);
void cluster_tallies_free(struct cluster *cl);
