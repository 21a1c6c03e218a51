/* SPDX-License-Identifier: Apache-2.0 */
/* The best nodes for a job: those with the fewest taints to be avoided (PreferNoSchedule counts
 * before anything else), of these the emptiest (spread) or the fullest (pack), of these the lowest
 * index. Candidates are a few ANDs over sets that are kept up to date (levels.c), so what is looked
 * at one by one has nearly always room. */
#include <stdlib.h>

#include "coordinator/core/inside.h"
#include "coordinator/core/place.h"

static struct cand *cand_room(struct core *c, uint32_t want)
{
	if (want > c->cands_cap) {
		c->cands_cap = want;
		c->cands = mem_realloc(c->cands, want, sizeof *c->cands);
	}
	return c->cands;
}

void pick_room(const struct core *c, const struct needs *needs, bool empty, struct bitset *ok)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		const struct need *need = &needs->v[i];
		if (!need->milli)
			continue;
		const struct bitset *b = levels_at_least(c, need->res, need->milli, empty);
		if (b)
			bitset_and(ok, b);
		else
			bitset_zero(ok);
	}
}

/* Nodes that the job may have now; some may lack a little. *ret_kept: some that it might have are
 * kept for a job ahead. */
static const struct matchset *candidates(struct core *c, struct mjob *j, bool *ret_kept)
{
	struct bitset *ok = &c->pick_ok, *some = &c->pick_tier;
	const struct matchset *m = match_of(c, j->cls);
	bitset_copy(ok, &c->usable);
	bitset_and(ok, &m->match);
	pick_room(c, &j->cls->needs, false, ok);
	*ret_kept = false;
	if (!reserve_allows(c, j)) {
		bitset_copy(some, ok);
		bitset_and(some, &c->reserved.nodes);
		*ret_kept = bitset_next(some, 0) != UINT32_MAX;
		bitset_andnot(ok, &c->reserved.nodes);
	}
	if (j->atts) {
		bitset_zero(some);
		place_busy(j, some);
		bitset_andnot(ok, some);
	}
	for (uint32_t i = 0; i < j->nrefusals; i++) {
		if (j->refusals[i].until_ms > c->now_ms)
			bitset_clear(ok, j->refusals[i].node);
	}
	return m;
}

struct picking {
	struct core *c;
	const struct needs *needs;
	const struct bitset *tier;
	uint32_t want, n, fits;
};

/* Those of a level, lowest index first. */
static void take_level(struct picking *p, uint32_t level)
{
	const struct bitset *b = &p->c->levels.level[level];
	size_t words = b->n < p->tier->n ? b->n : p->tier->n;
	for (size_t w = 0; w < words && p->n < p->want; w++) {
		uint64_t bits = b->w[w] & p->tier->w[w];
		while (bits && p->n < p->want) {
			uint32_t at = (uint32_t)__builtin_ctzll(bits);
			bits &= ~(UINT64_C(1) << at);
			uint32_t node = (uint32_t)w * 64 + at;
			p->fits++;
			if (res_fits(p->c, p->c->node_at[node], p->needs))
				p->c->cands[p->n++] = (struct cand){level, node};
		}
	}
}

static void take_tier(struct picking *p)
{
	const struct bitset *used = &p->c->levels.used;
	bool spread = p->c->cfg.spread;
	uint32_t i = spread ? bitset_next(used, 0) : LEVELS;
	while (p->n < p->want && (spread ? i != UINT32_MAX : i > 0)) {
		if (!spread && !bitset_has(used, --i))
			continue;
		take_level(p, i);
		if (spread)
			i = bitset_next(used, i + 1);
	}
}

uint32_t pick(struct core *c, struct mjob *j, uint32_t need, bool *ret_kept)
{
	const struct matchset *m = candidates(c, j, ret_kept);
	struct bitset *ok = &c->pick_ok, *tier = &c->pick_tier;
	struct picking p = {c, &j->cls->needs, tier, j->want, 0, 0};
	if (bitset_count(ok) < need)
		return 0;
	cand_room(c, p.want);
	for (uint32_t t = 0; p.n < p.want; t++) {
		bitset_copy(tier, ok);
		if (t < AVOID_MAX)
			bitset_andnot(tier, &m->avoid[t]);
		take_tier(&p);
		if (t == AVOID_MAX || bitset_next(&m->avoid[t], 0) == UINT32_MAX)
			break;
		bitset_and(ok, &m->avoid[t]);
	}
	c->work += p.fits / FITS;
	return p.n;
}
