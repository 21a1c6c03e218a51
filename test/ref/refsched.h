/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of placement, written plainly: every node is looked at for every member, nothing is
 * kept between decisions. For tests, which compare the coordinator's core with it, and for the
 * bench, which runs it beside. Everything is borrowed; where[] is the caller's. */
#pragma once

#include "model/job.h"

enum { REF_RES = 5, REF_NOWHERE = -1, REF_DONE = -2 };
extern const char *const ref_resources[REF_RES]; /* cpu, memory, pods, and two more */

struct ref_node {
	const char *name;
	struct kvs labels, own_labels; /* the Node's; the ComputeNode's */
	const struct taint *taints;
	uint32_t ntaints;
	bool agent, ready, cordoned; /* cordoned: either object */
	int64_t cap[REF_RES], used[REF_RES];
	int64_t most[REF_RES];                   /* cap without the pods of others */
	int64_t total[REF_RES], others[REF_RES]; /* what the Node has; what pods of others use */
	bool lists[REF_RES];                     /* the Node lists it, be it 0 */
};

struct ref_job {
	const char *key; /* ns/name */
	const char *ns;
	int64_t created_ms;
	const struct job_spec *spec;
	bool known, started;
	int64_t end_ms;   /* when its deadline ends it, wall; INT64_MAX: never */
	int32_t *where;   /* by index: its node, REF_NOWHERE or REF_DONE */
	uint32_t missing; /* of the last cycle: members that it waits for */
	bool never;       /* not even the empty cluster could hold it */
	bool waits;       /* since since_ms: it came then, or one of its members was placed */
	int64_t since_ms;
	int64_t held_ms; /* since when nodes are kept for it without a known end; 0: they are not */
	int64_t pause_ms; /* until then none are */
	uint32_t in_vain;
};

enum { REF_HOLDS = 16, REF_HOLDS_OF_ONE = 8, REF_NAMESPACES = 4 };

struct ref_hold { /* nodes that are kept for a job */
	struct ref_job *job;
	const uint32_t *nodes; /* in ref.kept: for how many members each is kept */
	int64_t at_ms;         /* until then; INT64_MAX: nobody knows */
	int64_t until_ms;      /* at most; INT64_MAX: it is not counted */
	bool equal;            /* from jobs of its priority, too */
	bool own;              /* from jobs of its namespace only */
};

struct ref {
	struct ref_node *nodes;
	uint32_t nnodes;
	struct ref_job *jobs;
	uint32_t njobs;
	bool spread;
	int64_t now_ms; /* wall */
	int64_t pass_limit_ms, max_hold_ms;
	uint32_t namespace_holds; /* so many of a namespace hold from all; 0: any number */
	struct ref_share {
		const char *ns;
		int64_t spent_ms, seen_ms, until_ms; /* until: it pauses */
		bool spends;
	} share[REF_NAMESPACES];
	struct ref_hold hold[REF_HOLDS]; /* in the order of the queue */
	uint32_t nholds;
	int32_t floor;  /* the lowest priority of those that waited when the last cycle began */
	uint32_t *kept; /* for each hold, by node; the caller's memory: REF_HOLDS * nnodes */
};

/* Formats into max bytes; must fit. */
void ref_text(char *ret, size_t max, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool ref_matches(const struct ref_node *n, const struct job_spec *s);
/* The first hold that keeps the node from so many members of the job; NULL: none. */
const struct ref_hold *ref_kept(const struct ref *r, const struct ref_job *j, uint32_t node,
				uint32_t members);
const struct ref_hold *ref_hold_of(const struct ref *r, const struct ref_job *j);
/* Until then its namespace holds nodes from others only if an end is known. */
int64_t ref_pause(const struct ref *r, const struct ref_job *j);
uint32_t ref_missing(const struct ref_job *j); /* members that it wants and has not */
uint32_t ref_needed(const struct ref_job *j);
/* The node has room for so many members more. */
bool ref_fits(const struct ref_node *n, const struct job_spec *s, bool empty, uint32_t members);
uint32_t ref_there(const struct ref_job *j, uint32_t node); /* members that it has */
int64_t ref_asked(const struct job_spec *s, uint32_t res);
/* The whole queue, after something has become free or another. */
void ref_cycle(struct ref *r);
/* Time has passed. */
void ref_passed(struct ref *r);
/* One job that is new, when nothing else has changed. */
void ref_new(struct ref *r, struct ref_job *j);
/* Why a job waits; "; expected to start in" without its number, " until" without its time. */
void ref_why(const struct ref *r, const struct ref_job *j, struct buf *out);
/* The best nodes for one job as things are, at most max; best first, each as often as it gets a
 * member. For the bench. */
uint32_t ref_pick(const struct ref *r, const struct ref_job *j, uint32_t max, uint32_t *ret);
