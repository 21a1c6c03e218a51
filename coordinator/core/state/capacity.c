/* SPDX-License-Identifier: Apache-2.0 */
/* The rule is that of kube-scheduler's plugin VolumeBinding (hasEnoughCapacity): a node can have
 * the volume if it matches the topology of an object of the claim's class that is large enough.
 * What such an object says is not added up, and claims of one pod are not either. */
#include "coordinator/core/state/capacity.h"

#include <stdlib.h>

#include "coordinator/core/state/terms.h"

enum { WHERE_MAX = 64 * 1024 };

static void list_free(struct room_for_volumes *v, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(v[i].where);
	free(v);
}

void capacity_add(struct lookup *l, const struct needed *obj)
{
	AUTO(buf_done) struct buf where = BUF_INIT(WHERE_MAX);
	if (!str_eq(obj->storage_class, l->name) || l->ncapacity_next == CAPACITIES_MAX)
		return;
	terms_put(&where, obj->where[0].v, obj->where[0].n);
	if (buf_rc(&where) != RC_OK)
		return; /* nobody means so many places */
	VEC_GROW(l->capacity_next, l->ncapacity_next, l->capacity_cap);
	l->capacity_next[l->ncapacity_next++] =
		(struct room_for_volumes){buf_steal(&where), obj->bytes};
}

void capacity_end(struct lookup *l, bool complete)
{
	if (complete) {
		list_free(l->capacity, l->ncapacity);
		l->capacity = l->capacity_next;
		l->ncapacity = l->ncapacity_next;
		l->capacity_known = true;
	} else {
		list_free(l->capacity_next, l->ncapacity_next);
	}
	l->capacity_next = NULL;
	l->ncapacity_next = l->capacity_cap = 0;
}

void capacity_done(struct lookup *l)
{
	capacity_end(l, false);
	list_free(l->capacity, l->ncapacity);
}

void capacity_match(const struct core *c, const struct lookup *l, const struct lookup *claim,
		    struct bitset *nodes)
{
	AUTO(bitset_done) struct bitset any = {0};
	if (!l->capacity_known || !claim->bytes)
		return;
	for (uint32_t i = 0; i < l->ncapacity; i++) {
		AUTO(bitset_done) struct bitset some = {0};
		struct reader r = {l->capacity[i].where};
		if (l->capacity[i].bytes < claim->bytes)
			continue;
		terms_match(c, &r, &some);
		bitset_or(&any, &some);
	}
	bitset_and(nodes, &any);
}
