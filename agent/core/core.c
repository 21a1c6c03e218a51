/* SPDX-License-Identifier: Apache-2.0 */
/* One step: an event changes the tables, then whatever is due goes out as actions. */
#include "agent/core/core.h"

#include <stdlib.h>
#include <string.h>

#include "agent/core/impl.h"
#include "model/msgsize.h"

/* What a Report's frame has for members beside the capacity. */
enum { REPORT_MEMBERS_BYTES = FRAME_AGENT_MAX - 16 * 1024 };

char *ac_key(const char *ns, const char *name)
{
	size_t a = strlen(str_or_empty(ns)), b = strlen(str_or_empty(name));
	char *key = mem_alloc(a + b + 2);
	memcpy(key, str_or_empty(ns), a);
	key[a] = '/';
	memcpy(key + a + 1, str_or_empty(name), b + 1);
	return key;
}

void ac_act(struct agent_core *c, const struct agent_action *action)
{
	VEC_GROW(c->actions, c->nactions, c->actions_cap);
	c->actions[c->nactions++] = *action;
}

static void forget_dropped(struct agent_core *c)
{
	for (uint32_t i = 0; i < c->ndropped; i++)
		free(c->dropped[i]);
	c->ndropped = 0;
}

static void on_pod(struct agent_core *c, const struct agent_event *ev)
{
	ac_pods_upsert(c, ev->pod, true);
}

static void on_pod_gone(struct agent_core *c, const struct agent_event *ev)
{
	ac_pods_gone(c, ev->gone);
}

static void on_synced(struct agent_core *c, const struct agent_event *ev)
{
	(void)ev;
	ac_pods_synced(c);
}

static void on_orders(struct agent_core *c, const struct agent_event *ev)
{
	ac_orders_set(c, ev->orders.epoch, ev->orders.v, ev->orders.n);
}

static void on_template(struct agent_core *c, const struct agent_event *ev)
{
	ac_templates_put(c, ev->template_hash);
}

static void on_read(struct agent_core *c, const struct agent_event *ev)
{
	ac_orders_read(c, ev);
	ac_pods_read(c, ev);
}

static void (*const handlers[])(struct agent_core *, const struct agent_event *) = {
	[AEV_TICK] = NULL,
	[AEV_POD] = on_pod,
	[AEV_POD_GONE] = on_pod_gone,
	[AEV_PODS_SYNCED] = on_synced,
	[AEV_ORDERS] = on_orders,
	[AEV_TEMPLATE] = on_template,
	[AEV_CREATED] = ac_orders_created,
	[AEV_READ] = on_read,
};

static void apply(struct agent_core *c, const struct agent_event *ev)
{
	must((unsigned)ev->type < ARRAY_LEN(handlers));
	if (handlers[ev->type])
		handlers[ev->type](c, ev);
}

void agent_core_step(struct agent_core *c, const struct agent_event *ev, struct agent_actions *ret)
{
	c->now_ms = ev->now_ms;
	c->unheard_ms = ev->unheard_ms;
	c->nactions = 0;
	c->report = false;
	forget_dropped(c);
	apply(c, ev);
	ac_orders_launch(c);
	ac_pods_ask(c);
	ac_pods_sum(c);
	if (c->report)
		ac_act(c, &(struct agent_action){.type = AACT_REPORT});
	*ret = (struct agent_actions){c->actions, c->nactions};
}

int64_t agent_core_deadline(const struct agent_core *c)
{
	return c->next_due_ms;
}

/* ---- views ---- */

static struct member of_verdict(const struct agent_core *c, const struct orderrec *o)
{
	const char *uid = o->seen_uid ? o->seen_uid : o->o.pod_uid;
	return (struct member){.ns = o->o.ns,
			       .job_name = o->o.job_name,
			       .job_uid = o->o.job_uid,
			       .pod = o->o.pod,
			       .pod_uid = o->verdict == MEMBER_GONE ? uid : "",
			       .node = c->node,
			       .index = o->o.index,
			       .attempt = o->o.attempt,
			       .template_hash = o->o.template_hash,
			       .phase = o->verdict,
			       .reason = o->reason,
			       .message = o->message};
}

/* Its pod may come to be although none was seen: a create is out, or one was whose answer says
 * nothing for sure. A new leader must know of it, or it makes another one. Phase none says so. */
static bool under_way(const struct orderrec *o)
{
	return o->state == ORDER_FLYING || (o->state == ORDER_WANT && o->failing);
}

