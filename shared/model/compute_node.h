/* SPDX-License-Identifier: Apache-2.0 */
/* ComputeNode: decoded spec and status, and the status that the coordinator writes. */
#pragma once

#include "model/object.h"

/* On each ComputeNode that Muster made, with the value "muster", for those who select by it. What
 * makes it Muster's is its owner, a Node: the label may be somebody else's. */
#define LABEL_MANAGED_BY "app.kubernetes.io/managed-by"

enum compute_node_state {
	COMPUTE_NODE_NONE,
	COMPUTE_NODE_PENDING,
	COMPUTE_NODE_RUNNING,
	COMPUTE_NODE_DRAINING,
	COMPUTE_NODE_DRAINED,
	COMPUTE_NODE_FAILED
};

const char *compute_node_state_text(enum compute_node_state s);  /* "" for CNODE_NONE */
enum compute_node_state compute_node_state_parse(const char *s); /* CNODE_NONE when unknown */

struct compute_node_status {
	enum compute_node_state state;
	int64_t since_ms; /* lastTransitionTime of state */
	const char *reason, *message;
	uint32_t members;
	struct reslist capacity;  /* the room's bound: min(spec.resources, allocatable) */
	struct reslist allocated; /* requests of members */
	struct reslist available;
	const char *agent_version, *boot_id;
	int64_t observed_generation;
	const struct cond *conds; /* Ready, AgentConnected, Schedulable */
	uint32_t nconds;
};

struct compute_node {
	struct meta meta;
	bool owned_by_node;       /* ownerReference to a Node: Muster made it */
	struct reslist resources; /* spec.resources */
	bool unschedulable;
	struct compute_node_status status;
};

/* What Muster applies (server-side apply, no force) to make and keep the object. */
struct compute_node_apply {
	const char *name;
	const char *node_uid; /* ownerReference; NULL: the object is a user's own, none is set */
	struct reslist resources; /* from the Node's allocatable */
	struct strs leave_out;    /* resource names that somebody else owns */
	bool leave_label;         /* the label LABEL_MANAGED_BY is somebody else's */
};
