/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/choice.h"

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/capacity.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/pool.h"

enum { REFUSED_MS = 300000, FAILED_MS = 5000 };

static bool waits(const struct lookup *l)
{
	return l->exists && !l->bound && !l->lost && !l->deleting && l->storage_class &&
	       l->storage_class->exists && l->storage_class->waits;
}

static bool unreadable(const struct lookup *l)
{
	return l->selects && l->storage_class->no_provisioner;
}

/* The volume that the claim was given and is not bound to yet, by this leader or by anybody; NULL:
 * none. */
static const char *given(const struct lookup *l)
{
	return *l->chosen ? l->chosen : pool_given(l->storage_class->free, l);
}

bool choice_open(const struct lookup *l)
{
	return waits(l) && !*l->selected && !given(l) && !unreadable(l);
}

bool choice_due(const struct core *c, const struct lookup *l)
{
	return choice_open(l) && l->choose_after_ms <= c->now_ms;
}

/* Why no choice could be written, or why it is not known which volumes there are; or "". A
 * provisioner makes one where none is known. */
static const char *failure(const struct lookup *l)
{
	const struct lookup *class = l->storage_class;
	bool unknown = class->no_provisioner && *class->free->failure;
	return unknown ? class->free->failure : l->choice_failure;
}

bool choice_obstacle(const struct lookup *l, struct buf *b)
{
	size_t was = b->len;
	if (!waits(l))
		buf_puts(b, "is not bound to a volume yet");
	else if (*l->selected)
		buf_printf(b, "waits for its volume, which %s makes for node %s",
			   l->storage_class->provisioner, l->selected);
	else if (given(l))
		buf_printf(b, "is being bound to PersistentVolume %s", given(l));
	else if (unreadable(l))
		buf_puts(b, "has a selector, which Muster does not read; set its spec.volumeName");
	else if (*failure(l))
		buf_printf(b, "waits for its first consumer, and Muster could not name it: %s",
			   failure(l));
	return b->len > was;
}

/* The volumes that are there are for claims without a selector, which Muster does not read. */
static const struct lookup *pool_for(const struct lookup *l)
{
	return l->selects ? NULL : l->storage_class->free;
}

/* Takes the nodes out of *nodes for which no volume can be made (checkVolumeProvisions). */
static void make_match(const struct core *c, const struct lookup *l, struct bitset *nodes)
{
	const struct lookup *class = l->storage_class;
	if (class->no_provisioner) {
		bitset_zero(nodes);
		return;
	}
	lookup_match(c, class, nodes);
	if (class->capacities)
		capacity_match(c, class->capacities, l, nodes);
}

void choice_match(const struct core *c, const struct lookup *l, struct bitset *nodes)
{
	AUTO(bitset_done) struct bitset made = {0};
	const struct lookup *pool = pool_for(l);
	bitset_copy(&made, nodes);
	make_match(c, l, &made);
	if (pool) {
		pool_match(c, pool, l, nodes);
		bitset_or(nodes, &made);
	} else {
		bitset_and(nodes, &made);
	}
}

static bool can_make(const struct core *c, const struct lookup *l, uint32_t node)
{
	AUTO(bitset_done) struct bitset one = {0};
	bitset_set(&one, node);
	make_match(c, l, &one);
	return bitset_has(&one, node);
}

/* The open claim that wants the smallest volume of those not in *done; nclaims: none.
 */
static uint32_t next_by_size(const struct request *r, uint64_t done)
{
	uint32_t best = r->nclaims;
	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct lookup *l = r->claims[i];
		if (!(done >> i & 1) && choice_open(l) &&
		    (best == r->nclaims || l->bytes < r->claims[best]->bytes))
			best = i;
	}
	return best;
}

/* A volume that is there for each open claim, the smallest claim first, as kube-scheduler does
 * (findMatchingVolumes); else one is to be made. ret has a place for each claim; NULL: it is made.
 * False: one gets none on this node. */
static bool pick_volumes(const struct core *c, const struct request *r, uint32_t node,
			 const struct pooled **ret)
{
	struct picked picked = {.n = 0};
	uint64_t done = 0;
	for (uint32_t i; (i = next_by_size(r, done)) < r->nclaims; done |= UINT64_C(1) << i) {
		const struct lookup *l = r->claims[i];
		const struct lookup *pool = pool_for(l);
		ret[i] = pool ? pool_pick(c, pool, l, node, &picked) : NULL;
		if (!ret[i] && !can_make(c, l, node))
			return false;
		if (ret[i])
			picked.v[picked.n++] = ret[i];
	}
	return true;
}

bool choice_possible(const struct core *c, const struct request *r, uint32_t node)
{
	const struct pooled *volumes[CLAIMS_MAX] = {0};
	return pick_volumes(c, r, node, volumes);
}

enum choice_rank choice_rank(const struct request *r, uint32_t node)
{
	enum choice_rank worst = CHOICE_UNTRIED;
	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct lookup *l = r->claims[i];
		if (!choice_open(l) || !bitset_has(&l->avoided, node))
			continue;
		enum choice_rank rank = l->avoided_last == node ? CHOICE_TRIED_LAST : CHOICE_TRIED;
		worst = rank > worst ? rank : worst;
	}
	return worst;
}

static void write_choice(struct core *c, struct lookup *l, const struct node_record *n,
			 const struct pooled *volume)
{
	struct core_action *a = action_new(c, ACT_CHOOSE);
	a->choose.ns = action_str(c, l->ns);
	a->choose.claim = action_str(c, l->name);
	a->choose.uid = action_str(c, l->uid);
	a->choose.node = action_str(c, n->name);
	a->choose.volume = action_str(c, volume ? volume->name : "");
	a->choose.rv = action_str(c, volume ? volume->rv : l->rv);
	log_info(c->log, "claim given its first consumer", KS("ns", l->ns), KS("claim", l->name),
		 KS("node", n->name), KS("volume", a->choose.volume));
}

void choice_make(struct core *c, const struct request *r, uint32_t node)
{
	const struct pooled *volumes[CLAIMS_MAX] = {0};
	(void)pick_volumes(c, r, node, volumes);
	for (uint32_t i = 0; i < r->nclaims; i++) {
		if (!choice_open(r->claims[i]))
			continue;
		write_choice(c, r->claims[i], c->nodes.at[node], volumes[i]);
		lookup_chosen(c, r->claims[i], c->nodes.at[node]->name,
			      volumes[i] ? volumes[i]->name : NULL);
	}
	for (uint32_t i = 0; i < r->nclaims; i++) {
		if (volumes[i])
			pool_take(r->claims[i]->storage_class->free, volumes[i]->name);
	}
}

void choice_failed(struct core *c, struct lookup *l, enum rc rc, const char *words)
{
	bool refused = rc == RC_FORBIDDEN || rc == RC_INVALID || rc == RC_BADREQUEST;
	lookup_unchosen(c, l, refused ? words : "", refused ? REFUSED_MS : FAILED_MS);
}
