/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to the core. Memory of events is borrowed for the call. */
#pragma once

#include "model/cnode.h"
#include "model/job.h"
#include "model/message.h"

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
		} written;
		struct {
			const char *name;
			enum rc rc;
			const char *message;
			struct strs conflicts; /* resource names owned by others (409) */
		} applied;
	};
};
