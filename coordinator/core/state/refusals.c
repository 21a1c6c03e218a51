/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/refusals.h"

#include "base/backoff.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/request.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/selection.h"

enum { AVOID_MS = 300000, LOOK_MS = 10000, FORBIDS_MS = 3600000 };

static struct refusal *refusal_find(const struct job_record *j, const struct node_record *n)
{
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		if (j->refusals.v[i].node == n->idx)
			return &j->refusals.v[i];
	}
	return NULL;
}

static struct refusal *refusal_of(struct job_record *j, const struct node_record *n)
{
	struct refusal *r = refusal_find(j, n);
	if (r)
		return r;
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

void refusals_forbid(const struct core *c, struct job_record *j, const struct node_record *n)
{
	struct refusal *r = refusal_of(j, n);
	r->holds = r->forbids = true;
	r->forbids_ms = c->now_ms;
}

/* A record of a node that is gone may be another node's now: that one has changed since. */
static bool forbids(const struct core *c, const struct refusal *r)
{
	const struct node_record *n = c->nodes.at[r->node];
	return r->forbids && n && n->kube.changed_ms <= r->forbids_ms;
}

/* A kubelet that was started anew does not show, so it is asked again some time. */
static bool forbids_now(const struct core *c, const struct refusal *r)
{
	return forbids(c, r) && c->now_ms - r->forbids_ms < FORBIDS_MS;
}

bool refusal_keeps_away(const struct core *c, const struct refusal *r)
{
	return r->until_ms > c->now_ms || forbids_now(c, r);
}

bool refusal_comes_last(const struct core *c, const struct refusal *r)
{
	return r->avoid_ms > c->now_ms || forbids(c, r);
}

static bool end(const struct core *c, struct refusal *r)
{
	bool was = r->holds;
	r->forbids = forbids(c, r);
	r->holds = was && refusal_keeps_away(c, r);
	return was && !r->holds;
}

bool refusals_end(const struct core *c, struct job_record *j, int64_t *ret_next_ms)
{
	bool over = false;
	*ret_next_ms = INT64_MAX;
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		struct refusal *r = &j->refusals.v[i];
		over |= end(c, r);
		int64_t look_ms = forbids_now(c, r) ? c->now_ms + LOOK_MS : r->until_ms;
		if (r->holds && look_ms < *ret_next_ms)
			*ret_next_ms = look_ms;
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
	const struct refusal *r = refusal_find(j, n);
	return r && r->until_ms > c->now_ms;
}

bool job_forbidden_by(const struct core *c, const struct job_record *j, const struct node_record *n)
{
	const struct refusal *r = refusal_find(j, n);
	return r && forbids_now(c, r);
}

/* Cordoned or silent, busy or full, the node may take a member later. What its kubelet said of its
 * room may be over. */
static bool may_use(const struct core *c, const struct job_record *j, const struct bitset *match,
		    const struct node_record *n)
{
	return n->kube.exists && bitset_has(match, n->idx) &&
	       res_offers(c, n, &j->spec.request->needs);
}

bool job_forbidden_everywhere(struct core *c, const struct job_record *j, uint32_t *ret_nodes)
{
	bool any = false;
	*ret_nodes = 0;
	for (uint32_t i = 0; i < j->refusals.n; i++)
		any |= forbids(c, &j->refusals.v[i]);
	if (!any)
		return false;
	request_resolve(c, j->spec.request);
	AUTO(bitset_done) struct bitset match = {0};
	bitset_copy(&match, &selection_evaluate(c, j->spec.request)->match);
	objects_leave_reachable(c, j->spec.request, &match);
	for (uint32_t i = 0; i < c->nodes.n; i++) {
		const struct node_record *n = c->nodes.at[i];
		if (!n || !may_use(c, j, &match, n))
			continue;
		const struct refusal *r = refusal_find(j, n);
		if (!r || !forbids(c, r))
			return false;
		++*ret_nodes;
	}
	return *ret_nodes > 0;
}
