/* SPDX-License-Identifier: Apache-2.0 */
/* What is reported of an attempt comes from its pod; an order speaks for itself only where there is
 * no pod to speak: REFUSED, with a verdict that is told until the order is withdrawn. */
#include "agent/core/order.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/state.h"

/*		   create		    pod seen, create succeeded
 *   +------> WANT ----> FLYING ------------------------> LAUNCHED <--.
 *   |		|  read    |			    ^	      | pod gone or   | its pod
 *   |		+----> READING ---------------------'	      | replaced      | was seen
 *   |		|	   |				      v		      | after all
 *   |		`----------+---------------------------> REFUSED -------------'
 *   `---------------------' an error that time heals
 *
 * READING: the order carries the UID of a pod that this agent never saw. The coordinator may have
 * created the pod just now, before the watch shows it.
 */
static const struct state_rule rules[ORDER_STATE_N] = {
#define TO(s) STATE_BIT(ORDER_##s)
	[ORDER_WANT] = {"Want", TO(FLYING) | TO(READING) | TO(LAUNCHED) | TO(REFUSED)},
	[ORDER_FLYING] = {"Flying", TO(WANT) | TO(LAUNCHED) | TO(REFUSED)},
	[ORDER_READING] = {"Reading", TO(WANT) | TO(LAUNCHED) | TO(REFUSED)},
	[ORDER_LAUNCHED] = {"Launched", TO(LAUNCHED) | TO(REFUSED)},
	[ORDER_REFUSED] = {"Refused", TO(LAUNCHED) | TO(REFUSED)},
#undef TO
};

static bool in_flight(enum order_state state)
{
	return state == ORDER_FLYING || state == ORDER_READING;
}

enum { FAILING_TELL_MS = 2000 };

/* A verdict holds in REFUSED only, where no way leads but to LAUNCHED. */
static void set_state(struct order_table *t, struct order_record *o, enum order_state to)
{
	state_check(rules, ARRAY_LEN(rules), o->state, to);
	t->flying -= in_flight(o->state);
	t->flying += in_flight(to);
	o->state = to;
	if (to == ORDER_LAUNCHED) { /* the pod speaks from now on */
		o->verdict = MEMBER_NONE;
		o->changed = false;
	}
}

/* ---- the table ---- */

struct order_record *order_find(const struct order_table *t, const char *key)
{
	struct order_record *o = NULL;
	HASH_FIND_STR(t->records, key, o);
	return o;
}

struct order_record *order_add(struct order_table *t, char *own_key)
{
	struct order_record *o = mem_zalloc(1, sizeof *o);
	o->key = own_key;
	o->backoff = (struct backoff){.base_ms = t->retry_base_ms, .cap_ms = t->retry_cap_ms};
	HASH_ADD_KEYPTR(hh, t->records, o->key, strlen(o->key), o);
	return o;
}

void order_assign(struct order_record *r, const struct order *o)
{
	struct order own = *o;
	const char **const strs[] = {&own.ns,      &own.job_name,      &own.job_uid, &own.pod,
				     &own.pod_uid, &own.template_hash, &own.proof};
	char *text = strings_copy(strs, ARRAY_LEN(strs));
	free(r->text);
	r->text = text;
	r->o = own;
}

void order_drop(struct order_table *t, struct order_record *o)
{
	t->flying -= in_flight(o->state);
	HASH_DEL(t->records, o);
	free(o->key);
	free(o->text);
	free(o->seen_uid);
	free(o->reason);
	free(o->message);
	free(o);
}

void order_table_done(struct order_table *t)
{
	struct order_record *o, *next;
	HASH_ITER (hh, t->records, o, next)
		order_drop(t, o);
}

/* ---- questions ---- */

bool order_is_of(const struct order_record *o, const struct member *m)
{
	return str_eq(o->o.job_uid, m->job_uid) && o->o.index == m->index &&
	       o->o.attempt == m->attempt;
}

bool order_was_seen(const struct order_record *o)
{
	return o->seen_uid || o->o.pod_uid[0] != '\0';
}

/* ---- moves ---- */

