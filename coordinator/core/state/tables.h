/* SPDX-License-Identifier: Apache-2.0 */
/* All that the core knows. */
#pragma once

#include "base/arena.h"
#include "base/intern.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "coordinator/core/state/action.h"
#include "coordinator/core/state/config.h"
#include "coordinator/core/state/event.h"
#include "coordinator/core/state/queue_record.h"

enum { TEMPLATES_BY_US_MAX = 4096 };

enum { LEVELS = 1025, STEPS_N = 248 };

struct stepset { /* for one resource */
	struct bitset at_least[STEPS_N];
	uint8_t *at; /* by node */
	uint32_t cap;
};

struct levels {
	struct bitset level[LEVELS], used; /* used: the levels that have nodes */
	uint32_t count[LEVELS];
	uint16_t *of; /* by node: its level + 1 */
	uint32_t cap;
	struct stepset **free, **whole; /* by resource: room that is left; of the empty node */
	uint32_t nres;
};

struct candidate { /* lower is better */
	int64_t score;
	uint32_t node;
};

struct reservation { /* of the first job that does not fit though the empty cluster could hold it */
	struct job_record *head; /* that job */
	bool holds;              /* when it can start is known: nodes are kept for it */
	struct job_record
		*told; /* for which of them the log said last that nodes are kept, or NULL */
	int64_t at_ms;
	struct bitset nodes;
	/* The job whose nodes are being asked when they have room, and the answers so far. */
	struct job_record *asking;
	struct candidate *offers;
	uint32_t noffers, offers_cap, ask_next;
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
	struct node_record *nodes, **node_at, *dirty_nodes, *lru;
	uint32_t nnodes, node_cap, *node_spare, nnode_spare, node_spare_cap, nsilent;
	struct bitset usable; /* nodes that take new members */
	struct labelkey *labelkeys;
	struct taintset *taintsets;
	uint64_t label_version;
	struct job_record *jobs, *jobs_uid, *dirty_jobs;
	uint32_t next_job_id;
	struct hmap atts, atts_pod;
	struct request *classes;
	struct selection *matchsets, **kept; /* kept: those evaluated last, a ring of KEPT_MAX */
	uint64_t next_matchset;
	uint32_t kept_at;
	struct template_use *templates;
	struct by_us *by_us;
	uint64_t orders_rev;
	struct heap timers;
	struct queue queue;
	struct reservation reserved;
	struct levels levels;
	struct placing *placing;                  /* place/placing.h */
	struct job_record *why_first, *why_again; /* never told; to be told again */
	int64_t why_tokens_ms, why_filled_ms;
	struct core_action *acts;
	uint32_t nacts, acts_cap;
	struct arena act_text, view;
	struct core_stats stats;
};

/* The node's row: core.res_cap numbers, of which core.nres count. */
static inline int64_t *res_row(const struct core *c, const struct node_record *n, enum res_row row)
{
	return n->res + (size_t)row * c->res_cap;
}
