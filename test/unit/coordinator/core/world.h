/* SPDX-License-Identifier: Apache-2.0 */
/* A small language for tests of the coordinator's core: a world with nodes, agents and an API
 * server that does what it is told, on time that the test moves. Every step is followed by
 * core_check. What the core does is gathered as text lines (did), its log likewise (story). */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "coordinator/core/core.h"

enum { W_NODES = 120, W_JOBS = 64, GI = 1 << 30 };

struct wnode {
	char name[32];
	uint64_t session;
	struct kv labels[8];
	uint32_t nlabels;
	struct res alloc[6];
	uint32_t nalloc;
	struct taint taints[10];
	uint32_t ntaints;
	struct strs in_use;
	bool not_ready, cordoned, muted;
	struct res foreign[2];
	uint32_t nforeign;
	/* Of its ComputeNode, as stored last; conditions Ready, AgentConnected, Schedulable. */
	enum compute_node_state state;
	int64_t since_ms;
	struct cond conds[3];
	bool marked;
	int64_t due_ms;
	uint32_t writes;
};

struct wjob { /* a job as the API server has it; fill in what a test needs, then w_job */
	char name[64], uid[64], rv[24];
	struct job job;
	struct kv selector[4];
	struct res requests[4];
	char completed[256], failed_indexes[512];
	struct cond conds[8];
	struct superseded superseded[W_NODES];
	struct failure failures[FAILURES_MAX];
	char texts[16 + 2 * FAILURES_MAX][MESSAGE_MAX + 64];
	bool urgent, marked;
	int64_t due_ms;
	uint32_t writes;
};

struct world {
	struct core *core;
	struct core_config cfg;
	struct log log;
	struct core_actions acts;
	int64_t now_ms, wall_ms, beat_ms;
	uint64_t epoch, sessions, rvs;
	struct buf did, story;
	struct wnode nodes[W_NODES];
	uint32_t nnodes;
	struct wjob jobs[W_JOBS];
	uint32_t njobs, status_writes, notes;
	bool trace;      /* to stderr, as it happens */
	bool old_agents; /* agents that say Hello put no proofs on pods */
	bool no_writes;  /* status writes stay unanswered */
	bool more_news;  /* the turn is not over: what is due waits */
	void (*on_action)(void *self, const struct core_action *a); /* or NULL */
	void *self;
};

/* Formats into max bytes; a text that does not fit fails the test. */
void w_text(char *ret, size_t max, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

int w_setup(void **state); /* a world that leads, without nodes, not synced */
int w_teardown(void **state);
struct world *w_of(void **state);

void w_step(struct world *w, struct core_event *ev);
void w_lead(struct world *w);
void w_sync(struct world *w);
/* A new coordinator over what the API server has: nodes, jobs with their stored statuses. The test
 * tells the pods and syncs. */
void w_restart(struct world *w);
void w_tell_all(struct world *w);
/* Moves time, ticking whenever the core wants it; agents send heartbeats every 2 s, but for those
 * that w_mute named; status writes go out when they are due. */
void w_wait(struct world *w, int64_t ms);
void w_mute(struct world *w, const char *node, bool mute);

/* Nodes n1…: 4 CPU, 8 GiB, 110 pods, Ready. */
struct wnode *w_node(struct world *w, const char *name);
void w_tell_node(struct world *w, struct wnode *n);
void w_node_gone(struct world *w, const char *name);
void w_compute_node(struct world *w, const char *name, bool cordoned);
struct wnode *w_find(struct world *w, const char *name);
void w_nodes(struct world *w, uint32_t n); /* n1…n<n>, registered with agents */
void w_hello(struct world *w, const char *name);
/* The Hello names these attempts of a job: "index.attempt phase", any number. */
void w_hello_with(struct world *w, const char *name, struct member *m, uint32_t n);
void w_hangup(struct world *w, const char *name);

struct wjob *w_new_job(struct world *w, const char *name, uint32_t parallelism);
void w_job(struct world *w, struct wjob *j);  /* tells it; the generation grows */
void w_echo(struct world *w, struct wjob *j); /* tells it again as stored */
void w_job_gone(struct world *w, struct wjob *j);

struct member w_member(struct world *w, struct wjob *j, const char *node, uint32_t index,
		       uint32_t attempt, enum member_phase phase);
void w_report(struct world *w, const struct member *m);
void w_tell(struct world *w, struct wjob *j, const char *node, uint32_t index, uint32_t attempt,
	    enum member_phase phase);
void w_pods(struct world *w, const char *node, const struct member *m, uint32_t n, bool last);
/* How the coordinator's own create or delete of a member's pod ended. */
struct core_event w_pod_done(enum pod_op op, const struct member *m, enum rc rc, const char *words);
/* Every ordered member of the job reports this phase. */
uint32_t w_all(struct world *w, struct wjob *j, enum member_phase phase);
/* The order for a member, or NULL; *ret_node says where. */
const struct order *w_order(struct world *w, struct wjob *j, uint32_t index, const char **ret_node);
uint32_t w_orders(struct world *w, struct wjob *j); /* how many */

struct job_status w_status(struct world *w, struct wjob *j);      /* what was stored last */
const char *w_cond(const struct job_status *s, const char *type); /* "True Reason", or "" */
enum compute_node_state w_compute_node_state(struct world *w, const char *name);

/* Compares all lines since the last clear, and clears. */
void w_did(struct world *w, const char *expected);
void w_story(struct world *w, const char *expected);
bool w_has(struct world *w, const char *line_part); /* in did */
bool w_told(struct world *w, const char *part);     /* in story */
void w_clear(struct world *w);
