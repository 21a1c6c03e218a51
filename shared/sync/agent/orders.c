/* SPDX-License-Identifier: Apache-2.0 */
#include "sync/agent/orders.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sync/msgcopy.h"

enum { ORDERS_BYTES_MAX = 16 * 1024 * 1024 };

void agent_orders_init(struct agent_orders *o)
{
	*o = (struct agent_orders){.arena = ARENA_INIT(ORDERS_BYTES_MAX)};
}

void agent_orders_forget(struct agent_orders *o)
{
	arena_reset(&o->arena);
	o->n = 0;
	o->collecting = false;
}

void agent_orders_done(struct agent_orders *o)
{
	arena_done(&o->arena);
	free(o->v);
}

bool agent_orders_fits(const struct agent_orders *o, const struct msg_orders *page)
{
	return page->page == 0 ||
	       (o->collecting && page->revision == o->next_revision && page->page == o->next_page);
}

bool agent_orders_add(struct agent_orders *o, const struct msg_orders *page)
{
	if (page->page == 0)
		agent_orders_forget(o);
	if (o->n + page->norders > NODE_PODS_MAX)
		return false;
	for (uint32_t i = 0; i < page->norders; i++) {
		VEC_GROW(o->v, o->n, o->cap);
		if (!msgcopy_order(&o->arena, &page->orders[i], &o->v[o->n]))
			return false;
		o->n++;
	}
	o->collecting = page->more;
	o->next_revision = page->revision;
	o->next_page = page->page + 1;
	return true;
}
