/* SPDX-License-Identifier: Apache-2.0 */
/* A page that does not go on where the page before ended makes the collection begin anew. A change
 * counts only for the very set that it names: then it comes out as the set that the
 * coordinator has, whatever was lost, doubled or late on the way. */
#include "sync/agent/orders.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sync/msgcopy.h"

enum { ORDERS_BYTES_MAX = 16 * 1024 * 1024 };

static void list_clear(struct order_list *l)
{
	arena_reset(&l->arena);
	l->n = 0;
}

/* False: it is full. */
static bool list_add(struct order_list *l, const struct order *o)
{
	if (l->n >= NODE_PODS_MAX)
		return false;
	VEC_GROW(l->v, l->n, l->cap);
	if (!msgcopy_order(&l->arena, o, &l->v[l->n]))
		return false;
	l->n++;
	return true;
}

void agent_orders_init(struct agent_orders *o)
{
	*o = (struct agent_orders){.held.arena = ARENA_INIT(ORDERS_BYTES_MAX),
				   .coming.arena = ARENA_INIT(ORDERS_BYTES_MAX)};
}

void agent_orders_forget(struct agent_orders *o)
{
	list_clear(&o->coming);
	o->collecting = false;
}

void agent_orders_restart(struct agent_orders *o)
{
	agent_orders_forget(o);
	list_clear(&o->held);
	o->revision = 0;
}

void agent_orders_done(struct agent_orders *o)
{
	arena_done(&o->held.arena);
	arena_done(&o->coming.arena);
	free(o->held.v);
	free(o->coming.v);
}

static enum agent_orders_end complete(struct agent_orders *o, uint64_t revision)
{
	struct order_list old = o->held;
	o->held = o->coming;
	o->coming = old;
	o->revision = revision;
	agent_orders_forget(o);
	return AGENT_ORDERS_COMPLETE;
}

static enum agent_orders_end too_many(struct agent_orders *o)
{
	agent_orders_forget(o);
	return AGENT_ORDERS_TOO_MANY;
}

/* ---- pages ---- */

static enum agent_orders_end take_page(struct agent_orders *o, const struct msg_orders *m)
{
	if (m->page == 0)
		agent_orders_forget(o);
	else if (!o->collecting || m->revision != o->next_revision || m->page != o->next_page) {
		agent_orders_forget(o);
		return AGENT_ORDERS_STRAY;
	}
	for (uint32_t i = 0; i < m->norders; i++) {
		if (!list_add(&o->coming, &m->orders[i]))
			return too_many(o);
	}
	o->collecting = m->more;
	o->next_revision = m->revision;
	o->next_page = m->page + 1;
	return m->more ? AGENT_ORDERS_MORE : complete(o, m->revision);
}

/* ---- changes ---- */

static bool went(const struct msg_orders *m, uint32_t number)
{
	for (uint32_t i = 0; i < m->ngone; i++) {
		if (m->gone[i] == number)
			return true;
	}
	return false;
}

/* The order of the same pod takes the place of the one before. */
static bool replaced(const struct msg_orders *m, const struct order *old)
{
	for (uint32_t i = 0; i < m->norders; i++) {
		if (m->orders[i].number == old->number ||
		    (str_eq(m->orders[i].pod, old->pod) && str_eq(m->orders[i].ns, old->ns)))
			return true;
	}
	return false;
}

static enum agent_orders_end take_change(struct agent_orders *o, const struct msg_orders *m)
{
	uint32_t gone = 0;
	agent_orders_forget(o);
	if (m->since != o->revision || m->page != 0 || m->more)
		return AGENT_ORDERS_STRAY;
	for (uint32_t i = 0; i < o->held.n; i++) {
		const struct order *old = &o->held.v[i];
		bool is_gone = went(m, old->number);
		gone += is_gone;
		if (!is_gone && !replaced(m, old) && !list_add(&o->coming, old))
			return too_many(o);
	}
	for (uint32_t i = 0; i < m->norders; i++) {
		if (!list_add(&o->coming, &m->orders[i]))
			return too_many(o);
	}
	if (gone == m->ngone && o->coming.n == m->total)
		return complete(o, m->revision);
	agent_orders_forget(o);
	o->revision = 0;
	return AGENT_ORDERS_STRAY;
}

enum agent_orders_end agent_orders_take(struct agent_orders *o, const struct msg_orders *m)
{
	return m->since ? take_change(o, m) : take_page(o, m);
}
