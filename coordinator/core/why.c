/* SPDX-License-Identifier: Apache-2.0 */
/* Why a job waits, in numbers: every node is counted once, by the first thing that keeps it away.
 * Told once it waits, and again at most once in message_refresh_ms for each job; for all of them
 * together so many in a time, and first those that have said nothing yet. */
#include <utlist.h>

#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

enum { WHY_EACH_MS = 20, WHY_AT_ONCE = 200, WHY_PER_STEP = 50 };

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

struct looking {
	struct match_parts parts;
	struct bitset busy;
};

static enum obstacle obstacle(const struct core *c, const struct mjob *j, const struct mnode *n,
			      const struct looking *l, uint32_t *ret_lack)
{
	if (n->loss != LOSS_NO || n->silent)
		return W_FAILED;
	if (!n->connected || !n->capacity_known)
		return W_AGENT;
	if (node_cordoned(n))
		return W_DRAINING;
	if (!bitset_has(&l->parts.selector, n->idx))
		return W_SELECTOR;
	if (!bitset_has(&l->parts.affinity, n->idx))
		return W_AFFINITY;
	if (!bitset_has(&l->parts.taints, n->idx))
		return W_TAINT;
	if (bitset_has(&l->busy, n->idx))
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

static void put_counts(const struct mjob *j, const uint32_t *counts, const uint32_t *lacks,
		       struct buf *b)
{
	bool first = true;
	for (uint32_t i = 0; i < j->cls->needs.n; i++) {
		if (lacks[i])
			buf_printf(b, "%s%u %s %s", sep(&first), lacks[i],
				   lacks[i] == 1 ? "lacks" : "lack", reqclass_asks(j->cls, i));
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
	struct looking l = {0};
	uint32_t counts[W_N] = {0}, need = place_min(j);
	AUTO(mem_freep) uint32_t *lacks = mem_zalloc(j->cls->needs.n + 1, sizeof *lacks);
	place_busy(j, &l.busy);
	matchset_parts(c, j->cls->set, &l.parts);
	for (uint32_t i = 0; i < c->nnodes; i++) {
		const struct mnode *n = c->node_at[i];
		uint32_t lack = 0;
		if (!n || !n->has_node)
			continue;
		enum obstacle o = obstacle(c, j, n, &l, &lack);
		counts[o]++;
		lacks[lack] += o == W_LACK;
	}
	bitset_done(&l.busy);
	match_parts_done(&l.parts);
	if (j->start_ms)
		need = j->want;
	buf_printf(b, "needs %u%s node%s: %u fit%s", need, j->start_ms ? " more" : "",
		   need == 1 ? "" : "s", counts[W_FIT], counts[W_FIT] == 1 ? "s" : "");
	put_counts(j, counts, lacks, b);
	if (c->reserved.head == j && c->reserved.holds)
		buf_printf(b, "; expected in %lld s",
			   (long long)((c->reserved.at_ms - c->now_ms + 999) / 1000));
	else if (c->reserved.head == j && counts[W_LACK])
		buf_puts(b, "; when is not known, so others may pass");
}

static void explain(struct core *c, struct mjob *j)
{
	AUTO(buf_done) struct buf b = BUF_INIT(MESSAGE_MAX * 4);
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

void why_forget(struct core *c, struct mjob *j)
{
	(void)c;
	if (j->why_in)
		DL_DELETE2(*j->why_in, j, why_prev, why_next);
	j->why_in = NULL;
}

static void enlist(struct core *c, struct mjob *j, struct mjob **in, int64_t at_ms)
{
	why_forget(c, j);
	j->why_in = in;
	j->why_ms = at_ms;
	DL_APPEND2(*in, j, why_prev, why_next);
}

void why_soon(struct core *c, struct mjob *j)
{
	if (j->why_in != &c->why_first)
		enlist(c, j, &c->why_first, c->now_ms);
}

static void fill(struct core *c)
{
	int64_t most = WHY_AT_ONCE * WHY_EACH_MS;
	c->why_tokens_ms += c->why_filled_ms ? c->now_ms - c->why_filled_ms : most;
	c->why_tokens_ms = c->why_tokens_ms > most ? most : c->why_tokens_ms;
	c->why_filled_ms = c->now_ms;
}

static struct mjob *due(const struct core *c)
{
	struct mjob *j = c->why_first ? c->why_first : c->why_again;
	return j && j->why_ms <= c->now_ms ? j : NULL;
}

void why_tell(struct core *c)
{
	struct mjob *j;
	uint32_t n = 0;
	fill(c);
	while ((j = due(c)) && n < WHY_PER_STEP && c->why_tokens_ms >= WHY_EACH_MS) {
		/* Which nodes have agents is not known yet: what the leader before said stands. */
		if (!c->all_heard && j->reason == R_Unschedulable) {
			enlist(c, j, &c->why_again, c->gate_ms);
			continue;
		}
		enlist(c, j, &c->why_again, c->now_ms + c->cfg.message_refresh_ms);
		if (!j->blocked)
			continue;
		explain(c, j);
		c->why_tokens_ms -= WHY_EACH_MS;
		n++;
	}
}

int64_t why_deadline(const struct core *c)
{
	int64_t at = INT64_MAX, lack = WHY_EACH_MS - c->why_tokens_ms;
	if (c->why_first)
		at = c->why_first->why_ms;
	else if (c->why_again)
		at = c->why_again->why_ms;
	int64_t tokens = c->why_filled_ms + (lack > 0 ? lack : 0);
	return at == INT64_MAX || at > tokens ? at : tokens;
}
