/* SPDX-License-Identifier: Apache-2.0 */
/* Orders: a pod is created once for each, by its name, which no other attempt has. Created means
 * seen: an order whose pod was ever seen, here or by the coordinator (then it carries the UID), is
 * never carried out again, and it is gone only when it vanished before our eyes or a live read says
 * so. After an answer that got lost the name is taken, and what has it is
 * read: the same attempt is adopted, anything else holds the name.
 *
 * An order is a lease: no create is begun when no leader was heard for ORDER_LEASE_MS. So whoever
 * leads next knows how long an order of the leader before may still be carried out: the lease, the
 * create's own deadline and what TCP sends again, together less than node_unheard_ms. */
#include <stdlib.h>
#include <string.h>

#include "agent/core/impl.h"

enum { CREATES_MAX = 32, ORDER_LEASE_MS = 10000, LEASE_LOOK_MS = 1000 };

struct orderrec *ac_orders_find(const struct agent_core *c, const char *key)
{
	struct orderrec *o = NULL;
	HASH_FIND_STR(c->orders, key, o);
	return o;
}

bool ac_order_wants_pod(const struct orderrec *o, const struct member *m)
{
	return str_eq(o->o.job_uid, m->job_uid) && o->o.index == m->index &&
	       o->o.attempt == m->attempt;
}

static bool in_flight(enum order_state state)
{
	return state == ORDER_FLYING || state == ORDER_READING;
}

static void set_state(struct agent_core *c, struct orderrec *o, enum order_state state)
{
	c->flying -= in_flight(o->state);
	c->flying += in_flight(state);
	o->state = state;
	if (state != ORDER_REFUSED) {
		o->verdict = MEMBER_NONE;
		o->changed = false;
	}
}

static void refuse(struct agent_core *c, struct orderrec *o, enum member_phase verdict,
		   const char *reason, const char *message)
{
	if (o->state == ORDER_REFUSED && o->verdict == verdict)
		return; /* said already, in the words that came first */
	set_state(c, o, ORDER_REFUSED);
	mem_strset(&o->reason, reason);
	mem_strset(&o->message, message);
	o->verdict = verdict;
	o->changed = c->report = true;
	log_warn(c->log, "member not launched", KS("job", o->o.job_name), KI("member", o->o.index),
		 KI("attempt", o->o.attempt), KS("ns", o->o.ns), KS("pod", o->o.pod),
		 KS("phase", member_phase_text(verdict)), KS("reason", reason),
		 KS("message", message));
}

static void launched(struct agent_core *c, struct orderrec *o, const char *uid)
{
	mem_strset(&o->seen_uid, uid);
	set_state(c, o, ORDER_LAUNCHED);
}

static bool was_seen(const struct orderrec *o)
{
	return o->seen_uid || o->o.pod_uid[0] != '\0';
}

void ac_orders_look(struct agent_core *c, struct orderrec *o)
{
	const struct podrec *p = ac_pods_find(c, o->key);
	if (p && p->member && ac_order_wants_pod(o, &p->member->m))
		launched(c, o, p->member->m.pod_uid);
	else if (p && p->alive)
		refuse(c, o, MEMBER_HELD, "NameTaken", "another pod has this name");
	else if (c->synced && o->seen_uid)
		refuse(c, o, MEMBER_GONE, "PodGone", "the pod is there no more");
}

void ac_orders_look_all(struct agent_core *c)
{
	struct orderrec *o, *next;
	HASH_ITER (hh, c->orders, o, next)
		ac_orders_look(c, o);
}

/* ---- the set ---- */

static void set_order(struct orderrec *r, const struct order *o)
{
	struct order c = *o;
	const char **const strs[] = {&c.ns,  &c.job_name, &c.job_uid,
				     &c.pod, &c.pod_uid,  &c.template_hash};
	char *text = ac_held_strings(strs, ARRAY_LEN(strs));
	free(r->text);
	r->text = text;
	r->o = c;
}

static struct orderrec *add(struct agent_core *c, char *own_key)
{
	struct orderrec *o = mem_zalloc(1, sizeof *o);
	o->key = own_key;
	o->backoff = (struct backoff){.base_ms = c->cfg.create_retry_base_ms,
				      .cap_ms = c->cfg.create_retry_cap_ms};
	HASH_ADD_KEYPTR(hh, c->orders, o->key, strlen(o->key), o);
	return o;
}

void ac_orders_drop(struct agent_core *c, struct orderrec *o)
{
	set_state(c, o, ORDER_LAUNCHED);
	HASH_DEL(c->orders, o);
	free(o->key);
	free(o->text);
	free(o->seen_uid);
	free(o->reason);
	free(o->message);
	free(o);
}

