/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: jobs, their attempts and placement requests. They hang together by pointers:
 * an attempt dies before its job and its node. Strings are owned unless said otherwise. */
#pragma once

#include "base/hmap.h"
#include "coordinator/core/table_nodes.h"

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
	struct hlink by_id, by_pod; /* by_pod.hash: of namespace and pod */
	struct att_id id;
	struct mjob *job;
	struct mnode *node;
	struct att *job_prev, *job_next, *node_prev, *node_next, *orders_next;
	uint64_t order_print;   /* of its order as it counts in its node's; 0: none */
	struct heap_node timer; /* the next try of a create or delete of ours */
	enum att_state state;
	enum member_phase phase; /* as last told; never goes back */
	bool ready, deleting, confirmed, by_us, creating, delete_ok, takes_room;
	bool left;                  /* orphaned: only its room is held still */
	bool node_news, order_news; /* new on its node; its order may be another */
	uint32_t tries, thash;      /* thash: interned template hash */
	uint64_t seen_gen;          /* the node's list_gen when it was last told or placed */
	int64_t ended_ms;           /* wall, by the kubelet */
	const char *why;            /* literal: why it stops */
	char *pod_uid, *waiting;    /* waiting: "ErrImagePull: …" or "" */
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
	struct heap_node timer;
	uint32_t id;
	char *key, *ns, *name, *uid, *rv;
	int64_t generation, created_ms;
	/* known: the object was seen; gone: it is deleted; old: it was listed at start */
	bool dirty, known, gone, deleting, orphan, old, checking, unknown_dead, recheck;
	int64_t check_after_ms, delete_after_ms;
	uint32_t vanished; /* pods that went without our doing since the job was last shown */
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
	bool started, formed, told_waiting, done_news, rolling;
	bool retrying; /* an index waits for its backoff */
	struct cond_state conds[JC_N];
	enum reason reason;
	/* last_failure: "member 3: exit code 137 (OOMKilled)" or "" */
	char *message, *create_error, *last_failure;
	char *last_refusal;      /* the kubelet's words */
	int64_t starting_ms;     /* pods are there since, and no container has started */
	int64_t failure_note_ms; /* no Event about a failure before */
	struct refusal *refusals;
	uint32_t nrefusals, refusals_cap;
	/* queue */
	bool queued, blocked, fresh; /* fresh: not looked at since it came or changed */
	uint32_t want;
	struct mjob *why_prev, *why_next; /* those that wait to say why they wait */
	struct mjob **why_in;             /* the list it is in, or NULL */
	int64_t why_ms;                   /* not before */
	/* writing */
	enum mark mark;
	bool gathering; /* urgent, but waits a moment for more */
	uint64_t base, sent, echo, base_head, sent_head;
	uint32_t sent_failed;
};

enum { AVOID_MAX = 8, KEPT_MAX = 512 };

/* What a job selects by labels and taints; equal ones are one. blob is its serial form. */
struct matchset {
	UT_hash_handle hh;
	char *blob;
	uint32_t blob_bytes, refs;
	uint64_t id;
	uint32_t kept;       /* its place among those that are evaluated + 1; 0: it is not */
	uint64_t version;    /* of core.label_version when it was */
	struct bitset match; /* labels match, and no taint keeps it away */
	struct bitset avoid[AVOID_MAX]; /* nodes with more than i taints to be avoided */
};

/* A placement request: equal ones are one. key: the selection and what is asked for. */
struct reqclass {
	UT_hash_handle hh;
	char *key;
	uint32_t key_bytes, refs;
	struct needs needs;
	struct matchset *set;
};
