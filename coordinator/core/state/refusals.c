/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/refusals.h"

#include "base/backoff.h"

enum { AVOID_MS = 300000 };

static struct refusal *refusal_of(struct job_record *j, const struct node_record *n)
{
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		if (j->refusals.v[i].node == n->idx)
			return &j->refusals.v[i];
	}
	VEC_GROW(j->refusals.v, j->refusals.n, j->refusals.cap);
	j->refusals.v[j->refusals.n] = (struct refusal){.node = n->idx};
	return &j->refusals.v[j->refusals.n++];
}

void refusals_avoid(const struct core *c, struct job_record *j, const struct node_record *n)
{
	refusal_of(j, n)->avoid_ms = c->now_ms + AVOID_MS;
}

int64_t refusals_add(const struct core *c, struct job_record *j, const struct node_record *n)
{
	struct refusal *r = refusal_of(j, n);
	r->holds = true;
	r->until_ms = c->now_ms + backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms, ++r->n);
	return r->until_ms;
}

bool refusals_end(const struct core *c, struct job_record *j, int64_t *ret_next_ms)
{
	bool over = false;
	*ret_next_ms = INT64_MAX;
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		struct refusal *r = &j->refusals.v[i];
		if (!r->holds)
			continue;
		r->holds = r->until_ms > c->now_ms;
		over |= !r->holds;
		if (r->holds && r->until_ms < *ret_next_ms)
			*ret_next_ms = r->until_ms;
	}
	return over;
}

void refusals_forget(struct job_record *j)
{
	for (uint32_t i = 0; i < j->refusals.n; i++)
		j->refusals.v[i] = (struct refusal){.node = j->refusals.v[i].node};
}

bool job_refused_by(const struct core *c, const struct job_record *j, const struct node_record *n)
{
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		if (j->refusals.v[i].node == n->idx && j->refusals.v[i].until_ms > c->now_ms)
			return true;
	}
	return false;
}
