/* SPDX-License-Identifier: Apache-2.0 */
/* EASY backfill: the first job of the queue that does not fit, though the empty cluster could hold
 * it, gets a reservation of nodes at the time that the deadlines of what runs there give. A job
 * behind it may use these nodes only if its own deadline ends before. Where no end is computable
 * there is no reservation: others pass. */
#include <stdlib.h>
#include <utlist.h>

#include "base/mutant.h"
#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

enum { TRIES_MAX = 16 }; /* jobs looked at in a cycle, of which only one can be the first */

void reserve_clear(struct core *c)
{
	c->reserved.job = NULL;
	c->reserve_tries = 0;
	bitset_zero(&c->reserved.nodes);
}

bool reserve_allows(const struct core *c, const struct mjob *j)
{
	if (!c->reserved.job || c->reserved.job == j || MUTANT(reservation_forgotten))
		return true;
	int64_t end = j->deadline_at_ms;
	if (j->deadline_s >= 0 && !j->start_ms)
		end = c->now_ms + j->deadline_s * 1000;
	return j->deadline_s >= 0 && end <= c->reserved.at_ms;
}

static bool freed_by(const struct core *c, const struct mnode *n, const struct needs *needs,
		     int64_t at)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	for (uint32_t i = 0; i < needs->n; i++) {
		uint32_t r = needs->v[i].res;
		if (r == UINT32_MAX)
			return !needs->v[i].milli;
		int64_t left = cap[r] - used[r];
		const struct att *a;
		DL_FOREACH2(n->atts, a, node_next)
		{
			for (uint32_t k = 0; a->takes_room && k < a->needs.n; k++) {
				if (a->needs.v[k].res == r && a->job->deadline_at_ms <= at)
					left += a->needs.v[k].milli;
			}
		}
		if (left < needs->v[i].milli)
			return false;
	}
	return true;
}

/* When the node can hold one more, if what runs there ends at its deadline; INT64_MAX: unknown. */
static int64_t free_at(const struct core *c, const struct mnode *n, const struct needs *needs)
{
	int64_t best = INT64_MAX;
	const struct att *a;
	if (freed_by(c, n, needs, c->now_ms))
		return c->now_ms;
	DL_FOREACH2(n->atts, a, node_next)
	{
		int64_t at = a->job->deadline_at_ms;
		if (at < best && freed_by(c, n, needs, at))
			best = at;
	}
	return best;
}

static int by_time(const struct cand *a, const struct cand *b)
{
	return a->score != b->score ? (a->score < b->score ? -1 : 1) : (a->node < b->node ? -1 : 1);
}

static void sort_by_time(struct cand *v, uint32_t n)
{
	for (uint32_t gap = n / 2; gap; gap /= 2) { /* shell sort: once a cycle */
		for (uint32_t i = gap; i < n; i++) {
			struct cand x = v[i];
			uint32_t k = i;
			for (; k >= gap && by_time(&x, &v[k - gap]) < 0; k -= gap)
				v[k] = v[k - gap];
			v[k] = x;
		}
	}
}

void reserve_consider(struct core *c, struct mjob *j)
{
	AUTO(bitset_done) struct bitset ok = {0};
	uint32_t need = place_min(j), n = 0;
	if (c->reserved.job || c->reserve_tries >= TRIES_MAX)
		return;
	c->reserve_tries++;
	AUTO(mem_freep) struct cand *v = mem_zalloc(c->nnodes, sizeof *v);
	bitset_copy(&ok, &c->usable);
	bitset_and(&ok, &j->cls->match);
	for (uint32_t i = bitset_next(&ok, 0); i != UINT32_MAX; i = bitset_next(&ok, i + 1)) {
		if (!res_fits_empty(c, c->node_at[i], &j->cls->needs) ||
		    refused_there(c, j, c->node_at[i]))
			continue;
		v[n++] = (struct cand){free_at(c, c->node_at[i], &j->cls->needs), i};
	}
	if (n < need)
		return; /* nor could the empty cluster */
	c->reserve_tries = TRIES_MAX;
	sort_by_time(v, n);
	/* Unknown; or it is not room that it lacks. */
	if (v[need - 1].score == INT64_MAX || v[need - 1].score <= c->now_ms)
		return;
	c->reserved.job = j;
	c->reserved.at_ms = v[need - 1].score;
	for (uint32_t i = 0; i < need; i++)
		bitset_set(&c->reserved.nodes, v[i].node);
	log_debug(c->log, "nodes reserved", KS("job", j->key), KI("nodes", need),
		  KI("in_ms", c->reserved.at_ms - c->now_ms));
}