/* Ordered anew although its pod has ended here: who orders it does not know. */
static void tell_again(struct agent_core *c, const struct orderrec *o)
{
	struct podrec *p = ac_pods_find(c, o->key);
	if (p && !p->alive)
		p->changed = c->report = true;
}

static void take_order(struct agent_core *c, const struct order *order)
{
	AUTO(mem_freep) char *key = ac_key(order->ns, order->pod);
	struct orderrec *o = ac_orders_find(c, key);
	bool is_new = !o;
	if (!o)
		o = add(c, STEAL(key));
	set_order(o, order);
	o->generation = c->generation;
	ac_orders_look(c, o);
	if (is_new)
		tell_again(c, o);
}

static void forget_dead_pod(struct agent_core *c, const char *key)
{
	struct podrec *p = ac_pods_find(c, key);
	if (p && !p->alive && !p->changed)
		ac_pods_drop(c, p);
}

static bool template_needed(const struct orderrec *o)
{
	return o->o.launch && !was_seen(o);
}

/* Only here, so that what a Watch says the agent holds stays true until its answer. */
static void drop_templates(struct agent_core *c)
{
	struct template_rec *t, *next;
	struct orderrec *o, *onext;
	HASH_ITER (hh, c->orders, o, onext) {
		HASH_FIND_STR(c->templates, o->o.template_hash, t);
		if (t && template_needed(o))
			t->generation = c->generation;
	}
	HASH_ITER (hh, c->templates, t, next) {
		if (t->generation == c->generation)
			continue;
		HASH_DEL(c->templates, t);
		VEC_GROW(c->dropped, c->ndropped, c->dropped_cap);
		c->dropped[c->ndropped++] = t->hash;
		ac_act(c, &(struct agent_action){.type = AACT_TEMPLATE_DROP,
						 .template_hash = t->hash});
		free(t);
	}
}

void ac_orders_set(struct agent_core *c, uint64_t epoch, const struct order *v, uint32_t n)
{
	struct orderrec *o, *next;
	if (epoch < c->epoch) {
		log_warn(c->log, "orders of an older epoch refused", KI("epoch", epoch),
			 KI("newest", c->epoch));
		return;
	}
	must(n <= NODE_PODS_MAX); /* the session takes no more */
	c->epoch = epoch;
	c->generation++;
	for (uint32_t i = 0; i < n; i++)
		take_order(c, &v[i]);
	HASH_ITER (hh, c->orders, o, next) {
		if (o->generation == c->generation)
			continue;
		forget_dead_pod(c, o->key);
		ac_orders_drop(c, o);
	}
	drop_templates(c);
}

/* ---- templates ---- */

void ac_templates_put(struct agent_core *c, const char *hash)
{
	struct template_rec *t = NULL;
	HASH_FIND_STR(c->templates, hash, t);
	if (t)
		return;
	t = mem_zalloc(1, sizeof *t);
	t->hash = mem_strdup(hash);
	HASH_ADD_KEYPTR(hh, c->templates, t->hash, strlen(t->hash), t);
}

void ac_templates_done(struct agent_core *c)
{
	struct template_rec *t, *next;
	HASH_ITER (hh, c->templates, t, next) {
		HASH_DEL(c->templates, t);
		free(t->hash);
		free(t);
	}
}

/* ---- creates ---- */

static bool may_launch(struct agent_core *c, struct orderrec *o)
{
	struct template_rec *t = NULL;
	must(!was_seen(o));
	if (!o->o.launch)
		return false;
	if (!c->cfg.launch) { /* the two programs are configured apart: the coordinator must do it
			       */
		refuse(c, o, MEMBER_DENIED, "LaunchDisabled",
		       "agents here launch nothing (--launch)");
		return false;
	}
	HASH_FIND_STR(c->templates, o->o.template_hash, t);
	return t != NULL;
}

static void launch(struct agent_core *c, struct orderrec *o)
{
	set_state(c, o, ORDER_FLYING);
	log_info(c->log, "launching", KS("job", o->o.job_name), KI("member", o->o.index),
		 KI("attempt", o->o.attempt), KS("ns", o->o.ns), KS("pod", o->o.pod));
	ac_act(c, &(struct agent_action){.type = AACT_CREATE,
					 .create = {.ns = o->o.ns,
						    .name = o->o.pod,
						    .job_name = o->o.job_name,
						    .job_uid = o->o.job_uid,
						    .node = c->node,
						    .index = o->o.index,
						    .attempt = o->o.attempt,
						    .parallelism = o->o.parallelism,
						    .template_hash = o->o.template_hash}});
}

/* The coordinator knows its pod, we do not: it is gone, or our watch lags behind. */
static bool must_read(const struct orderrec *o)
{
	return o->o.pod_uid[0] != '\0';
}

