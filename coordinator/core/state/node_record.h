/* SPDX-License-Identifier: Apache-2.0 */
/* A node as the core knows it. The record owns its strings. test/lint/owners.txt says which files
 * may write its parts. */
#pragma once

#include "base/bitset.h"
#include "base/heap.h"
#include "base/table.h"
#include "coordinator/core/state/label_record.h"
#include "coordinator/core/state/need_record.h"
#include "coordinator/core/state/status_record.h"
#include "coordinator/core/state/tickets_record.h"
#include "coordinator/core/state/volume_record.h"
#include "model/compute_node.h"
#include "model/host_port.h"
#include "model/message.h"

/* What a node of the timers' heap belongs to: heap_node.kind. */
enum timer_kind {
	TIMER_NODE,
	TIMER_ROOM,
	TIMER_JOB,
	TIMER_ATTEMPT,
	TIMER_ADMITTED,
	TIMER_ROUND,
	TIMER_LOOKUP
};

enum node_condition { NC_READY, NC_AGENT, NC_SCHEDULABLE, NC_N };

/* NODE_UNREADY: the Node is not Ready, but its agent answers. Each member is kept for as long as
 * its job allows. */
enum loss { NODE_PRESENT, NODE_UNREADY, NODE_DOUBTFUL, NODE_LOST };

/* The v1 Node. */
struct node_kube {
	bool exists, cordoned, out_of_service;
	enum cond_status ready;
	char *uid;
	struct labels labels;
	struct node_taint *taints;
	uint32_t ntaints;
	/* A fingerprint of what changes when the kubelet is configured anew or somebody edits the
	 * Node, and when it was last another one (monotonic). */
	uint64_t print;
	int64_t changed_ms;
	int64_t came_ms; /* when it came, or another Node of its name (monotonic) */
};

/* The ComputeNode. */
struct node_compute {
	bool exists, cordoned;
	bool owned; /* the Node owns it: Muster made it */
	char *uid;
	int64_t generation;
	struct labels labels;
};

/* The server-side apply of the ComputeNode. */
struct node_apply {
	bool running, wanted;
	struct bitset leave_out; /* resources whose value another field manager owns */
	uint32_t sweeps;         /* core.res.sweeps when the bits of leave_out were set */
	bool leave_label;        /* another field manager owns LABEL_MANAGED_BY */
	uint32_t extras;         /* resources of the ComputeNode that the Node has not */
	uint64_t print;          /* fingerprint of the last apply that succeeded */
	uint64_t sent;           /* … and of the one that is under way */
	uint32_t failures, repeats;
	int64_t after_ms;
	int64_t deleted_ms; /* when the ComputeNode was last deleted */
	uint32_t deletions; /* deletions in a row, each within a minute of the one before */
};

/* The agent. */
struct node_agent {
	uint64_t session; /* 0: there is none */
	bool connected, heard, silent, capacity_known;
	bool silent_with_most; /* silent, and most agents fell silent with it */
	bool proofs;           /* it puts proofs on pods and reports them */
	bool narrow;           /* it takes no index from INDEX_NARROW on, and tells pods nothing of
				* completions */
	int64_t heard_loop_ms;
	char *version, *boot_id;
};

/* A pod with the labels of a member that nobody ordered, as far as is known. It takes room, and
 * counts for nothing. */
struct unproven {
	char *pod_uid;
	struct res *requests; /* a block that holds their names, too */
	uint32_t nrequests;
	uint64_t seen_gen; /* list.generation of the node when it was last seen */
};

struct node_unproven {
	struct unproven *v;
	uint32_t n, cap;
	bool claimed;    /* the agent told of something that nobody ordered … */
	int64_t look_ms; /* … and from then on the coordinator may look (monotonic) */
};

/* Lists of the node's pods by the coordinator itself. */
struct node_list {
	bool running, wanted;
	int64_t next_ms;     /* INT64_MAX: no list is planned */
	uint64_t generation; /* of the last list or Hello */
};

/* What follows from everything that is known of the node. */
struct node_verdict {
	struct cond_state conditions[NC_N];
	enum loss loss;
	enum compute_node_state state;
	bool inherited; /* the state is as the previous leader wrote it */
	bool agentless; /* and no leader had ever heard an agent of the node */
	int64_t since_ms;
	bool unready;          /* the Ready condition of the Node is not True … */
	int64_t unready_ms;    /* … since then (monotonic), as far as this leader knows */
	int64_t kept_until_ms; /* wall time: until when it keeps its members, by the setting */
	int64_t kept_due_ms;   /* monotonic: when the next of them is lost; INT64_MAX: none */
};

/* The orders that the node's session gets. sum is the sum of the fingerprints of all orders.
 * Attempts whose order may have changed are in the list changed. */
struct node_orders {
	bool recount; /* count all attempts again */
	bool forgot;  /* an attempt that had an order was freed or has left */
	struct attempt *changed;
	uint64_t revision, sum, told;
	uint32_t n; /* how many they are */
};

struct node_record {
	UT_hash_handle hh;               /* by name */
	struct node_record *prev, *next; /* the list of nodes that changed */
	struct node_record *heard_prev,
		*heard_next;         /* connected agents, the one heard longest ago first */
	struct heap_node timer;      /* the next list of pods or the next apply */
	struct heap_node room_timer; /* when the room is counted again: a refusal for lack of it is
				      * forgotten, or what a pod was promised */
	char *name;
	uint32_t idx;
	bool dirty, caps_dirty;
	struct node_kube kube;
	struct node_compute compute;
	struct node_apply apply;
	struct node_agent agent;
	struct node_list list;
	struct node_unproven unproven;
	struct labels labels;    /* the labels of the Node, overlaid by those of the ComputeNode */
	int64_t *res;            /* ROW_N rows of core.res.cap numbers */
	uint32_t left_out;       /* resources of the Node that have no number */
	struct host_ports ports; /* of pods that are no members */
	struct volume_keys volumes; /* that are in use, as the kubelet says */
	struct attempt *attempts;   /* a list through node_next */
	/* Of these, the first that came after the node was last settled; all behind it did, too. */
	struct attempt *attempts_new;
	uint32_t nlive; /* attempts that take room */
	uint32_t nwide; /* attempts of it whose index is INDEX_NARROW or more */
	struct node_verdict verdict;
	struct status_slot status;
	/* A status is stored, or on its way, that says that no agent was ever heard. */
	bool told_agentless;
	bool telling_of_agent; /* the status on its way says otherwise */
	struct node_orders orders;
	struct node_tickets tickets;
};

/* Its agent is connected, and not silent. */
static inline bool node_answers(const struct node_record *n)
{
	return n->agent.connected && !n->agent.silent;
}
