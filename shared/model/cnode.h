/* SPDX-License-Identifier: Apache-2.0 */
/* ComputeNode: decoded spec and status, and the status that the coordinator writes. */
#pragma once

#include "model/object.h"

enum cnode_state {
	CNODE_NONE,
	CNODE_PENDING,
	CNODE_RUNNING,
	CNODE_DRAINING,
	CNODE_DRAINED,
	CNODE_FAILED
};

const char *cnode_state_text(enum cnode_state s);  /* "" for CNODE_NONE */
enum cnode_state cnode_state_parse(const char *s); /* CNODE_NONE when unknown */

struct cnode_status {
	enum cnode_state state;
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

struct cnode {
	struct meta meta;
	bool owned_by_node;       /* ownerReference to a Node: Muster made it */
	struct reslist resources; /* spec.resources */
	bool unschedulable;
	struct cnode_status status;
};

/* What Muster applies (server-side apply, no force) to make and keep the object. */
struct cnode_apply {
	const char *name;
	const char *node_uid; /* ownerReference; NULL: the object is a user's own, none is set */
	struct reslist resources; /* from the Node's allocatable */
	struct strs leave_out;    /* resource names that somebody else owns */
};
