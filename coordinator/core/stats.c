/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/core.h"

#include <string.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"

void core_stats(const struct core *c, struct core_stats *ret)
{
	*ret = c->stats;
	memset(ret->jobs, 0, sizeof ret->jobs);
	memset(ret->nodes, 0, sizeof ret->nodes);
	ret->members_live = ret->orders = ret->attempts_open = 0;
	for (const struct job_record *j = c->jobs.all; j; j = j->all_next) {
		ret->attempts_open += job_attempts_live(j) + j->members.count[ATTEMPT_STOPPING];
		ret->bytes_jobs += sizeof *j + job_slots_bytes(j);
		if (!job_exists(j))
			continue;
		ret->jobs[j->life.state]++;
		ret->members_live += job_attempts_live(j);
	}
	for (const struct node_record *n = c->nodes.by_name; n; n = n->hh.next) {
		ret->nodes[n->verdict.state]++;
		ret->bytes_nodes += sizeof *n + (size_t)ROW_N * c->res.cap * sizeof(int64_t);
		ret->orders += n->orders.n;
	}
	ret->job_records = c->jobs.by_identity.n;
	ret->node_records = HASH_COUNT(c->nodes.by_name);
	ret->templates = templates_count(c);
	ret->creates_out = c->tickets.pace.out;
	ret->creates_window = c->tickets.pace.window;
	ret->creates_waiting = c->tickets.nwaiting;
	ret->creates_found = c->tickets.found;
	ret->creates_refused = c->tickets.pace.refusals;
}
