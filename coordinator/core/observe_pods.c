/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of pods: what is missing in one. Absence counts only if we have read it ourselves. */
#include <utlist.h>

#include "coordinator/core/inside.h"

/* A Hello is the node's whole truth: what it lacks is looked up before it counts as gone. */
void observe_hello_end(struct core *c, struct mnode *n)
{
	struct att *a;
	DL_FOREACH2(n->atts, a, node_next)
	{
		if (a->seen_gen != n->list_gen && att_seen(a))
			n->list_wanted = true;
	}
	node_dirty(c, n);
}

static void list_end(struct core *c, struct mnode *n)
{
	struct att *a, *tmp;
	DL_FOREACH_SAFE2(n->atts, a, tmp, node_next)
	{
		if (a->seen_gen != n->list_gen && att_seen(a))
			att_gone(c, a);
		else if (!a->confirmed)
			n->list_wanted = true; /* told while the list was on its way */
	}
}

void observe_pods(struct core *c, const struct core_event *ev)
{
	struct mnode *n = ev->pods.node ? node_find(c, ev->pods.node) : NULL;
	if (ev->pods.node && (!n || !n->listing))
		return;
	for (uint32_t i = 0; i < ev->pods.nmembers; i++) {
		const struct member *m = &ev->pods.members[i];
		if (n)
			observe_member(c, n, m, true);
		else if (*str_or_empty(m->node))
			observe_member(c, node_get(c, m->node), m, true);
	}
	if (!n || !ev->pods.last)
		return;
	n->listing = false;
	if (ev->pods.rc == RC_OK)
		list_end(c, n);
	else
		n->list_wanted = true;
	node_dirty(c, n);
}
