/* SPDX-License-Identifier: Apache-2.0 */
/* One run of a plan from its seed to quiet, and the shortening of a failing one. */
#pragma once

#include "test/sim/people/plan.h"
#include "test/sim/people/twin.h"

struct outcome {
	bool failed;
	char invariant[48], failure[FAILURE_BYTES];
	uint64_t steps;
	int64_t end_ms;
	uint64_t pods, status_writes;
	struct op_counts ops;
	struct counts counts;
	struct job_end end[PLAN_JOBS_MAX];
};

struct outcome run_plan(struct plan *p, const struct cluster_config *cfg);
/* The plan, then its twin, to whose ends it must have come: invariant "twin". */
struct outcome run_with_twin(struct plan *p, const struct cluster_config *cfg);
/* Switches off what the failure does not need; each try is a run. */
void run_shorten(struct plan *p, const struct cluster_config *cfg, const struct outcome *failure);
