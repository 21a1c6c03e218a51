/* SPDX-License-Identifier: Apache-2.0 */
/* Counts what no fault does directly, but several together: two that believe to lead, and writes of
 * the one whose time is over that arrive late. */
#include "test/sim/checks/witness.h"
#include "test/sim/cluster/proc.h"

static uint64_t epoch_of(const struct proc *p)
{
	struct coordinator_stats st;
	coordinator_stats(p->c, &st);
	return st.epoch;
}

void witness_turn(const struct proc *p)
{
	struct cluster *cl = p->cluster;
	if (p->kind != PROC_COORDINATOR || !coordinator_leading(p->c))
		return;
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		if (&cl->coordinator[i] != p && proc_leads(&cl->coordinator[i]))
			server_count(&cl->world.server, FACT_TWO_LEADERS);
	}
}

/* Who leads by the newest epoch; NULL: nobody. */
static const struct proc *newest_leader(const struct cluster *cl)
{
	const struct proc *best = NULL;
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		const struct proc *p = &cl->coordinator[i];
		if (proc_leads(p) && (!best || epoch_of(p) > epoch_of(best)))
			best = p;
	}
	return best;
}

void witness_request(struct cluster *cl, const char *who, const struct api_request *req)
{
	const struct proc *leads = newest_leader(cl);
	bool leaders =
		req->kind == API_POD || req->kind == API_JOB || req->kind == API_COMPUTE_NODE;
	if (*who == 'c' && leads && leaders && is_write(req->verb) &&
	    !str_eq(leads->host.name, who))
		server_count(&cl->world.server, FACT_OLD_LEADER_WRITES);
}
