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
};

struct ref_job {
	const char *key;
	int64_t created_ms;
	const struct job_spec *spec;
	bool known, started;
	int64_t end_ms;   /* when its deadline ends it, wall; INT64_MAX: never */
	int32_t *where;   /* by index: its node, REF_NOWHERE or REF_DONE */
	uint32_t missing; /* of the last cycle: members that it waits for */
};

struct ref {
	struct ref_node *nodes;
	uint32_t nnodes;
	struct ref_job *jobs;
	uint32_t njobs;
	bool spread;
	int64_t now_ms; /* wall */
	struct ref_job
		*head; /* the first that does not fit, though the empty cluster could hold it */
	bool holds;    /* nodes are kept for it */
	int64_t at_ms; /* until then */
	bool *kept;    /* by node; the caller's memory */
};

/* Formats into max bytes; must fit. */
void ref_text(char *ret, size_t max, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
bool ref_matches(const struct ref_node *n, const struct job_spec *s);
bool ref_fits(const struct ref_node *n, const struct job_spec *s, bool empty);
int64_t ref_asked(const struct job_spec *s, uint32_t res);
/* The whole queue, after something has become free or another. */
void ref_cycle(struct ref *r);
/* One job that is new, when nothing else has changed. */
void ref_new(struct ref *r, struct ref_job *j);
/* Why a job waits; "; expected to start in" without its number. */
void ref_why(const struct ref *r, const struct ref_job *j, struct buf *out);
/* The best nodes for one job as things are, at most max; best first. For the bench. */
uint32_t ref_pick(const struct ref *r, const struct ref_job *j, uint32_t max, uint32_t *ret);
