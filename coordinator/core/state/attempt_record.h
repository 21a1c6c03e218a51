/* SPDX-License-Identifier: Apache-2.0 */
/* An attempt as the core knows it. Records hang together by pointers: an attempt dies before its
 * job and its node. Strings are owned unless said otherwise. */
#pragma once

#include "base/hmap.h"
#include "coordinator/core/state/node_record.h"

/* An attempt's life; the moves are checked (attempt.c). */
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
	struct hlink by_id, by_pod; /* by_pod.hash: of namespace and pod */
	struct attempt_id id;
	struct job_record *job;
	struct node_record *node;
	struct attempt *job_prev, *job_next, *node_prev, *node_next, *orders_next;
	uint64_t order_print;   /* of its order as it counts in its node's; 0: none */
	struct heap_node timer; /* the next try of a create or delete of ours */
	enum attempt_state state;
	enum member_phase phase; /* as last told; never goes back */
	bool ready, deleting, confirmed, by_us, creating, delete_ok, takes_room;
	bool orphaned;                   /* only its room is held still */
	bool new_on_node, order_changed; /* not looked at since */
	uint32_t tries, template_id;     /* template_id: interned template hash */
	uint64_t seen_gen;       /* the node's list.generation when it was last told or placed */
	int64_t ended_ms;        /* wall, by the kubelet */
	const char *stop_reason; /* a literal, for the log */
	char *pod_uid, *waiting; /* waiting: "ErrImagePull: …" or "" */
	struct needs needs;
	char pod[POD_NAME_BYTES];
};
