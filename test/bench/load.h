/* SPDX-License-Identifier: Apache-2.0 */
/* What the placement bench places: nodes that differ in labels, taints and load, and jobs that draw
 * selector, affinity, tolerations and size from seeded variants. */
#pragma once

#include "base/rng.h"
#include "refsched.h"

enum { VARIANTS = 400, LOAD_TEXT = 24, LOAD_CREATED = 1000 };
enum shape {
	SHAPE_PLAIN,
	SHAPE_SELECTOR,
	SHAPE_AFFINITY,
	SHAPE_TAINTS,
	SHAPE_GANG,
	SHAPE_BACKFILL
};

struct load_node {
	char name[LOAD_TEXT], uid[LOAD_TEXT], rank[LOAD_TEXT], rack[LOAD_TEXT];
	struct kv labels[6];
	struct taint taints[2];
	struct res room[3], foreign[1];
};

struct load_variant {
	struct kv selector[2];
	struct sel_expr exprs[2][2];
	struct sel_term terms[2];
	const char *values[2];
	struct toleration tolerations[2];
	struct job_spec spec; /* without requests */
};

struct load_job {
	char name[LOAD_TEXT], uid[LOAD_TEXT];
	struct res requests[2];
	struct job_spec spec;
};

struct load {
	int64_t nodes, jobs, parallelism;
	int64_t per_node; /* members of a job that may share a node */
	enum shape shape;
	struct rng rng;
	int64_t cpu_each; /* of a node, in thousandths */
	struct load_node *node;
	struct ref_node *rnode; /* the same for the reference; used: by other pods */
	struct load_variant variant[VARIANTS];
	struct load_job *job;
	uint32_t distinct; /* requests among the jobs */
};

void load_make(struct load *l);
void load_done(struct load *l);
/* One more job, of the given number of members, each asking for so much cpu. */
void load_one(struct load *l, struct load_job *ret, const char *name, int64_t members, int64_t cpu);
