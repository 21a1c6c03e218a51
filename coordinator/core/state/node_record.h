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

struct node_record {
	UT_hash_handle hh;                       /* by name */
	struct node_record *prev, *next;         /* dirty list */
	struct node_record *lru_prev, *lru_next; /* connected, oldest heard first */
	struct heap_node timer;                  /* the next list of its pods or apply */
	struct heap_node room_timer;             /* when a refusal for want of room is forgotten */
	char *name;
	uint32_t idx;
	bool dirty, caps_dirty, labels_dirty;
	/* v1 Node */
	bool has_node, node_cordoned, out_of_service;
	enum cond_status ready;
	char *node_uid, *ready_reason;
	struct labels node_labels;
	struct node_taint *taints;
	uint32_t ntaints;
	/* ComputeNode */
	bool has_cnode, own_cordoned, owned;
	char *uid, *rv;
	int64_t generation;
	struct labels own_labels;
	bool apply_running, apply_wanted;
	struct bitset leave_out; /* resources that somebody else owns */
	uint64_t applied;        /* fingerprint of the last apply that went well */
	uint32_t apply_failures, apply_repeats;
	int64_t apply_after_ms;
	int64_t gone_ms;     /* when the ComputeNode was last deleted */
	uint32_t gone_times; /* deleted so often, each within a minute of the one before */
	/* the agent */
	uint64_t session;
	bool connected, heard, silent, listing, list_wanted, capacity_known;
	int64_t heard_loop_ms, next_list_ms;
	uint64_t list_gen;
	char *version, *boot_id;
	/* what follows from all that */
	struct labels labels; /* the Node's overlaid by the ComputeNode's; references of its own */
	int64_t *res;         /* ROW_N rows of res_cap */
	struct attempt *atts; /* utlist through node_next */
	uint32_t nlive;       /* attempts that take room */
	struct cond_state conds[NC_N];
	enum loss loss;
	enum cnode_state state;
	bool inherited; /* state: as the leader before us wrote it */
	int64_t since_ms;
	/* writing */
	enum mark mark;
	uint64_t base, sent, echo; /* fingerprints of the status: stored, in flight, last seen */
	uint64_t base_head, sent_head;
	/* orders: prints are sums over them; those that may have changed hang on order_news */
	bool orders_dirty, orders_stale; /* look at all; the array is older than the set */
	struct attempt *order_news;
	uint64_t orders_rev, orders_sum, orders_told;
	struct order *orders;
	uint32_t norders, orders_cap;
};
