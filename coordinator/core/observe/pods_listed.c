/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/pods_listed.h"

#include <utlist.h>

#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/life/pod_lists.h"
#include "coordinator/core/observe/member_ended.h"
#include "coordinator/core/observe/member_seen.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/unproven.h"

/* What a Hello lacks may be gone, and a list tells. But no list shows pods without an owner: a
 * Hello has them with what the pods of others take. */
void hello_listed(struct core *c, struct node_record *n)
{
	struct attempt *a, *tmp;
	unproven_sweep(c, n);
	DL_FOREACH_SAFE2(n->attempts, a, tmp, node_next)
	{
		bool missing = a->seen_gen != n->list.generation && attempt_seen(a);
		if (missing && a->orphaned) {
			attempt_free(c, a);
			continue;
		}
		if (missing)
			node_want_list(n);
		if (attempt_needs_coordinator(c, a))
			attempt_launch_by_coordinator(c, a);
		else
			attempt_go_on(c, a);
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
		if (a->orphaned && attempt_seen(a))
			continue; /* until its agent tells (attempt/stop.c) */
		if (a->seen_gen != n->list.generation && attempt_seen(a))
			member_gone(c, a);
		else if (never_came(n, a))
			attempt_free(c, a);
		else if (!a->confirmed)
			node_want_list(n); /* reported while the list was read */
	}
	unproven_sweep(c, n);
}

/* Only what may be a member makes a record of a node that is not known. */
static struct node_record *listed_on(struct core *c, const struct member *m)
{
	const char *name = str_or_empty(m->node);
	if (!*name)
		return NULL;
	return c->cfg.proofs && m->proven < PROOF_OLD ? node_find(c, name) : node_get(c, name);
}

void pods_listed(struct core *c, const struct core_event *ev)
{
	struct node_record *n = ev->pods.node ? node_find(c, ev->pods.node) : NULL;
	if (ev->pods.node && (!n || !n->list.running))
		return;
	for (uint32_t i = 0; i < ev->pods.nmembers; i++) {
		struct node_record *on = n ? n : listed_on(c, &ev->pods.members[i]);
		if (on)
			member_seen(c, on, &ev->pods.members[i], true);
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
