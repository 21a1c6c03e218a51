/* SPDX-License-Identifier: Apache-2.0 */
/* A node as the core knows it, and what selection and room are counted in. Strings are owned unless
 * said otherwise. */
#pragma once

#include "base/bitset.h"
#include "base/heap.h"
#include "base/table.h"
#include "coordinator/core/state/reasons.h"
#include "model/cnode.h"
#include "model/message.h"

/* Whose node of the timers' heap it is: heap_node.kind. */
enum timer_kind { TIMER_NODE, TIMER_ROOM, TIMER_JOB, TIMER_ATTEMPT };

enum { RES_CPU, RES_MEMORY, RES_PODS, RES_EPHEMERAL, RES_NAMES_MAX = 128 };
/* What a node's row of a resource says: the Node's allocatable, the ComputeNode's spec, pods that
 * are not members, what Muster may use of it (all of them told), what members use. */
enum res_row { ROW_ALLOC, ROW_SPEC, ROW_FOREIGN, ROW_CAP, ROW_USED, ROW_N };
enum { RES_ABSENT = -1 };

struct need { /* one resource that a member's pod asks for */
	uint32_t res;
	int64_t milli;
};

struct needs {
	struct need *v;
	uint32_t n;
};

struct label { /* interned */
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

/* A status and its writes, of a job or a ComputeNode: fingerprints of the status as it is stored,
 * as it is on its way and as the watch showed it last. The heads are those of the part that is
 * written at once. Owner: tell. */
struct status_slot {
	enum mark mark; /* a write is asked for, and how soon */
	uint64_t stored, inflight, seen;
	uint64_t stored_head, inflight_head;
	char *rv; /* the resourceVersion that the next write is computed from */
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
	bool owned; /* by the Node: Muster made it */
	char *uid;
	int64_t generation;
	struct labels labels;
};

/* Keeping the ComputeNode by server-side apply. Owner: life/node_apply. */
struct node_apply {
	bool running, wanted;
	struct bitset leave_out; /* resources that somebody else owns */
	uint64_t print;          /* fingerprint of the last apply that went well */
	uint32_t failures, repeats;
	int64_t after_ms;
	int64_t deleted_ms; /* when the ComputeNode was last deleted */
	uint32_t deletions; /* so often, each within a minute of the one before */
};

/* The agent. Owners: observe/agent_seen, and state/node for connected and silent. */
struct node_agent {
	uint64_t session; /* 0: none */
	bool connected, heard, silent, capacity_known;
	int64_t heard_loop_ms;
	char *version, *boot_id;
};

/* The coordinator's own lists of the node's pods. Owners: life/pod_lists, observe. */
struct node_list {
	bool running, wanted;
	int64_t next_ms;     /* INT64_MAX: none is planned */
	uint64_t generation; /* of the last list or Hello */
};

/* What follows from all that is known of the node. Owner: life/node_state. */
struct node_verdict {
	struct cond_state conditions[NC_N];
	enum loss loss;
	enum cnode_state state;
	bool inherited; /* state: as the leader before wrote it */
	int64_t since_ms;
};

/* What the node's session is told. The sum is one over the fingerprints of its orders; attempts
 * whose order may have changed hang on `changed`. Owners: state/orders, state/attempt. */
struct node_orders {
	bool recount; /* look at all attempts */
	bool forgot;  /* an attempt of the set was forgotten */
	struct attempt *changed;
	uint64_t revision, sum, told;
	uint32_t n; /* how many they are */
};

struct node_record {
	UT_hash_handle hh;                           /* by name */
	struct node_record *prev, *next;             /* dirty list */
	struct node_record *heard_prev, *heard_next; /* connected, oldest heard first */
	struct heap_node timer;                      /* the next list of its pods or apply */
	struct heap_node room_timer; /* when a refusal for want of room is forgotten */
	char *name;
	uint32_t idx;
	bool dirty, caps_dirty;
	struct node_kube kube;
	struct node_compute compute;
	struct node_apply apply;
	struct node_agent agent;
	struct node_list list;
	struct labels labels; /* the Node's overlaid by the ComputeNode's; references of its own */
	int64_t *res;         /* ROW_N rows of core.res.cap; owner: state/resources */
	struct attempt *attempts; /* utlist through node_next; owner: state/attempt */
	uint32_t nlive;           /* attempts that take room; owner: state/attempt */
	struct node_verdict verdict;
	struct status_slot status;
	struct node_orders orders;
};
