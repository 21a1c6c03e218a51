/* SPDX-License-Identifier: Apache-2.0 */
/* The template hash of a pod tells whether a member is old. So a rollout survives a change of
 * leader, and can be reversed half-way. */
#include "coordinator/core/life/job_update.h"

#include <utlist.h>

#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/selection.h"
#include "coordinator/core/state/selection_edit.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"

/* The member counts as one of those that are there at once. */
static bool counts(const struct attempt *a)
{
	return a && attempt_live(a) && attempt_current(a) && !attempt_replaceable(a);
}

/* The highest indexes stop: those that were last to start. */
static void stop_surplus(struct core *c, struct job_record *j)
{
	const struct attempt *a;
	uint32_t n = 0, i = job_slots_end(j);
	for (a = j->members.attempts; a != j->members.ended; a = a->job_next)
		n += counts(a);
	for (; n > j->spec.parallelism && i > 0; i--) {
		if (!counts(job_current(j, i - 1)))
			continue;
		attempt_stop(c, job_current(j, i - 1), "job scaled down");
		n--;
	}
}

void update_shrink(struct core *c, struct job_record *j)
{
	struct attempt *a, *next;
	if (!j->update.indexes_changed)
		return;
	j->update.indexes_changed = false;
	for (a = j->members.attempts; a != j->members.ended; a = next) {
		next = a->job_next; /* a stop ends no attempt at once */
		if (!attempt_current(a))
			continue;
		if (a->id.index >= j->spec.completions)
			attempt_stop(c, a, "job scaled down");
		else if (job_index_completed(j, a->id.index))
			/* The index needs no attempt, whichever attempt completed it. */
			attempt_stop(c, a, "index completed");
		else if (job_index_failed(j, a->id.index))
			attempt_stop(c, a, "index failed");
	}
	stop_surplus(c, j);
}

/* An edit while nobody led: what the selection was before is not known. So the whole selection
 * counts, but taints only for members whose pods have other tolerations. */
static bool excluded_by_all(const struct job_record *j, const struct attempt *a,
			    const struct selection_parts *p)
{
	return !bitset_has(&p->selector, a->node->idx) || !bitset_has(&p->affinity, a->node->idx) ||
	       (!bitset_has(&p->taints, a->node->idx) && a->template_id != j->spec.template_id);
}

/* What a change of the selection excludes, and nothing else, moves members: not a taint, a cordon
 * or another label that a node got after they were placed. */
void update_selector(struct core *c, struct job_record *j)
{
	AUTO(selection_parts_done) struct selection_parts parts = {0};
	AUTO(bitset_done) struct bitset on = {0}, stays = {0};
	const struct selection *is = j->spec.request->set, *was = j->update.selection_was;
	bool changed = j->update.selection_changed;
	struct attempt *a, *tmp;
	if (!changed && !j->update.resumed)
		return;
	job_nodes(j, &on);
	selection_parts(c, is, &parts);
	if (was)
		selection_edit_stays(c, was, is, &on, &stays);
	DL_FOREACH_SAFE2(j->members.attempts, a, tmp, job_next)
	{
		uint32_t idx = a->node->idx;
		bool matches = bitset_has(&parts.selector, idx) &&
			       bitset_has(&parts.affinity, idx) && bitset_has(&parts.taints, idx);
		bool excluded =
			changed && (was ? !bitset_has(&stays, idx) : excluded_by_all(j, a, &parts));
		excluded |= a->unchecked && !matches;
		a->unchecked = false;
		if (attempt_live(a) && excluded)
			attempt_stop(c, a, "node no longer matches");
	}
	job_followed_selection(c, j);
}

static bool other_run(const struct core *c, const struct attempt *a)
{
	return a->template_id != a->job->spec.template_id &&
	       !templates_run_same(c, a->job, a->template_id);
}

/* A member whose pod was never seen goes on with the new template. The text of the old one is not
 * kept, so its pod could not be created. */
static void follow(struct core *c, struct job_record *j)
{
	struct attempt *a;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (!attempt_live(a) || attempt_seen(a) || a->template_id == j->spec.template_id ||
		    other_run(c, a))
			continue;
		attempt_set_template(c, a, j->spec.template_id);
		attempt_order_changed(c, a);
	}
}

static bool old(const struct core *c, const struct attempt *a)
{
	return attempt_live(a) && a->confirmed && attempt_current(a) && other_run(c, a);
}

/* As for a Deployment: a percentage is rounded down, and at least one member may be away. */
static uint32_t may_be_away(const struct job_record *j)
{
	uint64_t n = j->spec.max_unavailable;
	if (j->spec.unavailable_percent)
		n = n * j->spec.parallelism / 100;
	return n < 1 ? 1 : n > j->spec.parallelism ? j->spec.parallelism : (uint32_t)n;
}

static bool recreate(struct core *c, struct job_record *j)
{
	struct attempt *a, *tmp;
	DL_FOREACH_SAFE2(j->members.attempts, a, tmp, job_next)
	{
		if (old(c, a))
			attempt_stop(c, a, "template changed");
	}
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (a->state == ATTEMPT_STOPPING && other_run(c, a) && !attempt_replaceable(a))
			return true; /* all old members are gone before the first new one comes */
	}
	return false;
}

static void roll(struct core *c, struct job_record *j)
{
	uint32_t allowed = may_be_away(j), away = job_wanted_at_once(j);
	uint32_t end = job_slots_end(j);
	end = end < j->spec.completions ? end : j->spec.completions;
	for (uint32_t i = job_next_open(j, 0); i < end; i = job_next_open(j, i + 1)) {
		struct attempt *a = job_current(j, i);
		if (a && old(c, a) && a->state != ATTEMPT_RUNNING)
			attempt_stop(c, a, "template changed"); /* the member is away already */
		away -= a && a->state == ATTEMPT_RUNNING && away;
	}
	for (uint32_t i = job_next_open(j, 0); i < end && away < allowed;
	     i = job_next_open(j, i + 1)) {
		struct attempt *a = job_current(j, i);
		if (!a || !old(c, a)) /* the old members that are left run */
			continue;
		attempt_stop(c, a, "template changed");
		away++;
	}
}

bool update_template(struct core *c, struct job_record *j)
{
	struct attempt *a;
	if (j->update.rolling)
		follow(c, j);
	if (!j->update.rolling)
		return false;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (old(c, a) || (a->state == ATTEMPT_STOPPING && other_run(c, a)))
			break;
	}
	j->update.rolling = a;
	if (!a)
		return false;
	if (j->spec.update_type == UPDATE_RECREATE)
		return recreate(c, j);
	roll(c, j);
	return false;
}
