/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/observe/looked_up.h"

#include <utlist.h>

#include "coordinator/core/state/capacity.h"
#include "coordinator/core/state/choice.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/limits.h"
#include "coordinator/core/state/lookup.h"
#include "coordinator/core/state/objects.h"
#include "coordinator/core/state/pool.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/waiting.h"

/* The jobs that wait and name the object are looked at again: what is known of it is fresh. If it
 * is news, they say why they wait now. */
static void wake(struct core *c, const struct lookup *l, bool news)
{
	struct job_record *j, *tmp;
	DL_FOREACH_SAFE2(c->jobs.all, j, tmp, all_next)
	{
		if (!job_queued(j) || !objects_use(j->spec.request, l))
			continue;
		queue_look(c, j);
		if (news && job_blocked(j))
			waiting_soon(c, j);
	}
}

/* Where the coordinator has no right to read, the job goes as it would without the check. */
static const struct needed *open_to_all(struct core *c, const struct lookup *l, const char *words)
{
	static const struct needed all = {.bound = true, .attachless = true};
	if (!lookup_may_warn(c))
		return &all;
	log_warn(c->log, "object not checked, reading it is forbidden",
		 KS("kind", lookup_kind_text(l)), KS("ns", l->ns), KS("name", l->name),
		 KS("error", words));
	return &all;
}

/* The choice of a node was written, or not. What the claim is now, the next read tells. */
static void chosen(struct core *c, struct lookup *l, const struct core_event *ev)
{
	const char *message = str_or_empty(ev->looked_up.message);
	if (ev->looked_up.rc == RC_OK)
		return;
	if (lookup_may_warn(c))
		log_warn(c->log, "claim not given its first consumer", KS("ns", l->ns),
			 KS("claim", l->name), KS("error", message));
	choice_failed(c, l, ev->looked_up.rc, *message ? message : rc_text(ev->looked_up.rc));
	wake(c, l, true);
}

/* One of a list. */
static void add(const struct core *c, struct lookup *l, const struct needed *obj)
{
	if (l->kind == NEEDED_POOL)
		pool_add(l, obj);
	else if (l->kind == NEEDED_CAPACITY)
		capacity_add(l, obj);
	else
		limits_add(c, l, obj);
}

static void end(struct lookup *l, bool complete)
{
	if (l->kind == NEEDED_POOL)
		pool_end(l, complete);
	else if (l->kind == NEEDED_CAPACITY)
		capacity_end(l, complete);
	else
		limits_end(l, complete);
}

void looked_up(struct core *c, const struct core_event *ev)
{
	const char *message = str_or_empty(ev->looked_up.message);
	struct lookup *l = lookup_find(c, ev->looked_up.kind, ev->looked_up.ns, ev->looked_up.name);
	static const struct needed list;
	const struct needed *obj = NULL, *ev_obj = ev->looked_up.obj;
	enum rc rc = ev->looked_up.rc;
	if (l && ev->looked_up.choice) {
		chosen(c, l, ev);
		return;
	}
	if (!l || !l->asking)
		return; /* no job names it any more */
	if (ev->looked_up.more) {
		add(c, l, ev->looked_up.obj);
		return;
	}
	/* Without the list nobody can name a volume: the claim says so. */
	bool pool_of_class = l->kind == NEEDED_POOL;
	if (needed_listed(l->kind)) {
		end(l, rc == RC_OK);
		ev_obj = &list;
	}
	if (rc == RC_OK)
		obj = ev_obj;
	else if (rc == RC_FORBIDDEN && !pool_of_class)
		obj = open_to_all(c, l, message);
	bool known = rc == RC_OK || rc == RC_NOTFOUND || (rc == RC_FORBIDDEN && !pool_of_class);
	const char *failure = known ? "" : *message ? message : rc_text(rc);
	wake(c, l, lookup_answer(c, l, obj, failure));
}
