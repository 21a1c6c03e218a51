/* SPDX-License-Identifier: Apache-2.0 */
/* Names of states and phases: one table each, both ways. */
#include <string.h>

#include "base/mem.h"
#include "model/compute_node.h"
#include "model/job.h"
#include "model/message.h"

static const char *const job_states[] = {
	[JOB_NONE] = "",           [JOB_PENDING] = "Pending",
	[JOB_RUNNING] = "Running", [JOB_COMPLETED] = "Completed",
	[JOB_FAILED] = "Failed",   [JOB_SUSPENDED] = "Suspended",
};

static const char *const dependencies[] = {
	[DEPENDS_COMPLETE] = "Complete",
	[DEPENDS_FAILED] = "Failed",
	[DEPENDS_FINISHED] = "Finished",
	[DEPENDS_STARTED] = "Started",
};

static const char *const compute_node_states[] = {
	[COMPUTE_NODE_NONE] = "",           [COMPUTE_NODE_PENDING] = "Pending",
	[COMPUTE_NODE_RUNNING] = "Running", [COMPUTE_NODE_DRAINING] = "Draining",
	[COMPUTE_NODE_DRAINED] = "Drained", [COMPUTE_NODE_FAILED] = "Failed",
};

static const char *const member_phases[] = {
	[MEMBER_NONE] = "",           [MEMBER_PENDING] = "Pending",
	[MEMBER_RUNNING] = "Running", [MEMBER_SUCCEEDED] = "Succeeded",
	[MEMBER_FAILED] = "Failed",   [MEMBER_DISRUPTED] = "Disrupted",
	[MEMBER_REFUSED] = "Refused", [MEMBER_GONE] = "Gone",
	[MEMBER_HELD] = "Held",       [MEMBER_DENIED] = "Denied",
};

static const char *const rejects[] = {
	[REJECT_NONE] = "none",       [REJECT_TOKEN] = "token",           [REJECT_NODE] = "node",
	[REJECT_VERSION] = "version", [REJECT_NOT_LEADER] = "not-leader", [REJECT_LATER] = "later",
	[REJECT_SESSION] = "session", [REJECT_MALFORMED] = "malformed",
};

static unsigned find(const char *const *table, unsigned n, const char *s)
{
	for (unsigned i = 1; s && i < n; i++) {
		if (!strcmp(table[i], s))
			return i;
	}
	return 0;
}

const char *job_state_text(enum job_state s)
{
	must((unsigned)s < ARRAY_LEN(job_states));
	return job_states[s];
}

enum job_state job_state_parse(const char *s)
{
	return (enum job_state)find(job_states, ARRAY_LEN(job_states), s);
}

const char *dependency_text(enum dependency_condition c)
{
	must((unsigned)c < ARRAY_LEN(dependencies));
	return dependencies[c];
}

enum dependency_condition dependency_parse(const char *s)
{
	return (enum dependency_condition)find(dependencies, ARRAY_LEN(dependencies), s);
}

const char *compute_node_state_text(enum compute_node_state s)
{
	must((unsigned)s < ARRAY_LEN(compute_node_states));
	return compute_node_states[s];
}

enum compute_node_state compute_node_state_parse(const char *s)
{
	return (enum compute_node_state)find(compute_node_states, ARRAY_LEN(compute_node_states),
					     s);
}

const char *member_phase_text(enum member_phase p)
{
	must((unsigned)p < ARRAY_LEN(member_phases));
	return member_phases[p];
}

enum member_phase member_phase_parse(const char *s)
{
	return (enum member_phase)find(member_phases, ARRAY_LEN(member_phases), s);
}

bool member_phase_final(enum member_phase p)
{
	return p >= MEMBER_SUCCEEDED && p < MEMBER_PHASE_N;
}

const char *reject_text(enum reject r)
{
	must((unsigned)r < ARRAY_LEN(rejects));
	return rejects[r];
}
