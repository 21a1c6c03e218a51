/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/core/report.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/msgsize.h"

/* What a Report's frame has for members beside the capacity. */
enum { REPORT_MEMBERS_BYTES = FRAME_AGENT_MAX - 16 * 1024 };

void report_done(struct report *r)
{
	free(r->members);
	free(r->changed);
}

static void reset(struct report *r, uint32_t cap)
{
	r->n = 0;
	if (cap <= r->cap)
		return;
	r->members = mem_realloc(r->members, cap, sizeof *r->members);
	r->changed = mem_realloc(r->changed, cap, sizeof *r->changed);
	r->cap = cap;
}

static void put(struct report *r, struct member m, bool *changed)
{
	r->members[r->n] = m;
	r->changed[r->n++] = changed;
}

/* ---- orders ---- */

static struct member of_verdict(const struct order_table *orders, const struct order_record *o)
{
	const char *uid = o->seen_uid ? o->seen_uid : o->o.pod_uid;
	bool ended = o->state == ORDER_WANT;
	return (struct member){.ns = o->o.ns,
			       .job_name = o->o.job_name,
			       .job_uid = o->o.job_uid,
			       .pod = o->o.pod,
			       .pod_uid = o->verdict == MEMBER_GONE ? uid : "",
			       .node = orders->node,
			       .index = o->o.index,
			       .attempt = o->o.attempt,
			       .template_hash = o->o.template_hash,
			       .phase = o->verdict,
			       .reason = o->reason,
			       .message = o->message,
			       .proof = o->o.proof,
			       .ticket = ended ? o->used : 0,
			       .busy = ended && o->busy,
			       .retry_after_ms = ended ? (uint32_t)o->retry_after_ms : 0};
}

/* The order's pod may come to be although none was seen: a create is out, or one ended whose answer
 * says nothing for sure. A new leader must know of it, or it makes another pod. MEMBER_NONE is how
 * it is told; words with it say why the create fails. */
static bool under_way(const struct order_record *o)
{
	return o->state == ORDER_FLYING || (o->state == ORDER_WANT && o->failing);
}

/* ---- pods ---- */

/* Nothing of the pod is to be told any more: it was told as a member that it is none now, or it
 * ended, was told, and no order asks for it. */
static bool is_over(const struct pod_record *p, const struct order_table *orders)
{
	return !p->changed && (p->alive ? !p->is_member : !order_find(orders, p->key));
}

/* ---- views ---- */

static void put_pods(struct report *r, const struct pod_table *pods,
		     const struct order_table *orders, bool ended)
{
	struct pod_record *p, *next;
	HASH_ITER (hh, pods->records, p, next) {
		if (p->member && !is_over(p, orders) &&
		    member_phase_final(p->member->m.phase) == ended)
			put(r, p->member->m, &p->changed);
	}
}

void report_all(struct report *r, const struct pod_table *pods, const struct order_table *orders)
{
	struct order_record *o, *next;
	reset(r, pods_count(pods) + HASH_COUNT(orders->records) + 1);
	put_pods(r, pods, orders, false);
	HASH_ITER (hh, orders->records, o, next) {
		if (!order_over(o) && (o->verdict != MEMBER_NONE || under_way(o)))
			put(r, of_verdict(orders, o), &o->changed);
	}
	put_pods(r, pods, orders, true);
	while (r->n > NODE_PODS_MAX)
		*r->changed[--r->n] = true;
}

/* Adds the member if it fits beside those of *bytes. The first always fits. */
static void put_if_fits(struct report *r, uint32_t max, size_t *bytes, struct member m,
			bool *changed)
{
	size_t size = msgsize_member(&m);
	if (r->n == max || (r->n > 0 && *bytes + size > REPORT_MEMBERS_BYTES))
		return;
	put(r, m, changed);
	*bytes += size;
}

void report_changes(struct report *r, const struct pod_table *pods,
		    const struct order_table *orders, uint32_t max)
{
	struct pod_record *p, *pnext;
	struct order_record *o, *onext;
	size_t bytes = 0;
	reset(r, max);
	HASH_ITER (hh, pods->records, p, pnext) {
		if (p->changed)
			put_if_fits(r, max, &bytes, p->member->m, &p->changed);
	}
	HASH_ITER (hh, orders->records, o, onext) {
		if (o->changed)
			put_if_fits(r, max, &bytes, of_verdict(orders, o), &o->changed);
	}
}

/* What is over goes first, so the strings of a view live until what it showed is told, at least. */
void report_told(struct report *r, struct pod_table *pods, struct order_table *orders)
{
	struct pod_record *p, *next;
	struct order_record *o, *onext;
	HASH_ITER (hh, pods->records, p, next) {
		if (!is_over(p, orders))
			continue;
		if (p->alive && p->load.counts)
			p->member = member_copy_free(p->member);
		else
			pods_drop(pods, p);
	}
	HASH_ITER (hh, orders->records, o, onext) {
		if (order_over(o))
			order_drop(orders, o);
	}
	for (uint32_t i = 0; i < r->n; i++)
		*r->changed[i] = false;
	r->n = 0;
}
