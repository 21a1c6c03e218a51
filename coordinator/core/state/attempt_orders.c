/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/attempt_orders.h"

#include "coordinator/core/state/node.h"

void attempt_order_changed(struct core *c, struct attempt *a)
{
	node_dirty(c, a->node);
	if (a->order_changed)
		return;
	a->order_changed = true;
	a->orders_next = a->node->orders.changed;
	a->node->orders.changed = a;
}

void attempt_order_forget(struct attempt *a)
{
	struct attempt **p = &a->node->orders.changed;
	while (a->order_changed && *p != a)
		p = &(*p)->orders_next;
	if (a->order_changed)
		*p = a->orders_next;
	a->order_changed = false;
	a->node->orders.forgot |= a->order_print != 0;
	a->node->orders.n -= a->order_print != 0;
	a->node->orders.sum -= a->order_print;
	a->order_print = 0;
}
