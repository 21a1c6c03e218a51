/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: its tables. Nodes have dense, stable indexes (bits in bitsets); jobs and
 * attempts hang together by pointers that live as long as the core's step does not free them: an
 * attempt dies before its job and its node. Strings are owned unless said otherwise. */
#pragma once

#include "base/arena.h"
#include "base/bitset.h"
#include "base/intern.h"
#include "base/rng.h"
#include "base/table.h"
#include "coordinator/core/core.h"
#include "coordinator/core/reasons.h"
#include "coordinator/core/timers.h"

enum { RES_CPU, RES_MEMORY, RES_PODS, RES_EPHEMERAL, RES_NAMES_MAX = 128 };
/* What a node's row of a resource says: the Node's allocatable, the ComputeNode's spec, pods that
 * are not members, what Muster may use of it (all of them told), what members use. */
enum res_row { ROW_ALLOC, ROW_SPEC, ROW_FOREIGN, ROW_CAP, ROW_USED, ROW_N };
enum { RES_ABSENT = -1 };

struct need { /* one resource that a member's pod asks for */
	uint32_t res;
	int64_t milli;
};

struct needs {
	struct need *v;
	uint32_t n;
};

struct label { /* interned */
	uint32_t key, val;
};

struct labels {
	struct label *v;
	uint32_t n;
};

struct ntaint {
	uint32_t key, val;
	enum taint_effect effect;
};

enum ncond { NC_READY, NC_AGENT, NC_SCHEDULABLE, NC_N };

struct cond_state {
	enum cond_status status;
	enum reason reason;
	int64_t since_ms;
};

enum loss { LOSS_NO, LOSS_MAYBE, LOSS_SURE };
enum mark { MARK_NONE, MARK_LATER, MARK_URGENT };

struct mnode {
	UT_hash_handle hh;                 /* by name */
	struct mnode *prev, *next;         /* dirty list */
	struct mnode *lru_prev, *lru_next; /* connected, oldest heard first */
	struct timer timer;                /* the next list of its pods or apply */
	char *name;
	uint32_t idx;
	bool dirty, caps_dirty, labels_dirty;
	/* v1 Node */
	bool has_node, node_cordoned, out_of_service;
	enum cond_status ready;
	char *node_uid, *ready_reason;
	struct labels node_labels;
	struct ntaint *taints;
	uint32_t ntaints;
	/* ComputeNode */
	bool has_cnode, own_cordoned, owned;
	char *uid, *rv;
	int64_t generation;
	struct labels own_labels;
	bool apply_running, apply_wanted;
	struct bitset leave_out; /* resources that somebody else owns */
	uint64_t applied;        /* fingerprint of the last apply that went well */
	uint32_t apply_failures;
	int64_t apply_after_ms;
	/* the agent */
	uint64_t session;
	bool connected, heard, silent, listing, list_wanted, capacity_known;
	int64_t heard_loop_ms, next_list_ms;
	uint64_t list_gen;
	char *version, *boot_id;
	/* what follows from all that */
	struct labels labels; /* the Node's overlaid by the ComputeNode's; references of its own */
	int64_t *res;         /* ROW_N rows of res_cap */
	struct att *atts;     /* utlist through node_next */
	uint32_t nlive;       /* attempts that take room */
	struct cond_state conds[NC_N];
	enum loss loss;
	enum cnode_state state;
	bool inherited; /* state: as the leader before us wrote it */
	int64_t since_ms;
	/* writing */
	enum mark mark;
	uint64_t base, sent, echo; /* fingerprints of the status: stored, in flight, last seen */
	uint64_t base_head, sent_head;
	/* orders */
	bool orders_dirty;
	uint64_t orders_rev, orders_print;
	struct order *orders;
	uint32_t norders, orders_cap;
};

/* An attempt's life; the moves are checked (members.c). */
enum att_state {
	ATT_NONE,
	ATT_ORDERED,
	ATT_PENDING,
	ATT_RUNNING,
	ATT_LOST,
	ATT_STOPPING,
	ATT_ENDED,
	ATT_STATE_N
};

struct att_id {
	uint32_t job, index, attempt;
};

struct att {
	UT_hash_handle hh, hh_pod; /* by id; by name_hash */
	struct att_id id;
	uint64_t name_hash; /* of namespace and pod */
	struct mjob *job;
	struct mnode *node;
	struct att *job_prev, *job_next, *node_prev, *node_next;
	struct timer timer; /* the next try of a create or delete of ours */
	enum att_state state;
	enum member_phase phase; /* as last told; never goes back */
	bool ready, deleting, confirmed, by_us, creating, delete_ok, takes_room;
	uint32_t tries, thash;   /* thash: interned template hash */
	uint64_t seen_gen;       /* the node's list_gen when it was last told or placed */
	int64_t ended_ms;        /* wall, by the kubelet */
	const char *why;         /* literal: why it stops */
	char *pod_uid, *waiting; /* waiting: "ErrImagePull: …" or "" */
	struct needs needs;
	char pod[POD_NAME_BYTES];
};

