/* SPDX-License-Identifier: Apache-2.0 */
/* A random case of placement: nodes and jobs drawn from a seed, with the memory that their specs
 * point into. */
#pragma once

#include "base/rng.h"
#include "refsched.h"

enum { CASE_NODES = 12, CASE_JOBS = 14, CASE_MEMBERS = 8, CASE_LABELS = 5 };

struct case_node {
	char name[16], uid[16];
	struct kv labels[CASE_LABELS], own[3];
	struct taint taints[3];
	struct res alloc[REF_RES], spec[REF_RES], foreign[REF_RES];
	uint32_t nalloc, nspec, nforeign;
	int64_t foreign_pods;
	bool node_cordoned, own_cordoned, heard;
};

struct case_job {
	char name[16], key[32], uid[16];
	const char *ns;
	struct kv selector[2];
	struct sel_expr exprs[2][2];
	struct sel_term terms[2];
	struct sel_expr likes[3];
	struct sel_preference preferred[3];
	const char *liked[3];
	const char *values[2][2][2];
	struct toleration tolerations[3];
	struct res requests[REF_RES];
	struct job_spec spec;
	int32_t where[CASE_MEMBERS];
	bool told;
};

struct refcase {
	struct rng rng;
	struct case_node node[CASE_NODES];
	struct case_job job[CASE_JOBS];
	struct ref_node rnode[CASE_NODES];
	struct ref_job rjob[CASE_JOBS];
	uint32_t kept[REF_HOLDS * CASE_NODES];
	struct ref ref;
};

void case_make(struct refcase *k, uint64_t seed);
/* What Muster may use there, from what was told of the node; false: as before. */
bool case_caps(struct refcase *k, uint32_t node);
void case_relabel(struct refcase *k, uint32_t node);
