/* SPDX-License-Identifier: Apache-2.0 */
/* The nodes that are held for jobs that wait, and how they are found. */
#pragma once

#include "base/bitset.h"

struct job_record;

/* A node that may be chosen; lower scores are better. */
struct candidate {
	int64_t score;
	uint32_t node;
	uint32_t members; /* of an offer: so many more have room from then on */
};

/* So many jobs hold nodes at the same time; for so many jobs a cycle asks whether they could. Of
 * one namespace, it is the half of both, so that its jobs leave places to those of others. */
enum {
	RESERVATIONS_MAX = 16,
	RESERVATION_LOOKS = 64,
	RESERVATIONS_OF_ONE = RESERVATIONS_MAX / 2,
	LOOKS_OF_ONE = RESERVATION_LOOKS / 2,
	HOLD_SHARES_MAX = 256,
	NAMESPACE_BYTES = 64
};

/* The nodes that are held for one job. */
struct reservation {
	const struct job_record *job;
	struct bitset nodes;
	uint32_t *members; /* for how many members each of nodes is held, by its number; of a job
			    * whose members do not share nodes: not set, for one each */
	uint32_t members_cap;
	uint32_t most;          /* for so many members a node is held at most; 0 counts as 1 */
	struct bitset possible; /* the nodes that could hold a member of the job if they were empty
				 */
	int64_t at_ms;          /* when all of nodes have room; INT64_MAX: not known */
	int64_t until_ms;       /* so long they are held at most; INT64_MAX: until they have room */
	bool equal;             /* held from jobs of the same priority too */
	bool own;               /* held from jobs of its own namespace only */
};

/* What the jobs of a namespace hold, or ask for. state/share.c counts. */
struct hold_share {
	char ns[NAMESPACE_BYTES];
	int64_t spent_ms, seen_ms; /* time of its share that is spent; when that was counted */
	int64_t pause_ms;   /* until then its jobs hold nodes from others only if an end is known */
	bool spends, binds; /* its jobs held nodes from others at the last count; in this cycle */
	uint32_t held,
		looks; /* in this cycle: jobs that hold nodes; that asked whether they could */
};

/* The reservations, in the order of the queue, as the last cycle made them. */
struct reservation_table {
	struct reservation v[RESERVATIONS_MAX];
	uint32_t n;
	uint32_t
		looks; /* so many jobs were considered in this cycle, beside those that hold none */
	int32_t floor; /* the lowest priority in the queue when the cycle began */
	bool fell;     /* it is lower than before: every job is considered again */
	struct hold_share share[HOLD_SHARES_MAX];
	uint32_t nshares;
	int64_t wake_ms;                                 /* when a cycle is due for these */
	const struct job_record *told[RESERVATIONS_MAX]; /* what the log has said and not unsaid */
	uint32_t ntold;
	/* The job for which nodes are being asked when they have room, and the answers so far. */
	const struct job_record *asking;
	struct candidate *offers;
	uint32_t noffers, offers_cap, ask_next;
};
