/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/conditions.h"

#include "base/mem.h"

/* Types of ComputeJobs: those of batch/v1 Jobs, and Scheduled. */
static const char *const of_jobs[JC_N] = {
	[JC_SCHEDULED] = "Scheduled",
	[JC_SUSPENDED] = "Suspended",
	[JC_COMPLETE] = "Complete",
	[JC_FAILED] = "Failed",
	[JC_SUCCESS_MET] = "SuccessCriteriaMet",
};

static const char *const of_nodes[NC_N] = {
	[NC_READY] = "Ready",
	[NC_AGENT] = "AgentConnected",
	[NC_SCHEDULABLE] = "Schedulable",
};

const char *job_condition_type(enum job_condition k)
{
	must(k < JC_N);
	return of_jobs[k];
}

const char *node_condition_type(enum node_condition k)
{
	must(k < NC_N);
	return of_nodes[k];
}

static uint32_t find(const char *const *types, uint32_t n, const char *type)
{
	uint32_t k = 0;
	while (k < n && !str_eq(types[k], type))
		k++;
	return k;
}

enum job_condition job_condition_find(const char *type)
{
	return (enum job_condition)find(of_jobs, JC_N, type);
}

enum node_condition node_condition_find(const char *type)
{
	return (enum node_condition)find(of_nodes, NC_N, type);
}
