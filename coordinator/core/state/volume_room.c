/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/volume_room.h"

#include <stdlib.h>

#include "coordinator/core/state/choice.h"
#include "coordinator/core/state/volumes.h"

/* The limits of the driver of a claim's volume, which may have to be made yet; NULL: none. */
static const struct lookup *limits_of(const struct lookup *claim)
{
	const struct lookup *from = claim->volume ? claim->volume : claim->storage_class;
	return from ? from->limits_of_driver : NULL;
}

bool volume_room_limited(const struct request *r)
{
	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct lookup *l = limits_of(r->claims[i]);
		if (l && l->nlimits)
			return true;
	}
	return false;
}

/* Volumes of that driver that are to be made on the node that gets the pod. */
static uint32_t to_be_made(const struct request *r, const struct lookup *l)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->nclaims; i++)
		n += limits_of(r->claims[i]) == l && choice_open(r->claims[i]);
	return n;
}

/* Nodes that came after the list of limits was asked for: how many volumes they can attach is not
 * known yet. A list that cannot be read is waited for no longer than NEW_MS. */
static void leave_new(const struct core *c, const struct lookup *l, struct bitset *nodes)
{
	enum { NEW_MS = 60000 };
	if (c->lookups.node_came_ms <= l->told_ms)
		return;
	for (uint32_t i = bitset_next(nodes, 0); i < c->nodes.n; i = bitset_next(nodes, i + 1)) {
		const struct node_record *n = c->nodes.at[i]; /* NULL: it has gone */
		if (n && n->kube.came_ms > l->told_ms && c->now_ms < n->kube.came_ms + NEW_MS)
			bitset_clear(nodes, i);
	}
}

static void leave_room(const struct core *c, const struct request *r, const struct volume_keys *own,
		       const struct lookup *l, struct bitset *nodes)
{
	uint32_t more = to_be_made(r, l);
	for (uint32_t i = bitset_next(nodes, 0); i < l->nlimits; i = bitset_next(nodes, i + 1)) {
		const struct node_record *n = c->nodes.at[i];
		if (n && str_eq(l->limits[i].node, n->name) &&
		    volumes_with(n, l->name, own) + more > l->limits[i].most)
			bitset_clear(nodes, i);
	}
}

void volume_room_leave(const struct core *c, const struct request *r, struct bitset *nodes)
{
	struct volume_keys own = volumes_of(r);
	for (uint32_t i = 0; i < r->nclaims; i++) {
		const struct lookup *l = limits_of(r->claims[i]);
		if (!l)
			continue;
		leave_room(c, r, &own, l, nodes);
		leave_new(c, l, nodes);
	}
	free(own.v);
}
