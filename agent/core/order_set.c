/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/order_set.h"

#include "base/mem.h"

static void take_order(struct order_table *t, struct step *st, struct pod_table *pods,
		       const struct order *order)
{
	AUTO(mem_freep) char *key = pod_key(order->ns, order->pod);
	struct order_record *o = order_find(t, key);
	bool is_new = !o;
	if (!o)
		o = order_add(t, STEAL(key));
	order_assign(o, order);
	o->generation = t->generation;
	o->changed |= o->withdrawn && o->state == ORDER_REFUSED; /* it may be told to another one */
	o->withdrawn = false;
	order_look(t, st, o, pods);
	if (is_new) /* whoever orders a pod that has ended here does not know that */
		pods_tell_end_again(pods, st, o->key);
}

static void withdraw_rest(struct order_table *t, struct step *st, struct pod_table *pods)
{
	struct order_record *o, *next;
	HASH_ITER (hh, t->records, o, next) {
		if (o->generation == t->generation || o->withdrawn)
			continue;
		pods_forget_end(pods, o->key);
		order_withdraw(t, st, o);
	}
}

/* Templates are dropped here and nowhere else, so that the hashes which a Watch named stay true
 * until its answer. */
static void drop_templates(const struct order_table *t, struct step *st,
			   struct template_set *templates)
{
	struct order_record *o, *next;
	HASH_ITER (hh, t->records, o, next) {
		if (o->o.launch && !order_was_seen(o) && !o->withdrawn)
			template_set_need(templates, o->o.ns, o->o.template_hash);
	}
	template_set_drop_rest(templates, st);
}

void order_set_take(struct order_table *t, struct step *st, struct pod_table *pods,
		    struct template_set *templates, const struct agent_event *ev)
{
	uint64_t epoch = ev->orders.epoch;
	if (epoch < t->epoch) {
		log_warn(t->log, "orders of an older epoch refused", KI("epoch", epoch),
			 KI("newest", t->epoch));
		return;
	}
	must(ev->orders.n <= NODE_PODS_MAX); /* the session takes no more */
	t->epoch = epoch;
	t->generation++;
	for (uint32_t i = 0; i < ev->orders.n; i++)
		take_order(t, st, pods, &ev->orders.v[i]);
	withdraw_rest(t, st, pods);
	drop_templates(t, st, templates);
}
