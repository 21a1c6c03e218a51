/* SPDX-License-Identifier: Apache-2.0 */
/* What the core is told: the events. Memory of an event is borrowed for the call. */
#pragma once

#include "model/compute_node.h"
#include "model/job.h"
#include "model/message.h"

enum core_event_type {
	CEV_TICK,
	CEV_LEAD,   /* leadership was gained: the tables are empty, the reflectors start */
	CEV_UNLEAD, /* leadership was lost: everything is forgotten, no action follows */
	CEV_SYNCED, /* jobs, Nodes, ComputeNodes and Muster's pods are listed completely */
	CEV_JOB,
	CEV_JOB_GONE,
	CEV_NODE,
	CEV_NODE_GONE,
	CEV_COMPUTE_NODE,
	CEV_COMPUTE_NODE_GONE,
	CEV_NOMINATED,      /* a pod of others waits for a node that kube-scheduler has found */
	CEV_NOMINATED_GONE, /* the pod is bound, has another node, or is deleted */
	CEV_HELLO,          /* a session of an agent began; members is all that the agent knows */
	CEV_REPORT,         /* a report of an agent: what changed */
	CEV_HEARD,          /* any other frame of an agent */
	CEV_HANGUP,         /* the connection of an agent was closed */
	CEV_DROPPED,        /* the session of an agent that said nothing for a minute is over */
	CEV_PODS,           /* pods that the coordinator listed: all (node NULL), or of one node */
	CEV_POD_DONE,       /* a create, delete or get of a pod by the coordinator ended */
	CEV_POD_ASKED,      /* ACT_POD_ASK was answered */
	CEV_JOB_CHECKED,    /* the live GET of ACT_JOB_GET was answered */
	CEV_STATUS_WRITTEN, /* the write of a job's or ComputeNode's status ended */
	CEV_LOOKED_UP,      /* ACT_LOOKUP or ACT_CHOOSE was answered */
	CEV_SERVICE,        /* ACT_SERVICE was answered */
	CEV_APPLIED,        /* the apply of a ComputeNode ended */
	CEV_AGENTS_BOUND,   /* the admission policy for agents is bound, or is not any more */
};

enum pod_op { POD_OP_CREATE, POD_OP_DELETE, POD_OP_LABEL };

struct core_event {
	enum core_event_type type;
	int64_t now_ms, wall_ms;
	union {
		uint64_t epoch;     /* LEAD */
		bool bound;         /* AGENTS_BOUND */
		bool old_pods_come; /* SYNCED: pods may still be made of orders without proofs */
		const struct job *job;
		const struct node *node;
		const struct compute_node *compute_node;
		const struct meta *gone;
		const struct pod *nominated;
		struct {
			const char *node;
			uint64_t session;
			const char *boot_id, *version; /* HELLO */
			bool proofs;                   /* HELLO: the agent puts proofs on pods */
			bool completions; /* HELLO: the agent takes indexes up to 99,999 */
			const struct capacity *capacity; /* NULL: as before */
			const struct member *members;
			uint32_t nmembers;
		} agent; /* HELLO, REPORT, HEARD, HANGUP, DROPPED */
		struct {
			const char *node; /* NULL: pods of all nodes */
			const struct member *members;
			uint32_t nmembers;
			bool last;                       /* this page completes the list */
			const struct capacity *capacity; /* NULL: unknown; with a last page */
			enum rc rc; /* not RC_OK: the list failed, and none of it counts */
		} pods;
		struct {
			enum pod_op op;
			enum rc rc;
			const char *reason, *message;
			bool busy; /* refused because the server has too much to do (429, 503) */
			int64_t retry_after_ms; /* 0: the server named no time */
			const char *ns, *pod;
			const struct member *member; /* RC_OK of a create, or RC_EXISTS: the pod */
		} pod;
		struct {
			const char *key; /* as in the action */
			enum rc rc; /* RC_OK: requests and where are those of the pod as admitted */
			const char *message;
			struct reslist requests;
			struct pod_where where;
		} asked;
		struct {
			const char *ns, *name, *uid; /* of the job that the question was about */
			enum rc rc; /* RC_OK: live_uid is set; RC_NOTFOUND: there is none */
			const char *live_uid;
			bool live_orphan; /* the job is being deleted, and its finalizers have
					     "orphan" */
		} checked;
		struct {
			enum needed_kind kind;
			const char *ns, *name;
			enum rc rc; /* RC_OK: obj is set; RC_NOTFOUND: there is none */
			const char *message;
			const struct needed *obj;
			bool more;   /* obj is one of a pool, and more may follow */
			bool choice; /* the end of ACT_CHOOSE; name is the claim */
		} looked_up;
		struct {
			bool is_job;
			const char *ns, *name, *uid;
			enum rc rc;
			const char *message;
			const char *rv; /* with RC_OK: the new resourceVersion */
		} written;
		struct {
			const char *ns, *name, *uid; /* of the job */
			/* RC_OK: it was made. RC_EXISTS: one of its name was there, of the owner
			 * and made for the job below. RC_NOTFOUND: … and is gone meanwhile, or the
			 * namespace is. */
			enum rc rc;
			const char *message;
			const char *owner_kind, *owner_uid; /* "": it has no owner */
			const char *made_for; /* muster.dev/job-uid; "": Muster did not make it */
		} service;
		struct {
			const char *name;
			enum rc rc;
			const char *message;
			struct strs conflicts; /* names of resources that others own (409) */
			bool label_conflict;   /* others own LABEL_MANAGED_BY (409) */
		} applied;
	};
};