bool order_awaits_ticket(const struct order_record *o)
{
	return o->used && o->o.ticket == o->used;
}

void order_create_out(struct order_table *t, struct order_record *o)
{
	set_state(t, o, ORDER_FLYING);
	o->used = o->o.ticket;
	o->busy = false;
	o->retry_after_ms = 0;
}

void order_read_out(struct order_table *t, struct order_record *o)
{
	set_state(t, o, ORDER_READING);
}

void order_retry(struct order_table *t, struct order_record *o, int64_t due_ms)
{
	set_state(t, o, ORDER_WANT);
	o->due_ms = due_ms;
	o->failing = true;
}

void order_create_failed(struct step *st, struct order_record *o, const char *reason,
			 const char *message)
{
	if (!o->failing_ms)
		o->failing_ms = st->now_ms;
	bool news = !str_eq(o->reason, reason) || !str_eq(o->message, message);
	if (o->used)
		o->changed = st->report = true;
	if (!news || st->now_ms - o->failing_ms < FAILING_TELL_MS)
		return;
	mem_strset(&o->reason, reason);
	mem_strset(&o->message, message);
	o->changed = st->report = true;
}

void order_launched(struct order_table *t, struct order_record *o, const char *uid)
{
	set_state(t, o, ORDER_LAUNCHED);
	mem_strset(&o->seen_uid, uid);
}

void order_refuse(struct order_table *t, struct step *st, struct order_record *o,
		  enum member_phase verdict, const char *reason, const char *message)
{
	if (o->state == ORDER_REFUSED && o->verdict == verdict)
		return;
	set_state(t, o, ORDER_REFUSED);
	mem_strset(&o->reason, reason);
	mem_strset(&o->message, message);
	o->verdict = verdict;
	o->changed = st->report = true;
	AUTO(mem_freep) char *job = pod_key(o->o.ns, o->o.job_name);
	log_warn(t->log, "member not launched", KS("job", job), KI("member", o->o.index),
		 KI("attempt", o->o.attempt), KS("pod", o->o.pod),
		 KS("phase", member_phase_text(verdict)), KS("reason", reason),
		 KS("error", message));
}

static void never_made(struct order_table *t, struct step *st, struct order_record *o)
{
	set_state(t, o, ORDER_REFUSED);
	mem_strset(&o->reason, "Withdrawn");
	mem_strset(&o->message, "the order was withdrawn before its pod was created");
	o->verdict = MEMBER_GONE;
	o->changed = st->report = true;
}

void order_withdraw(struct order_table *t, struct step *st, struct order_record *o)
{
	bool untried = o->state == ORDER_WANT && o->o.launch && !o->failing && !order_was_seen(o);
	o->withdrawn = true;
	if (untried)
		never_made(t, st, o);
	if (order_over(o) || HASH_COUNT(t->records) > 2 * NODE_PODS_MAX)
		order_drop(t, o);
}

bool order_over(const struct order_record *o)
{
	return o->withdrawn && o->state != ORDER_FLYING &&
	       !(o->state == ORDER_REFUSED && o->changed);
}

void order_look(struct order_table *t, struct step *st, struct order_record *o,
		const struct pod_table *pods)
{
	struct pod_record *p = pods_find(pods, o->key);
	if (p && p->member && order_is_of(o, &p->member->m)) {
		/* The pod was there before the order, and what was told of it counted for nothing
		 * then: it is told again. */
		if (o->state == ORDER_WANT && !order_was_seen(o))
			p->changed = st->report = true;
		order_launched(t, o, p->member->m.pod_uid);
	} else if (p && p->alive)
		order_refuse(t, st, o, MEMBER_HELD, "NameTaken", "another pod has this name");
	else if (pods->synced && o->seen_uid)
		order_refuse(t, st, o, MEMBER_GONE, "PodGone", "the pod does not exist any more");
	if (o->withdrawn && o->state == ORDER_LAUNCHED)
		order_drop(t, o); /* the pod speaks */
}

void order_look_all(struct order_table *t, struct step *st, const struct pod_table *pods)
{
	struct order_record *o, *next;
	HASH_ITER (hh, t->records, o, next)
		order_look(t, st, o, pods);
}
