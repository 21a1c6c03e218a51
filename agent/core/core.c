/* SPDX-License-Identifier: Apache-2.0 */
/* One step: an event changes the tables, the orders of the pods that it touched are looked at, then
 * whatever is due goes out as actions. */
#include "agent/core/core.h"

#include <stdlib.h>

#include "agent/core/launch.h"
#include "agent/core/order_set.h"
#include "agent/core/report.h"
#include "base/mem.h"

struct agent_core {
	char *node;
	bool launch;
	struct rng rng;
	struct step step;
	struct pod_table pods;
	struct order_table orders;
	struct template_set templates;
	struct report report;
};

/* ---- events ---- */

static void on_pod(struct agent_core *c, const struct agent_event *ev)
{
	pods_put(&c->pods, &c->step, ev->pod, true);
}

static void on_node(struct agent_core *c, const struct agent_event *ev)
{
	foreign_set_node(&c->pods.foreign, ev->allocatable);
}

static void on_pod_gone(struct agent_core *c, const struct agent_event *ev)
{
	pods_deleted(&c->pods, &c->step, ev->gone);
}

static void on_synced(struct agent_core *c, const struct agent_event *ev)
{
	(void)ev;
	pods_synced(&c->pods, &c->step);
	order_look_all(&c->orders, &c->step, &c->pods);
}

static void on_orders(struct agent_core *c, const struct agent_event *ev)
{
	order_set_take(&c->orders, &c->step, &c->pods, &c->templates, ev);
}

static void on_template(struct agent_core *c, const struct agent_event *ev)
{
	template_set_add(&c->templates, ev->template_name);
}

static void on_created(struct agent_core *c, const struct agent_event *ev)
{
	launch_created(&c->orders, &c->step, &c->pods, ev, &c->rng);
}

/* Orders and pods both read: the answer is for whoever asked. */
static void on_read(struct agent_core *c, const struct agent_event *ev)
{
	launch_read(&c->orders, &c->step, &c->pods, ev, &c->rng);
	pods_read(&c->pods, &c->step, ev);
}

static void (*const handlers[])(struct agent_core *, const struct agent_event *) = {
	[AEV_TICK] = NULL,
	[AEV_POD] = on_pod,
	[AEV_NODE] = on_node,
	[AEV_POD_GONE] = on_pod_gone,
	[AEV_PODS_SYNCED] = on_synced,
	[AEV_ORDERS] = on_orders,
	[AEV_TEMPLATE] = on_template,
	[AEV_CREATED] = on_created,
	[AEV_READ] = on_read,
};

static void apply(struct agent_core *c, const struct agent_event *ev)
{
	must((unsigned)ev->type < ARRAY_LEN(handlers));
	if (handlers[ev->type])
		handlers[ev->type](c, ev);
}

/* ---- the step ---- */

static bool has_order(const void *self, const char *key)
{
	return order_find(self, key);
}

static void look_at_touched(struct agent_core *c)
{
	struct step *st = &c->step;
	for (uint32_t i = 0; i < st->ntouched; i++) {
		struct order_record *o = order_find(&c->orders, st->touched[i]);
		if (o)
			order_look(&c->orders, st, o, &c->pods);
	}
	step_touched_clear(st);
}

void agent_core_step(struct agent_core *c, const struct agent_event *ev, struct agent_actions *ret)
{
	struct step *st = &c->step;
	step_begin(st, ev);
	template_set_step_begins(&c->templates);
	pods_make_room(&c->pods, has_order, &c->orders);
	apply(c, ev);
	look_at_touched(c);
	launch_due(&c->orders, st, &c->pods, &c->templates, c->launch);
	pods_ask(&c->pods, st);
	pods_sum(&c->pods, st);
	if (st->report)
		step_act(st, &(struct agent_action){.type = AACT_REPORT});
	*ret = (struct agent_actions){st->actions, st->nactions};
}

int64_t agent_core_deadline(const struct agent_core *c)
{
	return c->step.due_ms;
}

/* ---- views ---- */

void agent_core_snapshot(struct agent_core *c, struct capacity *ret_cap, const struct member **ret,
			 uint32_t *ret_n)
{
	report_all(&c->report, &c->pods, &c->orders);
	*ret_cap = foreign_capacity(&c->pods.foreign);
	*ret = c->report.members;
	*ret_n = c->report.n;
}

bool agent_core_changes(struct agent_core *c, uint32_t max, struct capacity *ret_cap,
			bool *ret_has_capacity, const struct member **ret, uint32_t *ret_n)
{
	report_changes(&c->report, &c->pods, &c->orders, max);
	*ret_has_capacity = c->pods.foreign.changed;
	*ret_cap = foreign_capacity(&c->pods.foreign);
	*ret = c->report.members;
	*ret_n = c->report.n;
	return c->report.n > 0 || c->pods.foreign.changed;
}

void agent_core_told(struct agent_core *c)
{
	report_told(&c->report, &c->pods, &c->orders);
	c->pods.foreign.changed = false;
}

bool agent_core_synced(const struct agent_core *c)
{
	return c->pods.synced;
}

void agent_core_stats(const struct agent_core *c, struct agent_core_stats *ret)
{
	struct pod_record *p, *next;
	*ret = (struct agent_core_stats){.orders = HASH_COUNT(c->orders.records),
					 .pods_left_out = c->pods.left_out};
	HASH_ITER (hh, c->pods.records, p, next) {
		ret->pods += p->alive;
		ret->members += p->alive && p->is_member;
	}
}

/* ---- life ---- */

struct agent_core *agent_core_new(const struct agent_core_config *cfg, const struct log *log,
				  uint64_t seed)
{
	must(cfg->node && cfg->create_retry_base_ms > 0);
	struct agent_core *c = mem_zalloc(1, sizeof *c);
	c->node = mem_strdup(cfg->node);
	c->launch = cfg->launch;
	c->rng.s = seed;
	c->step.due_ms = INT64_MAX;
	c->pods = (struct pod_table){.node = c->node, .log = log};
	c->orders = (struct order_table){.node = c->node,
					 .log = log,
					 .retry_base_ms = cfg->create_retry_base_ms,
					 .retry_cap_ms = cfg->create_retry_cap_ms};
	return c;
}

struct agent_core *agent_core_free(struct agent_core *c)
{
	if (!c)
		return NULL;
	pods_done(&c->pods);
	order_table_done(&c->orders);
	template_set_done(&c->templates);
	step_done(&c->step);
	report_done(&c->report);
	free(c->node);
	free(c);
	return NULL;
}
