/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes on which a member of the job ended soon after its start come last, whatever else there is
 * to say of them. Nodes with the fewest taints to be avoided come first (PreferNoSchedule); among
 * them those that the job prefers most (preferred nodeAffinity); among them the emptiest (spread)
 * or the fullest (pack); among them the lowest index. kube-scheduler adds these up with the weights
 * 3, 2 and 1.
 *
 * Members of a job may share nodes, so many on each at most. Where nodes are to be filled (pack),
 * each gets as many as it can before the next. Where load is to be spread, nodes with the fewest
 * members of the job come before emptier ones: each gets one, then each a second. kube-scheduler
 * does so, by PodTopologySpread's defaults and LeastAllocated.
 *
 * The candidates are found by a few ANDs of sets that are kept up to date
 * (state/levels.c), so a node that is looked at nearly always has room. */
#include "coordinator/core/place/pick.h"

#include <stdlib.h>

#include "coordinator/core/state/job.h"
#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/refusals.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"

static void candidates_grow(struct placing *p, uint32_t want)
{
	if (want <= p->candidates_cap)
		return;
	p->candidates_cap = want;
	p->candidates = mem_realloc(p->candidates, want, sizeof *p->candidates);
}

static void without_refusals(const struct core *c, const struct job_record *j, struct bitset *ok)
{
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		if (refusal_keeps_away(c, &j->refusals.v[i]))
			bitset_clear(ok, j->refusals.v[i].node);
	}
}

/* Puts the nodes that the job may have now into p->ok; some of them may lack a little room. */
static void candidate_nodes(const struct core *c, struct placing *p, const struct pick *q,
			    const uint32_t *there, bool *ret_kept)
{
	struct bitset *ok = &p->ok, *some = &p->tier;
	bitset_copy(ok, &c->nodes.usable);
	bitset_and(ok, &q->selection->match);
	levels_with_room(c, &q->request->needs, false, ok);
	if (q->request->ports.n)
		ports_leave_free(c, q->request, ok);
	if (q->request->nclaims) {
		objects_leave_reachable(c, q->request, ok);
		objects_leave_attachable(c, q->request, ok);
	}
	*ret_kept = false;
	p->asks = passer_held(c, &q->passer, &p->held, &p->some);
	if (p->asks) {
		bitset_copy(some, ok);
		bitset_and(some, &p->held);
		*ret_kept = bitset_next(some, 0) != UINT32_MAX;
		bitset_andnot(&p->held, &p->some);
		bitset_andnot(ok, &p->held);
	}
	if (!q->job)
		return;
	if (q->per_node > 1 && there) {
		job_leave_open(q->job, there, ok);
	} else if (q->job->members.attempts) {
		bitset_zero(some);
		job_nodes(q->job, some);
		bitset_andnot(ok, some);
	}
	nodes_leave_narrow(c, q->job, ok);
	without_refusals(c, q->job, ok);
}

struct picking {
	const struct core *c;
	struct placing *p;
	const struct pick *q;
	const struct bitset *tier;
	const uint32_t *there; /* members of the job by node; NULL: none */
	uint32_t n, fits, levels;
};

static bool asks(const struct picking *k, uint32_t node)
{
	return k->p->asks && bitset_has(&k->p->some, node);
}

static bool held_from(const struct picking *k, uint32_t node)
{
	return asks(k, node) && passer_ahead(k->c, &k->q->passer, node, 1);
}

static void take(struct picking *k, uint32_t level, uint32_t node)
{
	k->p->candidates[k->n++] = (struct candidate){.score = level, .node = node};
}

/* Takes the node for as many members as it has room for, or for one, and notes how many more. */
static void take_shared(struct picking *k, uint32_t level, uint32_t node)
{
	struct placing *p = k->p;
	uint32_t there = k->there ? k->there[node] : 0;
	uint32_t more =
		res_room(k->c, k->c->nodes.at[node], &k->q->request->needs, k->q->per_node - there);
	if (more && asks(k, node))
		more = passer_most(k->c, &k->q->passer, node, more);
	if (k->c->cfg.spread && there + more > 1 && more) {
		VEC_GROW(p->shared, p->nshared, p->shared_cap);
		p->shared[p->nshared++] = (struct shared_node){level, node, there, more};
	}
	if (k->c->cfg.spread)
		more = more && !there;
	while (more-- && k->n < k->q->want)
		take(k, level, node);
}

/* Each node that has so many members of the job, those taken here included, gets one more, then
 * each that has one more than that. */
static void take_rounds(struct picking *k)
{
	struct placing *p = k->p;
	for (uint32_t round = 1; p->nshared && k->n < k->q->want; round++) {
		uint32_t n = 0;
		for (uint32_t i = 0; i < p->nshared && k->n < k->q->want; i++) {
			struct shared_node s = p->shared[i];
			k->fits++;
			if (s.there <= round && round < s.there + s.more)
				take(k, s.level, s.node);
			if (round + 1 < s.there + s.more)
				p->shared[n++] = s;
		}
		p->nshared = n;
	}
}

