/* SPDX-License-Identifier: Apache-2.0 */
/* All that the core knows. Each table is a struct of its own. test/lint/owners.txt says which files
 * may write it. */
#pragma once

#include "base/arena.h"
#include "base/intern.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "coordinator/core/state/action.h"
#include "coordinator/core/state/agents_record.h"
#include "coordinator/core/state/config.h"
#include "coordinator/core/state/dependency_record.h"
#include "coordinator/core/state/event.h"
#include "coordinator/core/state/levels_record.h"
#include "coordinator/core/state/queue_record.h"
#include "coordinator/core/state/reservation_record.h"
#include "coordinator/core/state/tickets_record.h"

enum { TEMPLATES_BY_COORDINATOR_MAX = 4096 };

struct node_table {
	struct node_record *by_name, *dirty;
	struct node_record **at; /* by index; NULL: the index is free */
	uint32_t n, cap, *spare, nspare, spare_cap;
	struct node_record *connected; /* their agents are not silent; longest unheard first */
	uint32_t nsilent;
	struct bitset usable; /* the nodes that take new members */
	struct bitset narrow; /* those whose agent takes no index from INDEX_NARROW on */
};

struct label_table {
	struct labelkey *keys;
	struct taintset *taints;
	uint64_t version; /* changes whenever a label or taint does */
};

struct job_table {
	struct hmap by_name, by_identity;
	struct job_record *all; /* as they came: a list through all_prev and all_next */
	struct job_record *dirty;
	uint32_t last_id;
};

struct attempt_table {
	struct hmap by_id, by_pod;
};

struct request_table {
	struct request *all;
};

struct admitted_table {
	struct admitted *all; /* in the order in which they were made */
	uint32_t under_way;   /* questions without an answer yet */
	/* A round: of all shapes one after another it is asked again what admission makes of them.
	 */
	struct heap_node timer; /* when one begins, or goes on */
	struct admitted *next;  /* where it goes on; NULL: it is at its end */
	int64_t round_ms;       /* when the last one began */
};

struct selection_table {
	struct selection *all;
	struct selection **evaluated; /* the last SELECTIONS_KEPT that were evaluated, as a ring */
	uint32_t next;
	uint64_t last_id;
	uint32_t work; /* of evaluations that no step was charged with yet */
};

struct template_table {
	struct template_use *used;
	struct by_coordinator *by_coordinator;
};

/* A pod that waits for a node which kube-scheduler has promised it. */
struct nominated {
	UT_hash_handle hh; /* by UID */
	char *uid, *node;
	char **name; /* the resources that it requests, and how much */
	int64_t *milli;
	uint32_t n;
	int64_t left_ms; /* it does not wait any more, and counts until then; 0: it waits */
};

struct nominated_table {
	struct nominated *all;
};

struct waiting_table {
	struct job_record *first,
		*again; /* jobs whose first message is due; jobs whose message is renewed */
	int64_t tokens_ms, filled_ms; /* how many messages may be made now, as a bucket of tokens */
};

/* What goes out of this step. */
struct out {
	struct core_action *v;
	uint32_t n, cap;
	struct arena text;
	struct arena *view; /* memory of views, which are const otherwise */
};

struct core {
	struct core_config cfg;
	const struct log *log;
	bool leading, synced;
	bool agents_bound; /* the admission policy for agents holds */
	bool settled;      /* everything was decided at least once after CEV_SYNCED */
	bool unsettled;    /* the last step could not settle all that changed */
	bool idle;         /* this step has no news, so a cycle may go through the queue */
	uint64_t epoch, orders_revision;
	int64_t now_ms, wall_ms, loop_ms; /* loop_ms stands still over a gap between two turns */
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
	struct admitted_table admitted;
	struct port_table ports;
	struct volume_table volumes;
	struct lookup_table lookups;
	struct selection_table selections;
	struct template_table templates;
	struct dependency_table dependencies;
	struct queue queue;
	struct reservation_table reservations;
	struct nominated_table nominated;
	struct waiting_table waiting;
	struct ticket_table tickets;
	struct placing *placing;   /* of place_next */
	struct placing *questions; /* of core_what_if */
	struct out out;
	struct core_stats stats;
};

/* A row of a node: core.res.cap numbers, of which core.res.n are used. */
static inline const int64_t *res_row(const struct core *c, const struct node_record *n,
				     enum res_row row)
{
	return n->res + (size_t)row * c->res.cap;
}
