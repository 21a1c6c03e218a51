/* SPDX-License-Identifier: Apache-2.0 */
/* The coordinator's core: placement, the life of jobs and nodes, and what to write. No I/O, no
 * clock, no threads: events in (with the time), actions out. Limits: max_* below; a step's work is
 * bounded (about STEP_PLACEMENTS, and some thousand jobs and nodes that changed), what is left
 * makes core_deadline "now". The queue as a whole is gone through on CEV_TICK only: of events that
 * come together each costs what it changes. Memory of events is borrowed for the call; actions live
 * until the next step. */
#pragma once

#include "base/log.h"
#include "model/cnode.h"
#include "model/job.h"
#include "model/message.h"

struct core;

enum { STEP_PLACEMENTS = 2000 };

struct core_config {
	int64_t node_silent_grace_ms; /* 6000 */
	int64_t node_unheard_ms;      /* after a change of leader: 30000 */
	int64_t loop_gap_ms;          /* a turn gap above it shifts every deadline: 1000 */
	int64_t retry_base_ms,
		retry_cap_ms;       /* a failed member's backoff: 10 s … 360 s, as batch Jobs */
	int64_t cnode_numbers_ms;   /* 30000 */
	int64_t message_refresh_ms; /* 60000 */
	uint32_t step_jobs;         /* how many of each kind one step handles; 0: some thousands */
	bool spread;                /* else pack */
	bool agent_launch;
};

enum core_event_type {
	CEV_TICK,
	CEV_LEAD,   /* leadership gained: epoch; reflectors start now, tables are empty */
	CEV_UNLEAD, /* lost: the core forgets everything; no action afterwards */
	CEV_SYNCED, /* jobs, nodes, cnodes and the list of Muster's pods are all complete */
	CEV_JOB,
	CEV_JOB_GONE,
	CEV_NODE,
	CEV_NODE_GONE,
	CEV_CNODE,
	CEV_CNODE_GONE,
	CEV_HELLO,  /* an agent's session began; members is its whole truth of the node */
	CEV_REPORT, /* what changed */
	CEV_HEARD,  /* any frame */
	CEV_HANGUP, /* the pipe closed */
	CEV_PODS, /* a list read by the coordinator itself: at start (node NULL), or of one node */
	CEV_POD_DONE,       /* a pod create, delete or get of ours ended */
	CEV_JOB_CHECKED,    /* the live GET of a job asked for by ACT_JOB_GET */
	CEV_STATUS_WRITTEN, /* a job's or ComputeNode's status write ended */
	CEV_APPLIED,        /* a ComputeNode apply ended */
};

enum pod_op { POD_OP_CREATE, POD_OP_DELETE };

struct core_event {
	enum core_event_type type;
	int64_t now_ms, wall_ms;
	union {
		uint64_t epoch; /* LEAD */
		const struct job *job;
		const struct node *node;
		const struct cnode *cnode;
		const struct meta *gone;
		struct {
			const char *node;
			uint64_t session;
			const char *boot_id, *version;   /* HELLO */
			const struct capacity *capacity; /* NULL: unchanged */
			const struct member *members;
			uint32_t nmembers;
		} agent; /* HELLO, REPORT, HEARD, HANGUP */
		struct {
			const char *node; /* NULL: all nodes */
			const struct member *members;
			uint32_t nmembers;
			bool last;                       /* the list is complete with this page */
			const struct capacity *capacity; /* NULL: unknown; of one node, with last */
			enum rc rc; /* not RC_OK: the list failed, nothing of it counts */
		} pods;
		struct {
			enum pod_op op;
			enum rc rc;
			const char *reason, *message;
			const char *ns, *pod;
			const struct member
				*member; /* CREATE OK, or EXISTS after a GET: the pod as it is */
		} pod;
		struct {
			const char *ns, *name, *uid; /* of the job asked about */
			enum rc rc;                  /* OK: live_uid is set; NOTFOUND */
			const char *live_uid;
			bool live_orphan; /* its finalizers carry orphan */
		} checked;
		struct {
			bool is_job;
			const char *ns, *name, *uid;
			enum rc rc;
			const char *message;
			const char *rv; /* rc OK: the new one */
			int64_t observed_generation;
		} written;
		struct {
			const char *name;
			enum rc rc;
			const char *message;
			struct strs conflicts; /* resource names owned by others (409) */
		} applied;
	};
};

enum core_action_type {
	ACT_ORDERS,        /* node's set of orders changed: core_orders() gives it */
	ACT_JOB_STATUS,    /* the job's status wants writing: core_job_status() when it goes out */
	ACT_CNODE_STATUS,  /* likewise */
	ACT_CNODE_APPLY,   /* create or keep the ComputeNode: core_cnode_apply() */
	ACT_CNODE_DELETE,  /* its Node is gone and Muster made it (UID precondition) */
	ACT_POD_CREATE,    /* by the coordinator itself */
	ACT_POD_DELETE,    /* UID precondition */
	ACT_JOB_GET,       /* a live GET, before pods of an unknown job are deleted */
	ACT_JOB_DELETE,    /* ttlSecondsAfterFinished ended (UID precondition) */
	ACT_LIST_NODE,     /* list this node's pods (no session there) */
	ACT_NOTE,          /* a Kubernetes Event */
	ACT_TEMPLATE_DROP, /* no job uses this template hash any more */
};

struct core_action {
	enum core_action_type type;
	union {
		const char *node; /* ORDERS, LIST_NODE, CNODE_APPLY */
		struct {
			const char *ns, *name, *uid;
			bool urgent;           /* a state change: at once */
			bool ahead;            /* of what only tells why a job waits */
			int64_t not_before_ms; /* 0, or the earliest time */
		} object; /* JOB_STATUS, CNODE_STATUS, CNODE_DELETE, JOB_GET, JOB_DELETE */
		struct pod_create pod_create; /* template_text NULL: by hash */
		struct {
			const char *ns, *name, *uid;
			const char *why;
		} pod_delete;
		struct event_want {
			const char *kind, *ns, *name, *uid;
			const char *reason, *note;
			bool warning;
		} note;
		const char *template_hash;
	};
};

struct core_actions {
	const struct core_action *v;
	uint32_t n;
};

struct core *core_new(const struct core_config *cfg, const struct log *log, uint64_t seed);
struct core *core_free(struct core *c);
/* One event; *ret is valid until the next step. */
void core_step(struct core *c, const struct core_event *ev, struct core_actions *ret);
/* When to send the next CEV_TICK (monotonic ms); INT64_MAX: not needed. */
int64_t core_deadline(const struct core *c);

/* Views, borrowed until the next step. */
/* The full set of orders for a node; *ret_revision changes whenever the set does. */
void core_orders(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision);
/* The newest status of a job and the resourceVersion that it was computed from; false: unknown. */
bool core_job_status(struct core *c, const char *ns, const char *name, struct job_status *ret,
		     const char **ret_rv);
bool core_cnode_status(struct core *c, const char *name, struct cnode_status *ret,
		       const char **ret_rv);
bool core_cnode_apply(struct core *c, const char *name, struct cnode_apply *ret);

struct core_stats {
	uint32_t jobs[JOB_SUSPENDED + 1], nodes[CNODE_FAILED + 1], members_live;
	/* What the tables hold: jobs also whose object is gone, attempts that have not ended. */
	uint32_t job_records, node_records, attempts_open, orders, templates;
	uint64_t placements, charged_failures, disruptions, steps, stale_orders;
	size_t bytes_nodes, bytes_jobs;
};
void core_stats(const struct core *c, struct core_stats *ret);
