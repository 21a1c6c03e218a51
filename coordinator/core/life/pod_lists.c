/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/pod_lists.h"

#include <utlist.h>

#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/unproven.h"

enum { LIST_SOON_MS = 1000, LIST_EVERY_MS = 15000 };

void pod_lists_set_timer(struct core *c, struct node_record *n)
{
	int64_t at = n->list.running ? INT64_MAX
				     : n->list.next_ms; /* when it ends, the timer is set again */
	if (n->apply.wanted && !n->apply.running && n->apply.after_ms < at)
		at = n->apply.after_ms;
	if (n->status.refusals && n->status.again_ms > c->now_ms && n->status.again_ms < at)
		at = n->status.again_ms;
	if (n->verdict.kept_due_ms < at)
		at = n->verdict.kept_due_ms;
	if (n->unproven.claimed && n->unproven.look_ms < at)
		at = n->unproven.look_ms;
	node_set_timer(c, n, at);
}

void pod_lists_hello(struct node_record *n)
{
	n->list.generation++;
}

void pod_lists_after_hello(const struct core *c, struct node_record *n)
{
	n->list.next_ms = n->list.wanted ? c->now_ms : INT64_MAX;
}

void pod_lists_ended(struct node_record *n)
{
	n->list.running = false;
}

/* Whether the agent may have created a pod and ended before it could report the pod. */
static bool untold(const struct node_record *n)
{
	const struct attempt *a;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		if (a->state == ATTEMPT_ORDERED && !a->by_coordinator)
			return true;
	}
	return false;
}

/* Its agent is older than completions, and takes members of high indexes for pods of others. */
static bool tells_not_all(const struct node_record *n)
{
	return n->agent.narrow && n->nwide;
}

void pod_lists_plan(struct core *c, struct node_record *n)
{
	bool blind = n->attempts && (!n->agent.connected || n->agent.silent || tells_not_all(n));
	if (unproven_look(c, n))
		node_want_list(n);
	if (!blind && !n->list.wanted) {
		n->list.next_ms = INT64_MAX;
	} else if (n->list.next_ms == INT64_MAX) {
		int64_t wait_ms = n->list.wanted ? 0 : untold(n) ? LIST_SOON_MS : LIST_EVERY_MS;
		n->list.next_ms = c->now_ms + wait_ms;
	}
	if (n->list.next_ms <= c->now_ms && !n->list.running) {
		n->list.next_ms = c->now_ms + LIST_EVERY_MS;
		n->list.running = true;
		n->list.wanted = false;
		n->list.generation++;
		action_new(c, ACT_LIST_NODE)->node = action_str(c, n->name);
	}
	pod_lists_set_timer(c, n);
}

void pod_lists_renew(struct core *c, struct node_record *n)
{
	n->list.next_ms = INT64_MAX;
	pod_lists_plan(c, n);
}
