/* SPDX-License-Identifier: Apache-2.0 */
/* Counts what no fault does directly, but several together: two that believe to lead, and requests
 * of the one whose time is over. */
#include "sim.h"

static uint64_t epoch_of(const struct proc *p)
{
	struct coordinator_stats st;
	coordinator_stats(p->c, &st);
	return st.epoch;
}

void witness_turn(const struct proc *p)
{
	struct sim *s = p->sim;
	if (p->kind != PROC_COORDINATOR || !coordinator_leading(p->c))
		return;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		if (&s->coordinator[i] != p && proc_leads(&s->coordinator[i]))
			server_count(&s->server, FACT_TWO_LEADERS);
	}
}

void witness_request(struct sim *s, const char *who)
{
	const struct proc *asks = NULL;
	if (*who != 'c')
		return;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		if (str_eq(s->coordinator[i].name, who) && proc_leads(&s->coordinator[i]))
			asks = &s->coordinator[i];
	}
	for (uint32_t i = 0; asks && i < s->cfg.coordinators; i++) {
		const struct proc *p = &s->coordinator[i];
		if (p != asks && proc_leads(p) && epoch_of(p) > epoch_of(asks))
			server_count(&s->server, FACT_OLD_LEADER_ASKS);
	}
}
