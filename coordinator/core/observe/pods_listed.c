/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/pods_listed.h"

#include <utlist.h>

#include "coordinator/core/life/pod_lists.h"
#include "coordinator/core/observe/member_ended.h"
#include "coordinator/core/observe/member_seen.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"

void hello_listed(struct core *c, struct node_record *n)
{
	struct attempt *a;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		if (a->seen_gen != n->list.generation && attempt_seen(a))
			node_want_list(n);
	}
	node_dirty(c, n);
}

/* The order of a member whose pod nobody has seen can be carried out no more: the Node is gone, and
 * so is the agent. */
static bool never_came(const struct node_record *n, const struct attempt *a)
{
	return a->state == ATTEMPT_LOST && !attempt_seen(a) && !a->creating && !n->kube.exists &&
	       !n->agent.session;
}

static void list_end(struct core *c, struct node_record *n)
{
	struct attempt *a, *tmp;
	DL_FOREACH_SAFE2(n->attempts, a, tmp, node_next)
	{
		if (a->seen_gen != n->list.generation && attempt_seen(a))
			member_gone(c, a);
		else if (never_came(n, a))
			attempt_free(c, a);
		else if (!a->confirmed)
			node_want_list(n); /* reported while the list was read */
	}
}

void pods_listed(struct core *c, const struct core_event *ev)
{
	struct node_record *n = ev->pods.node ? node_find(c, ev->pods.node) : NULL;
	if (ev->pods.node && (!n || !n->list.running))
		return;
	for (uint32_t i = 0; i < ev->pods.nmembers; i++) {
		const struct member *m = &ev->pods.members[i];
		if (n)
			member_seen(c, n, m, true);
		else if (*str_or_empty(m->node))
			member_seen(c, node_get(c, m->node), m, true);
	}
	if (!n || !ev->pods.last)
		return;
	pod_lists_ended(n);
	if (ev->pods.rc == RC_OK)
		list_end(c, n);
	else
		node_want_list(n);
	node_dirty(c, n);
}
