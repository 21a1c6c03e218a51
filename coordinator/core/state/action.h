/* SPDX-License-Identifier: Apache-2.0 */
/* What the core wants to have done: the actions of a step. */
#pragma once

#include "model/compute_node.h"
#include "model/job.h"
#include "model/message.h"

enum core_action_type {
	ACT_ORDERS,              /* the orders of a node changed: core_orders() gives them */
	ACT_JOB_STATUS,          /* a job's status is to be written: core_job_status() */
	ACT_COMPUTE_NODE_STATUS, /* a ComputeNode's status is to be written:
				    core_compute_node_status() */
	ACT_COMPUTE_NODE_APPLY,  /* a ComputeNode is to be applied: core_compute_node_apply() */
	ACT_COMPUTE_NODE_DELETE, /* delete the ComputeNode of a deleted Node (UID precondition) */
	ACT_POD_CREATE,          /* the coordinator itself creates the pod */
	ACT_POD_ASK,             /* a dry run of a create: what does admission make of the pod? */
	ACT_POD_DELETE,          /* with UID precondition */
	ACT_POD_LABEL,     /* LABEL_CURRENT is put on the pod or taken off (UID precondition) */
	ACT_JOB_GET,       /* a live GET, before pods of an unknown job are deleted */
	ACT_JOB_DELETE,    /* ttlSecondsAfterFinished is over (UID precondition) */
	ACT_LIST_NODE,     /* list the pods of a node that has no session */
	ACT_NOTE,          /* a Kubernetes Event */
	ACT_SERVICE,       /* the headless Service of a job is to be made */
	ACT_CHOOSE,        /* give a claim its first consumer */
	ACT_LOOKUP,        /* read an object that pods need */
	ACT_TEMPLATE_DROP, /* no job uses the template of this name any more */
};

struct core_action {
	enum core_action_type type;
	union {
		const char *node; /* ORDERS, LIST_NODE, COMPUTE_NODE_APPLY */
		struct {
			const char *ns, *name, *uid;
			bool urgent; /* the state changed: write at once */
			bool ahead;  /* goes before statuses that only say why a job waits */
			int64_t not_before_ms; /* 0, or the earliest time of the write */
		} object; /* JOB_STATUS, COMPUTE_NODE_STATUS, COMPUTE_NODE_DELETE, JOB_GET,
			     JOB_DELETE, SERVICE (of the job) */
		struct pod_create pod_create; /* template_text NULL: found by the hash */
		struct {
			struct pod_create create;
			const char *key; /* of the shape; the event of the answer has it */
		} pod_ask;
		struct {
			const char *ns, *name, *uid;
			const char *why;
		} pod_delete;
		struct {
			const char *ns, *name, *uid;
			bool current;
		} pod_label;
		struct event_want {
			const char *kind, *ns, *name, *uid;
			const char *reason, *note;
			bool warning;
		} note;
		struct {
			enum needed_kind kind;
			const char *ns, *name;
		} lookup;
		struct {
			const char *ns, *claim, *uid, *node;
			const char *volume; /* "": the claim gets the node */
			const char *rv;     /* of what is written: the volume or the claim */
		} choose;
		const char *template_name; /* TEMPLATE_DROP: model/template_store.h */
	};
};

struct core_actions {
	const struct core_action *v;
	uint32_t n;
};
