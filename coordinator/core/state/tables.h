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

/* Resource names, numbered as they came. */
struct resource_table {
	char *names[RES_NAMES_MAX];
	uint32_t n, cap; /* cap: the length of every node's rows */
};

struct node_table {
	struct node_record *by_name, *dirty;
	struct node_record **at; /* by index; NULL: free */
	uint32_t n, cap, *spare, nspare, spare_cap;
	struct node_record *connected; /* agents that are not silent, oldest heard first */
	uint32_t nsilent;
	struct bitset usable; /* nodes that take new members */
};

struct label_table {
	struct labelkey *keys;
	struct taintset *taints;
	uint64_t version; /* another with each change */
};

struct job_table {
	struct job_record *by_name, *by_uid, *dirty;
	uint32_t last_id;
};

struct attempt_table {
	struct hmap by_id, by_pod;
};

struct request_table {
	struct request *all;
};

struct selection_table {
	struct selection *all;
	struct selection **evaluated; /* those evaluated last, a ring of SELECTIONS_KEPT */
	uint32_t next;
	uint64_t last_id;
};

struct template_table {
	struct template_use *used;
	struct by_us *by_us;
};

struct waiting_table {
	struct job_record *first, *again; /* never told; to be told again */
	int64_t tokens_ms, filled_ms;     /* of what may be told in a time */
};

/* After a change of leader. */
struct gate {
	bool open;
	int64_t lead_ms, opens_ms; /* opens_ms: at the latest */
};

struct silence {
	bool suspects_us; /* most are silent: it is probably the coordinator that hears nothing */
	int64_t mass_loop_ms; /* when most were silent last */
};

/* What goes out of this step. */
struct out {
	struct core_action *v;
	uint32_t n, cap;
	struct arena text;
	struct arena *view; /* memory of views, which change nothing else */
};

struct core {
	struct core_config cfg;
	const struct log *log;
	bool leading, synced;
	bool settled;   /* all was decided once after synced */
	bool unsettled; /* the step before could not settle all that changed */
	bool idle;      /* this step has no news: it may go through the queue */
	uint64_t epoch, orders_revision;
	int64_t now_ms, wall_ms, loop_ms; /* loop: stands still over a gap between two turns */
	struct gate gate;
	struct silence silence;
	struct intern *strs;
	struct heap timers;
	struct resource_table res;
	struct node_table nodes;
	struct label_table labels;
	struct levels levels;
	struct job_table jobs;
	struct attempt_table attempts;
	struct request_table requests;
	struct selection_table selections;
	struct template_table templates;
	struct queue queue;
	struct reservation reservation;
	struct waiting_table waiting;
	struct placing *placing;   /* place/placing.h */
	struct placing *questions; /* the same, for core_what_if */
	struct out out;
	struct core_stats stats;
};

/* The node's row: core.res.cap numbers, of which core.res.n count. */
static inline const int64_t *res_row(const struct core *c, const struct node_record *n,
				     enum res_row row)
{
	return n->res + (size_t)row * c->res.cap;
}
