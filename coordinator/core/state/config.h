/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of the core, and what the core counts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/compute_node.h"
#include "model/job.h"

enum { STEP_PLACEMENTS = 2000 }; /* about as many in one step */

struct core_config {
	int64_t node_silent_grace_ms; /* an agent that sent nothing for so long is silent: 6000 */
	/* A Node that is not Ready, though its agent answers, is lost after so long, if the job
	 * says nothing else: 60000. */
	int64_t node_not_ready_ms;
	int64_t node_unheard_ms; /* time for agents to connect to a new leader: 30000 */
	int64_t loop_gap_ms;     /* a longer gap between two turns is the coordinator's own: 1000 */
	int64_t retry_base_ms,
		retry_cap_ms; /* the backoff of failed members: 10 s to 360 s, as for batch Jobs */
	int64_t compute_node_numbers_ms; /* between two writes of a ComputeNode's numbers: 30000 */
	int64_t message_refresh_ms; /* a waiting job's message is renewed at most so often: 60000 */
	int64_t pass_limit_ms; /* so long jobs of the same priority may pass one that waits: 600000
				*/
	int64_t max_hold_ms;   /* so long nodes are held for a job if no end is known: 1800000 */
	/* So many jobs of a namespace hold nodes from jobs of other namespaces at a time; 0: all.
	 */
	uint32_t namespace_holds;
	uint32_t step_jobs; /* how many jobs, nodes or timers one step handles; 0: some thousands */
	bool spread;        /* place members on the emptiest nodes; else on the fullest */
	uint32_t creates_initial; /* creates under way at once before anything is known; 0: 16 */
	bool agent_launch;
	/* Agents get orders only while CEV_AGENTS_BOUND says that their admission policy is bound.
	 */
	bool agent_policy;
	bool ask_admission; /* ask what admission makes of a pod before the first one is made */
	/* Orders are proven: what carries no valid proof is no member, unless this leader has
	 * ordered it there (docs/design/0010-threat-model.md). */
	bool proofs;
};

/* The usual settings, which the programs and their tests begin with. */
static inline struct core_config core_config_usual(void)
{
	return (struct core_config){.node_silent_grace_ms = 6000,
				    .node_not_ready_ms = 60000,
				    .node_unheard_ms = 30000,
				    .loop_gap_ms = 1000,
				    .retry_base_ms = 10000,
				    .retry_cap_ms = 360000,
				    .compute_node_numbers_ms = 30000,
				    .message_refresh_ms = 60000,
				    .pass_limit_ms = 600000,
				    .max_hold_ms = 1800000,
				    .namespace_holds = 1,
				    .spread = true,
				    .agent_launch = true};
}

struct core_stats {
	uint32_t jobs[JOB_SUSPENDED + 1], nodes[COMPUTE_NODE_FAILED + 1], members_live;
	/* What the tables hold. Jobs count while attempts of them are known, attempts until they
	 * end. */
	uint32_t job_records, node_records, attempts_open, orders, templates;
	uint64_t placements, charged_failures, disruptions, steps;
	uint64_t unordered_reports; /* reports about attempts that were not ordered there */
	uint64_t pod_asks;          /* dry runs of a create, to see what admission adds */
	uint64_t create_failures;   /* the coordinator's creates that gave no pod */
	/* Creates that may be under way, the window of them, attempts that wait for a ticket;
	 * tickets that were found held already, refusals of the API server. */
	uint32_t creates_out, creates_window, creates_waiting;
	uint64_t creates_found, creates_refused;
	size_t bytes_nodes, bytes_jobs; /* of all records, whether their objects exist or not */
};

/* What would be placed of a job if the job came now. */
struct what_if {
	bool starts;  /* enough nodes fit for the job to start */
	bool kept;    /* some nodes that the job could use are kept for a job ahead */
	uint32_t n;   /* members that would be placed; 0 if the job does not start */
	uint32_t fit; /* nodes that fit; at most parallelism are counted */
	const char *const
		*nodes; /* the names of the n nodes, best first; borrowed until the next step */
};