/* Takes the nodes of a level, those with the lowest index first. */
static void take_level(struct picking *k, uint32_t level)
{
	const struct bitset *b = &k->c->levels.level[level], *tier = k->tier;
	size_t words = b->n < tier->n ? b->n : tier->n;
	k->levels++;
	for (size_t w = 0; w < words && k->n < k->q->want; w++) {
		uint64_t bits = b->w[w] & tier->w[w];
		while (bits && k->n < k->q->want) {
			uint32_t at = (uint32_t)__builtin_ctzll(bits);
			bits &= ~(UINT64_C(1) << at);
			uint32_t node = (uint32_t)w * 64 + at;
			k->fits++;
			if (k->q->per_node > 1)
				take_shared(k, level, node);
			else if (res_fits(k->c, k->c->nodes.at[node], &k->q->request->needs) &&
				 !held_from(k, node))
				take(k, level, node);
		}
	}
}

static void take_tier(struct picking *k)
{
	const struct bitset *used = &k->c->levels.used;
	bool spread = k->c->cfg.spread;
	uint32_t i = spread ? bitset_next(used, 0) : LEVELS;
	k->p->nshared = 0;
	while (k->n < k->q->want && (spread ? i != UINT32_MAX : i > 0)) {
		if (!spread && !bitset_has(used, --i))
			continue;
		take_level(k, i);
		if (spread)
			i = bitset_next(used, i + 1);
	}
	take_rounds(k);
}

/* Of those in p->part[bits], the most preferred first: they are parted by the bits below, the
 * highest first. */
static void take_parts(struct picking *k, uint32_t bits)
{
	const struct bitset *set = &k->p->part[bits];
	if (k->n == k->q->want || bitset_next(set, 0) == UINT32_MAX)
		return;
	if (!bits) {
		k->tier = set;
		take_tier(k);
		return;
	}
	const struct bitset *prefer = &k->q->selection->prefer[bits - 1];
	struct bitset *part = &k->p->part[bits - 1];
	bitset_copy(part, set);
	bitset_and(part, prefer);
	take_parts(k, bits - 1);
	bitset_copy(part, set);
	bitset_andnot(part, prefer);
	take_parts(k, bits - 1);
}

/* Of those in p->ok. */
static void take_tiers(struct picking *k)
{
	struct placing *p = k->p;
	const struct bitset *avoid = k->q->selection->avoid;
	uint32_t bits = k->q->selection->prefers ? PREFER_BITS : 0;
	for (uint32_t t = 0; k->n < k->q->want; t++) {
		bitset_copy(&p->part[bits], &p->ok);
		if (t < AVOID_MAX)
			bitset_andnot(&p->part[bits], &avoid[t]);
		take_parts(k, bits);
		if (t == AVOID_MAX || bitset_next(&avoid[t], 0) == UINT32_MAX)
			break;
		bitset_and(&p->ok, &avoid[t]);
	}
}

/* Takes nodes on which a member of the job ended soon out of p->ok, into p->last. False: none. */
static bool part_avoided(const struct core *c, struct placing *p, const struct job_record *j)
{
	bool any = false;
	if (!j || !j->refusals.n)
		return false;
	bitset_zero(&p->last);
	for (uint32_t i = 0; i < j->refusals.n; i++) {
		const struct refusal *r = &j->refusals.v[i];
		if (!refusal_comes_last(c, r) || !bitset_has(&p->ok, r->node))
			continue;
		bitset_set(&p->last, r->node);
		any = true;
	}
	bitset_andnot(&p->ok, &p->last);
	return any;
}

uint32_t pick_nodes(const struct core *c, struct placing *p, const struct pick *q, bool *ret_kept)
{
	uint32_t most = q->per_node > 1 ? q->per_node : 1;
	AUTO(mem_freep) uint32_t *there = most > 1 && q->job ? job_there(c, q->job) : NULL;
	struct picking k = {.c = c, .p = p, .q = q, .there = there};
	candidate_nodes(c, p, q, there, ret_kept);
	if (!bitset_has_many(&p->ok, q->need / most + (q->need % most != 0)))
		return 0;
	candidates_grow(p, q->want);
	bool avoided = part_avoided(c, p, q->job);
	take_tiers(&k);
	if (avoided) {
		bitset_copy(&p->ok, &p->last);
		take_tiers(&k);
	}
	p->work += k.fits / FITS;
	if (q->selection->prefers) /* then each level may be looked at 2^PREFER_BITS times */
		p->work += k.levels / LOOKED;
	return k.n;
}
