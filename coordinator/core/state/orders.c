/* SPDX-License-Identifier: Apache-2.0 */
/* The fingerprint of a node is the sum of the fingerprints of its orders, so that only those that
 * changed are counted again. */
#include "coordinator/core/state/orders.h"

#include <utlist.h>

#include "base/hash.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"

enum { TOLD = 13 }; /* tells an empty set that was told from no set told */

/* Its agent is to create the pod, as soon as there is a ticket for that. An agent gets no order
 * before the first ticket; one that has the order keeps it while it waits for another ticket. */
static bool to_launch(const struct attempt *a)
{
	return !a->by_coordinator && !attempt_seen(a);
}

static bool ordered(const struct attempt *a)
{
	return attempt_live(a) && a->confirmed && attempt_current(a) && a->job->object.known &&
	       (!to_launch(a) || a->ticket.number) &&
	       (!a->node->agent.narrow || a->id.index < INDEX_NARROW);
}

static uint32_t ticket_of(const struct attempt *a)
{
	return to_launch(a) && ticket_held(a) ? a->ticket.number : 0;
}

static struct order order_of(const struct core *c, const struct attempt *a)
{
	const struct job_record *j = a->job;
	return (struct order){.ns = j->ns,
			      .job_name = j->name,
			      .job_uid = j->uid,
			      .pod = a->pod,
			      .pod_uid = a->pod_uid,
			      .index = a->id.index,
			      .attempt = a->id.attempt,
			      .parallelism = j->spec.parallelism,
			      .completions = j->spec.completions,
			      .template_hash = intern_str(c->strs, a->template_id),
			      .by_agent = to_launch(a),
			      .launch = ticket_of(a) != 0,
			      .ticket = ticket_of(a)};
}

/* What the node's agent is to be told at once. A pod of which the agent has told itself is no news:
 * its order stays as it was with its ticket, and is told together with the next news. So the set of
 * a revision may have the UID or not; an agent that gets it anew gets the UID. */
static uint64_t print_of(const struct attempt *a)
{
	if (!ordered(a))
		return 0;
	uint64_t h = hash_mix_str(a->by_pod.hash, a->agent_knows ? "" : a->pod_uid);
	uint32_t ticket = a->agent_knows ? a->ticket.number : ticket_of(a);
	return hash_mix(hash_mix(h, ticket), a->template_id);
}

static void count(struct node_record *n, struct attempt *a)
{
	uint64_t print = print_of(a);
	n->orders.sum += print - a->order_print;
	n->orders.n += (uint32_t)(print != 0) - (uint32_t)(a->order_print != 0);
	a->order_print = print;
}

/* An order may have changed and was not counted again yet. */
static bool undecided(const struct node_record *n)
{
	return n->orders.recount || n->orders.changed || n->orders.forgot;
}

uint64_t orders_sum(const struct node_record *n)
{
	const struct attempt *a;
	uint64_t sum = 0;
	DL_FOREACH2(n->attempts, a, node_next)
	sum += print_of(a);
	return sum;
}

static void recount(struct node_record *n)
{
	struct attempt *a;
	DL_FOREACH2(n->orders.recount ? n->attempts : NULL, a, node_next)
	count(n, a);
	n->orders.recount = n->orders.forgot = false;
	while ((a = n->orders.changed)) {
		n->orders.changed = a->orders_next;
		a->order_changed = false;
		count(n, a);
	}
}

void orders_recount(struct core *c, struct node_record *n)
{
	n->orders.recount = true;
	node_dirty(c, n);
}

void orders_emit(struct core *c, struct node_record *n)
{
	bool pending = undecided(n);
	if (!pending && !n->orders.told)
		return;
	recount(n);
	if (n->orders.sum + TOLD != n->orders.told) {
		n->orders.told = n->orders.sum + TOLD;
		/* Revision 1 is the empty set of a node that was never told. */
		n->orders.revision = 1 + ++c->orders_revision;
	} else if (!pending || !c->unsettled) {
		return;
	}
	/* With the same orders, a Watch is answered that came while they were not decided. */
	action_new(c, ACT_ORDERS)->node = action_str(c, n->name);
}

/* What was counted last: the node's orders are decided. */
static const struct order *set_of(const struct core *c, const struct node_record *n,
				  uint32_t *ret_n)
{
	const struct attempt *a;
	struct order *v = arena_alloc(view_memory(c), (n->orders.n + (size_t)1) * sizeof *v);
	must(v);
	DL_FOREACH2(n->attempts, a, node_next)
	{
		if (!a->order_print)
			continue;
		must(*ret_n < n->orders.n);
		v[(*ret_n)++] = order_of(c, a);
	}
	return v;
}

void orders_view(const struct core *c, const char *node, const struct order **ret, uint32_t *ret_n,
		 uint64_t *ret_revision)
{
	const struct node_record *n = node_find(c, node);
	*ret = NULL;
	*ret_n = 0;
	*ret_revision = 0;
	if (!n || !c->settled || undecided(n))
		return; /* orders that are not decided are not given out */
	*ret = set_of(c, n, ret_n);
	*ret_revision = n->orders.revision ? n->orders.revision : 1;
}
