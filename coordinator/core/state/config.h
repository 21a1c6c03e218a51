/* SPDX-License-Identifier: Apache-2.0 */
/* The core's settings, and what it counts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/cnode.h"
#include "model/job.h"

enum { STEP_PLACEMENTS = 2000 }; /* about so many in one step */

struct core_config {
	int64_t node_silent_grace_ms; /* 6000 */
	int64_t node_unheard_ms;      /* after a change of leader: 30000 */
	int64_t loop_gap_ms;          /* a turn gap above it shifts every deadline: 1000 */
	int64_t retry_base_ms,
		retry_cap_ms;       /* a failed member's backoff: 10 s … 360 s, as batch Jobs */
	int64_t cnode_numbers_ms;   /* 30000 */
	int64_t message_refresh_ms; /* 60000 */
	uint32_t step_jobs;         /* how many of each kind one step handles; 0: some thousands */
	bool spread;                /* else pack */
	bool agent_launch;
};

struct core_stats {
	uint32_t jobs[JOB_SUSPENDED + 1], nodes[CNODE_FAILED + 1], members_live;
	/* What the tables hold: jobs also whose object is gone, attempts that have not ended. */
	uint32_t job_records, node_records, attempts_open, orders, templates;
	uint64_t placements, charged_failures, disruptions, steps;
	uint64_t unordered_reports; /* of agents, about attempts that were not ordered there */
	uint64_t create_failures;   /* creates of the coordinator's own that made no pod of ours */
	size_t bytes_nodes, bytes_jobs;
};

/* What would be placed of a job if the job came now. */
struct what_if {
	bool starts;  /* enough nodes fit for the job to start */
	bool kept;    /* nodes that the job might have are kept for a job ahead */
	uint32_t n;   /* members that would be placed; 0 if the job does not start */
	uint32_t fit; /* nodes that fit; counting ends at parallelism */
	const char *const
		*nodes; /* names of the n nodes, best first; borrowed until the next step */
};
