/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job waits, in numbers: every node is counted once, by the first thing that keeps it away.
 * Refreshed at most once in message_refresh_ms for each job, and for so many jobs a step. */
#include "base/mutant.h"
#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

enum obstacle {
	W_FIT,
	W_LACK,
	W_SELECTOR,
	W_AFFINITY,
	W_TAINT,
	W_DRAINING,
	W_FAILED,
	W_AGENT,
	W_BUSY,
	W_REFUSED,
	W_RESERVED,
	W_N
};

static const char *const words[W_N][2] = {
	[W_SELECTOR] = {"does not match nodeSelector", "do not match nodeSelector"},
	[W_AFFINITY] = {"does not match nodeAffinity", "do not match nodeAffinity"},
	[W_TAINT] = {"has a taint that is not tolerated", "have a taint that is not tolerated"},
	[W_DRAINING] = {"is draining", "are draining"},
	[W_FAILED] = {"is not ready", "are not ready"},
	[W_AGENT] = {"has no agent", "have no agent"},
	[W_BUSY] = {"runs a member already", "run a member already"},
	[W_REFUSED] = {"refused a member lately", "refused a member lately"},
	[W_RESERVED] = {"is reserved for a job ahead", "are reserved for a job ahead"},
};

static enum obstacle obstacle(const struct core *c, const struct mjob *j, const struct mnode *n,
			      const struct bitset *busy, uint32_t *ret_lack)
{
	if (n->loss != LOSS_NO || n->silent)
		return W_FAILED;
	if (!n->connected || !n->capacity_known)
		return W_AGENT;
	if (node_cordoned(n))
		return W_DRAINING;
	if (!bitset_has(&j->cls->by_selector, n->idx))
		return W_SELECTOR;
	if (!bitset_has(&j->cls->by_affinity, n->idx))
		return W_AFFINITY;
	if (!bitset_has(&j->cls->by_taints, n->idx))
		return W_TAINT;
	if (bitset_has(busy, n->idx))
		return W_BUSY;
	if (refused_there(c, j, n))
		return W_REFUSED;
	*ret_lack = res_lacking(c, n, &j->cls->needs);
	if (*ret_lack < j->cls->needs.n)
		return W_LACK;
	if (!reserve_allows(c, j) && bitset_has(&c->reserved.nodes, n->idx))
		return W_RESERVED;
	return W_FIT;
}

static const char *sep(bool *first)
{
	const char *s = *first ? "; " : ", ";
	*first = false;
	return s;
}

static void put_counts(const struct core *c, const struct mjob *j, const uint32_t *counts,
		       const uint32_t *lacks, struct buf *b)
{
	bool first = true;
	for (uint32_t i = 0; i < j->cls->needs.n; i++) {
		uint32_t r = j->cls->needs.v[i].res;
		if (lacks[i])
			buf_printf(b, "%s%u %s %s", sep(&first), lacks[i],
				   lacks[i] == 1 ? "lacks" : "lack",
				   r == UINT32_MAX ? "a resource" : c->res_names[r]);
	}
	for (uint32_t w = W_SELECTOR; w < W_N; w++) {
		if (counts[w])
			buf_printf(b, "%s%u %s", sep(&first), counts[w], words[w][counts[w] != 1]);
	}
	if (counts[W_REFUSED] && *j->last_refusal)
		buf_printf(b, " (%s)", j->last_refusal);
	if (first && !counts[W_FIT])
		buf_puts(b, "; there are no nodes");
}

static void put_why(const struct core *c, struct mjob *j, struct buf *b)
{
	AUTO(bitset_done) struct bitset busy = {0};
	uint32_t counts[W_N] = {0}, need = place_min(j);
	AUTO(mem_freep) uint32_t *lacks = mem_zalloc(j->cls->needs.n + 1, sizeof *lacks);
	place_busy(j, &busy);
	for (uint32_t i = 0; i < c->nnodes; i++) {
		const struct mnode *n = c->node_at[i];
		uint32_t lack = 0;
		if (!n || !n->has_node)
			continue;
		enum obstacle o = obstacle(c, j, n, &busy, &lack);
		counts[o]++;
		lacks[lack] += o == W_LACK;
	}
	if (j->start_ms)
		need = j->want;
	buf_printf(b, "needs %u%s node%s: %u fit%s", need, j->start_ms ? " more" : "",
		   need == 1 ? "" : "s", counts[W_FIT], counts[W_FIT] == 1 ? "s" : "");
	put_counts(c, j, counts, lacks, b);
	if (c->reserved.job == j)
		buf_printf(b, "; expected in %lld s",
			   (long long)((c->reserved.at_ms - c->now_ms + 999) / 1000));
}

void why_explain(struct core *c, struct mjob *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
	/* Which nodes have agents is not known yet: what the leader before said stands. */
	if (!c->all_heard && j->reason == R_Unschedulable) {
		j->explain_after_ms = c->gate_ms;
		return;
	}
	if (!c->explain_budget || MUTANT(waits_silently)) {
		j->explain_after_ms = c->now_ms + 1000;
		return;
	}
	c->explain_budget--;
	j->explain_after_ms = c->now_ms + c->cfg.message_refresh_ms;
	put_why(c, j, &b);
	if (!j->start_ms)
		job_cond(c, j, JC_SCHEDULED, COND_FALSE, R_Unschedulable);
	job_say(j, R_Unschedulable, "%s", buf_str(&b));
	if (!j->told_waiting) {
		j->told_waiting = true;
		log_info(c->log, "job waits", KS("job", j->key), KS("why", j->message));
		act_note_job(c, j, R_Unschedulable, j->message);
	}
	job_dirty(c, j);
}
