/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/room.h"

#include "coordinator/core/state/tables.h"

void queue_due(struct core *c)
{
	c->queue.cycle_due = true;
}

void room_grown(struct core *c, const struct node_record *n, bool whole)
{
	bitset_set(&c->queue.grown, n->idx);
	if (whole)
		bitset_set(&c->queue.grown_whole, n->idx);
	queue_due(c);
}