static void read_pod(struct agent_core *c, struct orderrec *o)
{
	set_state(c, o, ORDER_READING);
	ac_act(c, &(struct agent_action){.type = AACT_READ, .read = {o->o.ns, o->o.pod}});
}

/* Orders come anew with the next session; one that goes on after a standstill of ours is heard
 * again within a moment. */
static void look_later(struct agent_core *c)
{
	int64_t at = c->now_ms + LEASE_LOOK_MS;
	c->next_due_ms = at < c->next_due_ms ? at : c->next_due_ms;
}

void ac_orders_launch(struct agent_core *c)
{
	struct orderrec *o, *next;
	c->next_due_ms = INT64_MAX;
	if (!c->synced)
		return;
	HASH_ITER (hh, c->orders, o, next) {
		if (o->state != ORDER_WANT)
			continue;
		bool read = must_read(o);
		if (!read && !may_launch(c, o))
			continue;
		if (!read && c->unheard_ms > ORDER_LEASE_MS) {
			look_later(c);
			continue;
		}
		if (o->due_ms <= c->now_ms && c->flying < CREATES_MAX)
			(read ? read_pod : launch)(c, o);
		else if (o->due_ms > c->now_ms && o->due_ms < c->next_due_ms)
			c->next_due_ms = o->due_ms;
	}
}

static void retry(struct agent_core *c, struct orderrec *o, const struct agent_event *ev)
{
	int64_t ms = backoff_next(&o->backoff, &c->rng);
	if (ms < ev->created.retry_after_ms)
		ms = ev->created.retry_after_ms;
	set_state(c, o, ORDER_WANT);
	o->due_ms = c->now_ms + ms;
	LOG_AT(c->log, o->failing ? LOG_DEBUG : LOG_WARN,
	       ev->type == AEV_READ ? "pod not read, trying again"
				    : "pod not created, trying again",
	       KS("job", o->o.job_name), KI("member", o->o.index), KI("attempt", o->o.attempt),
	       KS("ns", o->o.ns), KS("pod", o->o.pod), KS("rc", rc_name(ev->created.rc)),
	       KS("error", ev->created.message), KI("after_ms", ms));
	o->failing = true;
}

/* What the API server will say again however often it is asked. */
static bool denied(enum rc rc)
{
	return rc == RC_FORBIDDEN || rc == RC_INVALID || rc == RC_BADREQUEST || rc == RC_TOOBIG ||
	       rc == RC_NOTFOUND || rc == RC_CONFIG;
}

/* Whether the pod that was read is this order's attempt, here. */
static bool is_ours(const struct agent_core *c, const struct orderrec *o, const struct pod *pod)
{
	struct member m;
	return member_of_pod(pod, &m) && ac_order_wants_pod(o, &m) && str_eq(m.node, c->node);
}

void ac_orders_created(struct agent_core *c, const struct agent_event *ev)
{
	AUTO(mem_freep) char *key = ac_key(ev->created.ns, ev->created.name);
	struct orderrec *o = ac_orders_find(c, key);
	const struct pod *pod = ev->created.pod;
	enum rc rc = ev->created.rc;
	/* Withdrawn meanwhile, or the watch was faster: it has told more than this answer can. */
	if (!o || o->state != ORDER_FLYING)
		return;
	must(!pod || rc == RC_OK || rc == RC_EXISTS);
	if (pod && is_ours(c, o, pod)) {
		launched(c, o, pod->meta.uid);
		ac_pods_upsert(c, pod, false);
	} else if (pod && rc == RC_OK) {
		refuse(c, o, MEMBER_HELD, "NameTaken", "the pod that was made is not as ordered");
	} else if (pod) {
		refuse(c, o, MEMBER_HELD, "NameTaken", "another pod has this name");
	} else if (denied(rc)) {
		refuse(c, o, MEMBER_DENIED, ev->created.reason, ev->created.message);
	} else {
		retry(c, o, ev);
	}
}

void ac_orders_read(struct agent_core *c, const struct agent_event *ev)
{
	AUTO(mem_freep) char *key = ac_key(ev->created.ns, ev->created.name);
	struct orderrec *o = ac_orders_find(c, key);
	const struct pod *pod = ev->created.pod;
	if (!o || o->state != ORDER_READING)
		return;
	bool there = ev->created.rc == RC_OK && pod && str_eq(pod->meta.uid, o->o.pod_uid) &&
		     is_ours(c, o, pod);
	if (there) {
		launched(c, o, pod->meta.uid);
		ac_pods_upsert(c, pod, false);
	} else if (ev->created.rc == RC_OK || ev->created.rc == RC_NOTFOUND) {
		refuse(c, o, MEMBER_GONE, "PodGone", "the pod is there no more");
	} else {
		retry(c, o, ev);
	}
}
