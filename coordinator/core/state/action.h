/* SPDX-License-Identifier: Apache-2.0 */
/* What the core wants done. */
#pragma once

#include "model/cnode.h"
#include "model/job.h"
#include "model/message.h"

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
