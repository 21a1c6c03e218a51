/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the core: all that it knows. */
#pragma once

#include "base/arena.h"
#include "base/intern.h"
#include "base/rng.h"
#include "coordinator/core/table_jobs.h"

struct by_us { /* namespace/template: agents may not create its pods, we may */
	UT_hash_handle hh;
	char key[];
};

struct reservation { /* of the first job that does not fit, until it does */
	struct mjob *job;
	int64_t at_ms;
	struct bitset nodes;
};

struct core {
	struct core_config cfg;
	const struct log *log;
	struct rng rng;
	uint64_t seed;
	bool leading, synced, all_heard, suspects_itself, place_dirty, queue_dirty, place_more;
	uint64_t epoch;
	int64_t now_ms, wall_ms, loop_ms, lead_ms, gate_ms;
	struct intern *strs;
	char *res_names[RES_NAMES_MAX];
	uint32_t nres, res_cap;
	struct mnode *nodes, **node_at, *dirty_nodes, *lru;
	uint32_t nnodes, node_cap, *node_spare, nnode_spare, node_spare_cap, nsilent;
	struct bitset usable; /* nodes that take new members */
	struct labelkey *labelkeys;
	struct taintset *taintsets;
	uint64_t label_version, room_version;
	struct mjob *jobs, *jobs_uid, *dirty_jobs;
	uint32_t next_job_id;
	struct hmap atts, atts_pod;
	struct reqclass *classes;
	struct template_use *templates;
	struct by_us *by_us;
	uint64_t orders_rev;
	struct timers timers;
	struct mjob **queue;
	uint32_t nqueue, queue_cap, queue_at;
	struct reservation reserved;
	uint32_t reserve_tries;
	bool placing; /* in a cycle: room that is taken is its own doing */
	struct reqclass **heaps;
	uint32_t *placed_log, nplaced_log, placed_log_cap, nheaps;
	uint64_t pick_room, pick_labels;
	struct cand *cands;
	uint32_t cands_cap, explain_budget;
	struct core_action *acts;
	uint32_t nacts, acts_cap;
	struct arena act_text, view;
	struct core_stats stats;
};
