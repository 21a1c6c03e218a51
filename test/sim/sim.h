/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated world: API server, network, machines with their kubelets, the cluster's own
 * controllers, two coordinators, one agent a machine, and what is known to have happened. One
 * thread, virtual time, one seed. The first broken invariant ends the run. */
#pragma once

#include "base/table.h"
#include "conn.h"
#include "heard.h"
#include "net.h"
#include "proc.h"
#include "server.h"

enum { MACHINES_MAX = 64, COORDINATORS = 2, FAILURE_BYTES = 512 };

struct machine {
	struct sim *sim;
	char name[16];
	struct proc agent;
	bool down;            /* no power: nothing runs there */
	bool kubelet_down;    /* the kubelet alone does not run; containers do */
	bool registered;      /* its Node object is to exist */
	int64_t cut_until_ms; /* no network until then */
	uint32_t boots, absences;
	int64_t unregistered_ms; /* when its Node was deleted last */
	int64_t faulty_ms;       /* when something last was wrong with it; checks allow for it */
};

struct tally { /* starts and refusals of one index of one job */
	UT_hash_handle hh;
	char key[64]; /* uid/index; uid/all for failures */
	uint32_t starts, refusals, failures;
};

struct checks;

struct sim_config {
	uint64_t seed;
	uint32_t machines;
	int64_t cpu_milli, memory_milli; /* of each machine */
	uint32_t coordinators;
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
	struct arena scratch;  /* lives as long as the world */
	struct buf log;        /* one line each, with virtual time */
	int64_t calm_since_ms; /* no fault is active and none to come; INT64_MAX: not yet */
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
struct machine *sim_machine(struct sim *s, const char *name); /* NULL: none */
struct tally *sim_tally(struct sim *s, const char *uid, const char *index);
struct version *sim_by_uid(struct sim *s, enum api_kind kind, const char *uid); /* NULL: none */
uint64_t uid_number(const char *uid);

/* machine.c: kubelets and the node lifecycle controller */
void machines_init(struct sim *s);
void machines_change(struct sim *s, const struct change *ch);
void machine_power_off(struct machine *m);
void machine_power_on(struct machine *m); /* a new boot */
void machine_kubelet(struct machine *m, bool up);
void machine_cut(struct machine *m, int64_t ms);   /* off the network */
void machine_register(struct machine *m, bool on); /* its Node object is deleted, or made again */

/* gc.c: garbage collector, pod garbage collector */
void gc_change(struct sim *s, const struct change *ch);

/* user.c: what people do with kubectl */
struct job_want {
	const char *name;
	uint32_t parallelism, min_parallelism, backoff_limit;
	int32_t priority;
	int64_t deadline_s, ttl_s; /* -1: none */
	enum node_loss on_node_loss;
	const char *template_text;
	const char *selector_key, *selector_value; /* NULL: none */
	bool credentials, suspend;
};
/* What its containers do and ask for (template_parse); its hash follows. */
void user_set_template(struct version *v, const char *text);
void user_apply_job(struct sim *s, const struct job_want *w); /* creates, or changes the spec */
enum deletion { DELETE_BACKGROUND, DELETE_FOREGROUND, DELETE_ORPHAN };
void user_delete_job(struct sim *s, const char *name, enum deletion how);
void user_scale(struct sim *s, const char *name, uint32_t parallelism);
void user_suspend(struct sim *s, const char *name, bool suspend);
void user_touch(struct sim *s, const char *name); /* a label: new resourceVersion, same spec */
void user_cordon(struct sim *s, const char *node, bool on);       /* the Node */
void user_cordon_cnode(struct sim *s, const char *node, bool on); /* the ComputeNode */
void user_label(struct sim *s, const char *node, const char *key, const char *value);
void user_delete_pod(struct sim *s, const char *ns, const char *name);
void user_evict_node(struct sim *s, const char *node); /* drain: each pod is evicted */
void user_limit(struct sim *s, const char *node, const char *res, int64_t milli);
void user_delete_cnode(struct sim *s, const char *node);
struct version *user_job(struct sim *s, const char *name); /* NULL: none */

/* check.c: invariants */
struct checks *checks_new(struct sim *s);
struct checks *checks_free(struct checks *c);
void checks_change(struct checks *c, const struct change *ch);
void checks_request(struct checks *c, const char *who, const struct api_request *req);
void checks_message(void *self, const struct proc *to, const struct msg *msg);
void checks_quiet(struct checks *c); /* when faults have ended and all is done */
struct sim *checks_sim(struct checks *c);
