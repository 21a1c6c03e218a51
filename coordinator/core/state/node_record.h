/* SPDX-License-Identifier: Apache-2.0 */
/* A node as the core knows it, and the types for labels, taints, resources and needs. The record
 * owns its strings. */
#pragma once

#include "base/bitset.h"
#include "base/heap.h"
#include "base/table.h"
#include "coordinator/core/state/reasons.h"
#include "model/cnode.h"
#include "model/message.h"

/* What a node of the timers' heap belongs to: heap_node.kind. */
enum timer_kind { TIMER_NODE, TIMER_ROOM, TIMER_JOB, TIMER_ATTEMPT };

enum { RES_CPU, RES_MEMORY, RES_PODS, RES_EPHEMERAL, RES_NAMES_MAX = 128 };
/* The rows of a node: the Node's allocatable, the ComputeNode's spec, what pods that are no members
 * use, what Muster may use (the result of these three), what members use. */
enum res_row { ROW_ALLOC, ROW_SPEC, ROW_FOREIGN, ROW_CAP, ROW_USED, ROW_N };
enum { RES_ABSENT = -1 };

/* How much of one resource a member's pod requests. */
struct need {
	uint32_t res;
	int64_t milli;
};

struct needs {
	struct need *v;
	uint32_t n;
};

/* Key and value, both interned. */
struct label {
	uint32_t key, val;
};

struct labels {
	struct label *v;
	uint32_t n;
};

struct node_taint {
	uint32_t key, val;
	enum taint_effect effect;
};

enum node_condition { NC_READY, NC_AGENT, NC_SCHEDULABLE, NC_N };

struct cond_state {
	enum cond_status status;
	enum reason reason;
	int64_t since_ms;
};

enum loss { LOSS_NO, LOSS_MAYBE, LOSS_SURE };
enum mark { MARK_NONE, MARK_LATER, MARK_URGENT };

/* A status and its writes, for a job or a ComputeNode: fingerprints of the status as it is stored,
 * as it is being written, and as the watch last showed it. A head is the fingerprint of the part
 * that is written at once. Owner: tell. */
struct status_slot {
	enum mark mark; /* whether a write was asked for, and how soon */
	uint64_t stored, inflight, seen;
	uint64_t stored_head, inflight_head;
	char *rv; /* the resourceVersion from which the next write is computed */
};

/* The v1 Node. Owner: observe/node_seen. */
struct node_kube {
	bool exists, cordoned, out_of_service;
	enum cond_status ready;
	char *uid;
	struct labels labels;
	struct node_taint *taints;
	uint32_t ntaints;
};

/* The ComputeNode. Owner: observe/node_seen. */
struct node_compute {
	bool exists, cordoned;
	bool owned; /* the Node owns it: Muster made it */
	char *uid;
	int64_t generation;
	struct labels labels;
};

/* The server-side apply of the ComputeNode. Owner: life/node_apply. */
struct node_apply {
	bool running, wanted;
	struct bitset leave_out; /* resources whose value another field manager owns */
	uint64_t print;          /* fingerprint of the last apply that succeeded */
	uint32_t failures, repeats;
	int64_t after_ms;
	int64_t deleted_ms; /* when the ComputeNode was last deleted */
	uint32_t deletions; /* deletions in a row, each within a minute of the one before */
};

/* The agent. Owners: observe/agent_seen; state/node (connected, silent). */
struct node_agent {
	uint64_t session; /* 0: there is none */
	bool connected, heard, silent, capacity_known;
	int64_t heard_loop_ms;
	char *version, *boot_id;
};

/* Lists of the node's pods by the coordinator itself. Owners: life/pod_lists, observe. */
struct node_list {
	bool running, wanted;
	int64_t next_ms;     /* INT64_MAX: no list is planned */
	uint64_t generation; /* of the last list or Hello */
};

/* What follows from everything that is known of the node. Owner: life/node_state. */
struct node_verdict {
	struct cond_state conditions[NC_N];
	enum loss loss;
	enum cnode_state state;
	bool inherited; /* the state is as the leader before wrote it */
	int64_t since_ms;
};

/* The orders that the node's session gets. sum is the sum of the fingerprints of all orders.
 * Attempts whose order may have changed are in the list changed. Owners: state/orders,
 * state/attempt. */
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
	struct heap_node room_timer; /* when a refusal for lack of room is forgotten */
	char *name;
	uint32_t idx;
	bool dirty, caps_dirty;
	struct node_kube kube;
	struct node_compute compute;
	struct node_apply apply;
	struct node_agent agent;
	struct node_list list;
	struct labels labels;     /* the labels of the Node, overlaid by those of the ComputeNode */
	int64_t *res;             /* ROW_N rows of core.res.cap numbers; owner: state/resources */
	struct attempt *attempts; /* a list through node_next; owner: state/attempt */
	uint32_t nlive;           /* attempts that take room; owner: state/attempt */
	struct node_verdict verdict;
	struct status_slot status;
	struct node_orders orders;
};
