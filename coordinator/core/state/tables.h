/* SPDX-License-Identifier: Apache-2.0 */
/* All that the core knows. Each table is a struct of its own; the file that is named like the table
 * owns it. */
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

/* For one resource: sets of nodes with at least so much of it. */
struct stepset {
	struct bitset at_least[STEPS_N];
	uint8_t *at; /* by node: its step */
	uint32_t cap;
};

struct levels {
	struct bitset level[LEVELS], used; /* used: the levels that have nodes */
	uint32_t count[LEVELS];
	uint16_t *of; /* by node: its level + 1, or 0 */
	uint32_t cap;
	struct stepset **free,
		**whole; /* by resource: of the room that is left; of the empty node */
	uint32_t nres;
};

/* A node that may be chosen; lower scores are better. */
struct candidate {
	int64_t score;
	uint32_t node;
};

/* The reservation of the first job that does not fit, if the empty cluster could hold the job. */
struct reservation {
	const struct job_record *head; /* the job that has the reservation */
	bool holds; /* the time when the job can start is known, and nodes are kept */
	const struct job_record *told; /* the job that the log named last, or NULL */
	int64_t at_ms;
	struct bitset nodes;
	/* The job for which nodes are being asked when they have room, and the answers so far. */
	const struct job_record *asking;
	struct candidate *offers;
	uint32_t noffers, offers_cap, ask_next;
};

/* The names of resources, numbered in the order in which they came. */
struct resource_table {
	char *names[RES_NAMES_MAX];
	uint32_t n, cap; /* cap: the length of the rows of every node */
};

struct node_table {
	struct node_record *by_name, *dirty;
	struct node_record **at; /* by index; NULL: the index is free */
	uint32_t n, cap, *spare, nspare, spare_cap;
	struct node_record *connected; /* their agents are not silent; longest unheard first */
	uint32_t nsilent;
	struct bitset usable; /* the nodes that take new members */
};

struct label_table {
	struct labelkey *keys;
	struct taintset *taints;
	uint64_t version; /* changes whenever a label or taint does */
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
	struct selection **evaluated; /* the last SELECTIONS_KEPT that were evaluated, as a ring */
	uint32_t next;
	uint64_t last_id;
};

struct template_table {
	struct template_use *used;
	struct by_us *by_us;
};

struct waiting_table {
	struct job_record *first,
		*again; /* jobs whose first message is due; jobs whose message is renewed */
	int64_t tokens_ms, filled_ms; /* how many messages may be made now, as a bucket of tokens */
};

/* The time after a change of leader, when agents are waited for. */
struct gate {
	bool open;
	int64_t lead_ms, opens_ms; /* opens_ms: when the gate opens at the latest */
};

struct silence {
	bool suspects_us; /* most agents are silent, so probably the coordinator hears nothing */
	int64_t mass_loop_ms; /* when most were last silent */
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
	bool settled;   /* everything was decided at least once after CEV_SYNCED */
	bool unsettled; /* the last step could not settle all that changed */
	bool idle;      /* this step has no news, so a cycle may go through the queue */
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
	struct selection_table selections;
	struct template_table templates;
	struct queue queue;
	struct reservation reservation;
	struct waiting_table waiting;
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
