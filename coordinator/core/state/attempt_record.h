/* SPDX-License-Identifier: Apache-2.0 */
/* An attempt as the core knows it. Records point to each other, so an attempt is freed before its
 * job and its node. The record owns its strings. */
#pragma once

#include "base/hmap.h"
#include "base/text.h"
#include "coordinator/core/state/node_record.h"
#include "coordinator/core/state/tickets_record.h"

/* The states of an attempt. state/attempt.c has the moves. */
enum attempt_state {
	ATTEMPT_NONE,
	ATTEMPT_ORDERED,
	ATTEMPT_PENDING,
	ATTEMPT_RUNNING,
	ATTEMPT_LOST,
	ATTEMPT_STOPPING,
	ATTEMPT_ENDED,
	ATTEMPT_STATE_N
};

struct attempt_id {
	uint32_t job, index, attempt;
};

struct attempt {
	struct hlink by_id, by_pod; /* by_pod.hash: the hash of namespace and pod name */
	struct attempt_id id;
	struct job_record *job;
	struct node_record *node;
	struct attempt *job_prev, *job_next, *node_prev, *node_next, *orders_next;
	struct attempt_ticket ticket;
	uint64_t order_print;   /* the order's fingerprint, as the node's sum has it; 0: no order */
	struct heap_node timer; /* the next try of a create or delete by the coordinator */
	enum attempt_state state;
	enum member_phase phase; /* as last reported; a phase never goes back */
	bool ready, deleting, confirmed, by_coordinator, creating, delete_ok, takes_room;
	bool denied;        /* the API server refused its pod to the agent */
	bool orphaned;      /* the pod belongs to nobody; the attempt only holds its room */
	bool ran_long;      /* the attempt has ended, after a long run (attempt/again.h) */
	bool loss_counted;  /* it was replaced while it was lost: an end of its index */
	bool removed;       /* the attempt has ended, and the deletion of its pod was asked for */
	bool unlisted;      /* the pod is to be without LABEL_CURRENT */
	bool label_due;     /* a write of that label failed, and is tried again with the timer */
	bool away;          /* the node is lost, or not Ready for longer than the job allows */
	bool unchecked;     /* resumed; not held against the job's selection yet */
	bool order_changed; /* set until the orders of the node were settled */
	bool agent_knows;   /* the pod: the agent of its node has told of it */
	uint32_t tries, template_id; /* template_id: the interned hash of the template */
	uint64_t seen_gen;       /* list.generation of the node when the attempt was last seen */
	int64_t started_ms;      /* monotonic, when a container started, about; 0: none has */
	int64_t ended_ms;        /* wall time, as the kubelet gives it */
	const char *stop_reason; /* a literal, for the log */
	int64_t failing_ms; /* when the coordinator's first create failed; 0: none has failed */
	/* waiting: why a container waits ("ErrImagePull: …"), or why the create of an attempt that
	 * is ordered keeps failing, or "" */
	const char *pod_uid, *waiting;
	const char *starting; /* what a member that has not started is at, though nothing is wrong;
			       * or ""
			       */
	bool preparing;       /* that is an init container */
	struct needs needs;
	struct host_ports ports;
	struct volume_keys volumes; /* of its claims; none of an attempt that was found */
	char pod[POD_NAME_BYTES];
};
