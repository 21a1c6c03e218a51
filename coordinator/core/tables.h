/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: all that it knows. */
#pragma once

#include "base/arena.h"
#include "base/intern.h"
#include "base/rng.h"
#include "coordinator/core/levels.h"
#include "coordinator/core/table_jobs.h"

struct by_us { /* namespace/template: agents may not create its pods, we may */
	UT_hash_handle hh;
	char key[];
};

struct reservation { /* of the first job that does not fit though the empty cluster could hold it */
	struct mjob *head; /* that job */
	bool holds;        /* when it can start is known: nodes are kept for it */
	struct mjob *told; /* for which of them the log said last that nodes are kept, or NULL */
	int64_t at_ms;
	struct bitset nodes;
	/* The job whose nodes are being asked when they have room, and the answers so far. */
	struct mjob *asking;
	struct cand *offers;
	uint32_t noffers, offers_cap, ask_next;
};

struct qitem { /* a job in the queue, and what must have become free for it to be looked at again */
	struct mjob *job;
	int64_t cpu, memory; /* -1: it is looked at in any case */
	bool impossible;     /* the empty cluster could not hold it either */
	bool done;           /* it wants no more, and leaves at the cycle's end */
};

enum { FRESH_MAX = 64, QBLOCK = 128 };

struct qblock { /* never empty */
	uint32_t n;
	struct qitem v[QBLOCK];
};

struct qpos {
	uint32_t block, i;
};

struct queue { /* priority, then age: within a block, and from block to block */
	struct qblock **block;
	uint32_t n, nblocks, cap;
	struct mjob *next; /* where a cycle that is not at its end goes on */
	bool moved;        /* one changed its place: the cycle begins anew */
	struct mjob *fresh[FRESH_MAX];
	uint32_t nfresh, ndone;
	/* since the last cycle: nodes with more room, those that can hold more at most */
	struct bitset grown, recapped;
	/* of this cycle: the most that one of them has free; whether any can hold more at most */
	int64_t free_cpu, free_memory;
	bool recap;
};

struct core {
	struct core_config cfg;
	const struct log *log;
	struct rng rng;
	uint64_t seed;
	/* settled: all was decided once after synced */
	bool leading, synced, settled, all_heard, suspects_itself, place_dirty, place_more;
	bool idle; /* this step tells nothing: it may go through the queue */
	uint64_t epoch;
	int64_t now_ms, wall_ms, loop_ms, lead_ms, gate_ms;
	int64_t mass_loop_ms; /* when most nodes were silent last */
	struct intern *strs;
	char *res_names[RES_NAMES_MAX];
	uint32_t nres, res_cap;
	struct mnode *nodes, **node_at, *dirty_nodes, *lru;
	uint32_t nnodes, node_cap, *node_spare, nnode_spare, node_spare_cap, nsilent;
	struct bitset usable; /* nodes that take new members */
	struct labelkey *labelkeys;
	struct taintset *taintsets;
	uint64_t label_version;
	struct mjob *jobs, *jobs_uid, *dirty_jobs;
	uint32_t next_job_id;
	struct hmap atts, atts_pod;
	struct reqclass *classes;
	struct matchset *matchsets, **kept; /* kept: those evaluated last, a ring of KEPT_MAX */
	uint64_t next_matchset;
	uint32_t kept_at;
	struct template_use *templates;
	struct by_us *by_us;
	uint64_t orders_rev;
	struct heap timers;
	struct queue queue;
	struct reservation reserved;
	struct levels levels;
	struct cand *cands;
	uint32_t cands_cap;
	struct bitset pick_ok, pick_tier;   /* of pick.c, for its memory */
	struct mjob *why_first, *why_again; /* never told; to be told again */
	int64_t why_tokens_ms, why_filled_ms;
	uint32_t work; /* of this step's part of a cycle, place.h */
	struct core_action *acts;
	uint32_t nacts, acts_cap;
	struct arena act_text, view;
	struct core_stats stats;
};
