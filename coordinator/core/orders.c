/* SPDX-License-Identifier: Apache-2.0 */
/* A node's orders: what shall exist there, always the full set. An attempt that stops or has ended
 * is no order any more; a pod that was seen is ordered with its UID and never created again. */
#include <utlist.h>

#include "base/hash.h"
#include "base/mutant.h"
#include "coordinator/core/inside.h"

void orders_changed(struct core *c, struct mnode *n)
{
	n->orders_dirty = true;
	node_dirty(c, n);
}

static bool ordered(const struct att *a)
{
	return (att_live(a) || (MUTANT(stopped_still_ordered) && a->state == ATT_STOPPING)) &&
	       a->confirmed && att_current(a) && a->job->known && !a->job->gone;
}

static void rebuild(struct core *c, struct mnode *n)
{
	struct att *a;
	n->norders = 0;
	DL_FOREACH2(n->atts, a, node_next)
	{
		if (!ordered(a))
			continue;
		const struct mjob *j = a->job;
		VEC_GROW(n->orders, n->norders, n->orders_cap);
		n->orders[n->norders++] =
			(struct order){.ns = j->ns,
				       .job_name = j->name,
				       .job_uid = j->uid,
				       .pod = a->pod,
				       .pod_uid = a->pod_uid,
				       .index = a->id.index,
				       .attempt = a->id.attempt,
				       .parallelism = j->parallelism,
				       .template_hash = intern_str(c->strs, a->thash),
				       .launch = !a->by_us && !att_seen(a)};
	}
}

static uint64_t fingerprint(const struct mnode *n)
{
	uint64_t h = hash_u64(13, n->norders);
	for (uint32_t i = 0; i < n->norders; i++) {
		const struct order *o = &n->orders[i];
		h = hash_str(hash_str(hash_str(h, o->ns), o->pod), o->pod_uid);
		h = hash_str(hash_u64(h, o->launch), o->template_hash);
	}
	return h;
}

/* Once a step: tells the node's session if the set is another one. */
void orders_emit(struct core *c, struct mnode *n)
{
	if (!n->orders_dirty)
		return;
	n->orders_dirty = false;
	rebuild(c, n);
	uint64_t print = fingerprint(n);
	if (print == n->orders_print)
		return;
	n->orders_print = print;
	n->orders_rev = 1 + ++c->orders_rev; /* 1 is the empty set of one never told */
	act_new(c, ACT_ORDERS)->node = act_str(c, n->name);
}

void core_orders(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision)
{
	const struct mnode *n = node_find(c, node);
	*ret = NULL;
	*ret_n = 0;
	*ret_revision = 0;
	if (!n || !c->synced)
		return;
	*ret = n->orders;
	*ret_n = n->norders;
	*ret_revision = n->orders_rev ? n->orders_rev : 1;
}