struct slot { /* one member index */
	struct att *cur;
	int64_t retry_ms;
	uint32_t last; /* the highest attempt number known of this index */
};

struct refusal { /* a kubelet refused this job: not there again for a while */
	uint32_t node, n;
	int64_t until_ms;
	bool holds;
};

enum jcond { JC_SCHEDULED, JC_SUSPENDED, JC_COMPLETE, JC_FAILED, JC_N };

struct mjob {
	UT_hash_handle hh, hh_uid; /* by "ns/name" (the live one only); by UID */
	struct mjob *prev, *next;  /* dirty list */
	struct timer timer;
	uint32_t id;
	char *key, *ns, *name, *uid, *rv;
	int64_t generation, created_ms;
	/* known: the object was seen; gone: it is deleted; old: it was listed at start */
	bool dirty, known, gone, deleting, orphan, old, checking, unknown_dead, recheck;
	int64_t check_after_ms, delete_after_ms;
	/* spec */
	uint32_t parallelism, min_parallelism, backoff_limit, max_unavailable;
	int32_t priority;
	int64_t deadline_s, ttl_s;
	enum node_loss on_loss;
	enum update_type update;
	bool suspend, credentials, unavailable_percent;
	char *invalid;
	uint32_t thash;
	struct reqclass *cls;
	/* life */
	enum job_state state;
	struct slot *slots;
	uint32_t nslots, base_attempt, attempts, failed, wr_failed, ncompleted, deny_n;
	struct bitset completed;
	struct att *atts;
	uint32_t cnt[ATT_STATE_N], nready, nwaiting;
	int64_t start_ms, end_ms; /* wall, whole seconds */
	/* Wall times, and where they fell on the monotonic clock when they became known (a jump of
	 * the wall clock moves no deadline); INT64_MAX: none. */
	int64_t deadline_wall_ms, deadline_at_ms, ttl_wall_ms, ttl_at_ms;
	int64_t wake_ms;
	int64_t hold_ms; /* nothing is placed before */
	bool started, formed, lost_fail, told_waiting, done_news, rolling;
	struct cond_state conds[JC_N];
	enum reason reason;
	char *message, *create_error;
	struct refusal *refusals;
	uint32_t nrefusals, refusals_cap;
	/* queue */
	bool queued, blocked;
	uint32_t want;
	int64_t explain_after_ms;
	/* writing */
	enum mark mark;
	uint64_t base, sent, echo, base_head, sent_head;
	uint32_t sent_failed;
};

/* A placement request: equal ones are one, evaluated once. blob is its serial form. */
struct reqclass {
	UT_hash_handle hh;
	char *blob;
	uint32_t blob_bytes, refs;
	struct needs needs;
	uint64_t match_version; /* of core.label_version when match was computed */
	uint64_t full_version;  /* of core.room_version when nothing fitted any more */
	struct bitset match, by_selector, by_affinity, by_taints;
	struct pick_heap *heap; /* in a cycle (pick.c) */
};

struct by_us { /* namespace/template: agents may not create its pods, we may */
	UT_hash_handle hh;
	char key[];
};

struct reservation { /* of the first job that does not fit, until it does */
	struct mjob *job;
	int64_t at_ms;
	struct bitset nodes;
};

struct core {
	struct core_config cfg;
	const struct log *log;
	struct rng rng;
	uint64_t seed;
	bool leading, synced, all_heard, suspects_itself, place_dirty, queue_dirty, place_more;
	uint64_t epoch;
	int64_t now_ms, wall_ms, loop_ms, lead_ms, gate_ms;
	struct intern *strs;
	char *res_names[RES_NAMES_MAX];
	uint32_t nres, res_cap;
	struct mnode *nodes, **node_at, *dirty_nodes, *lru;
	uint32_t nnodes, node_cap, *node_spare, nnode_spare, node_spare_cap, nsilent;
	struct bitset usable; /* nodes that take new members */
	struct labelkey *labelkeys;
	struct taintset *taintsets;
	uint64_t label_version, room_version;
	struct mjob *jobs, *jobs_uid, *dirty_jobs;
	uint32_t next_job_id;
	struct att *atts, *atts_pod;
	struct reqclass *classes;
	struct template_use *templates;
	struct by_us *by_us;
	uint64_t orders_rev;
	struct timers timers;
	struct mjob **queue;
	uint32_t nqueue, queue_cap, queue_at;
	struct reservation reserved;
	uint32_t reserve_tries;
	bool placing; /* in a cycle: room that is taken is its own doing */
	struct reqclass **heaps;
	uint32_t *placed_log, nplaced_log, placed_log_cap, nheaps;
	uint64_t pick_room, pick_labels;
	struct cand *cands;
	uint32_t cands_cap, explain_budget;
	struct core_action *acts;
	uint32_t nacts, acts_cap;
	struct arena act_text, view;
	struct core_stats stats;
};