static struct member *grow_out(struct agent_core *c, uint32_t n)
{
	if (n > c->out_cap) {
		c->out = mem_realloc(c->out, n, sizeof *c->out);
		c->out_cap = n;
	}
	return c->out;
}

static struct capacity capacity_of(const struct agent_core *c)
{
	return (struct capacity){.foreign = {c->foreign, c->nforeign},
				 .foreign_pods = c->foreign_pods};
}

/* What a dead pod's member was is kept for its order, or until it was told. The strings that a view
 * lent out live until the next step, so dead ones go only after the view that follows their
 * telling. */
static void drop_dead(struct agent_core *c)
{
	struct podrec *p, *next;
	HASH_ITER (hh, c->pods, p, next) {
		if (p->alive && !p->is_member && p->member && !p->changed)
			p->member = ac_held_free(p->member); /* orphaned, and told */
		else if (!p->alive && !p->changed && !ac_orders_find(c, p->key))
			ac_pods_drop(c, p);
	}
}

void agent_core_snapshot(struct agent_core *c, struct capacity *cap, const struct member **ret,
			 uint32_t *ret_n)
{
	struct podrec *p, *pnext;
	struct orderrec *o, *onext;
	uint32_t n = 0;
	drop_dead(c);
	ac_pods_sum(c);
	struct member *out = grow_out(c, HASH_COUNT(c->pods) + HASH_COUNT(c->orders) + 1);
	HASH_ITER (hh, c->pods, p, pnext) {
		if (p->member)
			out[n++] = p->member->m;
		p->changed = false;
	}
	HASH_ITER (hh, c->orders, o, onext) {
		if (o->verdict != MEMBER_NONE || under_way(o))
			out[n++] = of_verdict(c, o);
		o->changed = false;
	}
	c->capacity_changed = false;
	*cap = capacity_of(c);
	*ret = out;
	*ret_n = n < NODE_PODS_MAX ? n : NODE_PODS_MAX;
}

/* Appends if it fits, else says no. */
static bool put(struct agent_core *c, uint32_t max, uint32_t *n, size_t *bytes, struct member m)
{
	size_t size = msgsize_member(&m);
	if (*n == max || (*n > 0 && *bytes + size > REPORT_MEMBERS_BYTES))
		return false;
	c->out[(*n)++] = m;
	*bytes += size;
	return true;
}

bool agent_core_changes(struct agent_core *c, uint32_t max, struct capacity *cap,
			bool *ret_has_capacity, const struct member **ret, uint32_t *ret_n)
{
	struct podrec *p, *pnext;
	struct orderrec *o, *onext;
	uint32_t n = 0;
	size_t bytes = 0;
	drop_dead(c);
	ac_pods_sum(c);
	(void)grow_out(c, max);
	HASH_ITER (hh, c->pods, p, pnext) {
		if (p->changed && put(c, max, &n, &bytes, p->member->m))
			p->changed = false;
	}
	HASH_ITER (hh, c->orders, o, onext) {
		if (o->changed && put(c, max, &n, &bytes, of_verdict(c, o)))
			o->changed = false;
	}
	*ret_has_capacity = c->capacity_changed;
	c->capacity_changed = false;
	*cap = capacity_of(c);
	*ret = c->out;
	*ret_n = n;
	return n > 0 || *ret_has_capacity;
}

bool agent_core_synced(const struct agent_core *c)
{
	return c->synced;
}

void agent_core_stats(const struct agent_core *c, struct agent_core_stats *ret)
{
	struct podrec *p, *next;
	*ret = (struct agent_core_stats){.orders = HASH_COUNT(c->orders)};
	HASH_ITER (hh, c->pods, p, next) {
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
	c->cfg = *cfg;
	c->node = mem_strdup(cfg->node);
	c->log = log;
	c->rng.s = seed;
	c->next_due_ms = INT64_MAX;
	return c;
}

struct agent_core *agent_core_free(struct agent_core *c)
{
	struct podrec *p, *pnext;
	struct orderrec *o, *onext;
	if (!c)
		return NULL;
	HASH_ITER (hh, c->pods, p, pnext)
		ac_pods_drop(c, p);
	HASH_ITER (hh, c->orders, o, onext)
		ac_orders_drop(c, o);
	ac_templates_done(c);
	forget_dropped(c);
	free(c->dropped);
	free(c->actions);
	free(c->foreign);
	free(c->out);
	free(c->node);
	free(c);
	return NULL;
}
