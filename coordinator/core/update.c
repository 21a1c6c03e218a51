/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of a live job's spec: fewer members (the highest index leaves first), another template
 * (replaced by the update strategy, told by the pods' template hash, so a rollout survives us and
 * can be reversed half-way), another selection (those that no longer match move). */
#include <utlist.h>

#include "coordinator/core/inside.h"

void update_shrink(struct core *c, struct mjob *j)
{
	for (uint32_t i = j->nslots; i > j->parallelism; i--) {
		if (j->slots[i - 1].cur)
			att_stop(c, j->slots[i - 1].cur, "scaled down");
	}
	/* A completed index needs no attempt, whichever succeeded. */
	if (!j->done_news)
		return;
	j->done_news = false;
	for (uint32_t i = 0; i < j->parallelism && i < j->nslots; i++) {
		if (j->slots[i].cur && bitset_has(&j->completed, i))
			att_stop(c, j->slots[i].cur, "index completed");
	}
}

/* Only asked when the spec changed: a relabelled node moves nothing (IgnoredDuringExecution). */
void update_selector(struct core *c, struct mjob *j)
{
	struct att *a, *tmp;
	if (!j->recheck)
		return;
	j->recheck = false;
	const struct bitset *match = &match_of(c, j->cls)->match;
	DL_FOREACH_SAFE2(j->atts, a, tmp, job_next)
	{
		if (att_live(a) && !bitset_has(match, a->node->idx))
			att_stop(c, a, "no longer matches");
	}
}

static bool other_run(const struct core *c, const struct att *a)
{
	return a->thash != a->job->thash &&
	       !member_same_run(intern_str(c->strs, a->thash), intern_str(c->strs, a->job->thash));
}

/* A member whose pod nobody has seen yet goes on under the template as it is now: the text of the
 * one before is kept no more, and without it no pod would ever be. */
static void follow(struct core *c, struct mjob *j)
{
	struct att *a;
	DL_FOREACH2(j->atts, a, job_next)
	{
		if (!att_live(a) || att_seen(a) || a->thash == j->thash || other_run(c, a))
			continue;
		intern_put(c->strs, a->thash);
		a->thash = j->thash;
		intern_ref(c->strs, a->thash);
		orders_changed(c, a);
	}
}

static bool old(const struct core *c, const struct att *a)
{
	return att_live(a) && a->confirmed && att_current(a) && other_run(c, a);
}

/* As a Deployment counts: a percentage is rounded down, and at least one may be away. */
static uint32_t may_be_away(const struct mjob *j)
{
	uint64_t n = j->max_unavailable;
	if (j->unavailable_percent)
		n = n * j->parallelism / 100;
	return n < 1 ? 1 : n > j->parallelism ? j->parallelism : (uint32_t)n;
}

static bool recreate(struct core *c, struct mjob *j)
{
	struct att *a, *tmp;
	DL_FOREACH_SAFE2(j->atts, a, tmp, job_next)
	{
		if (old(c, a))
			att_stop(c, a, "template changed");
	}
	DL_FOREACH2(j->atts, a, job_next)
	{
		if (a->state == ATT_STOPPING && other_run(c, a) && !att_replaceable(a))
			return true; /* all of the old are gone before any of the new comes */
	}
	return false;
}

static void roll(struct core *c, struct mjob *j)
{
	uint32_t allowed = may_be_away(j), away = 0;
	for (uint32_t i = 0; i < j->parallelism; i++) {
		struct att *a = job_slot(j, i)->cur;
		if (bitset_has(&j->completed, i))
			continue;
		if (a && old(c, a) && a->state != ATT_RUNNING)
			att_stop(c, a, "template changed"); /* it is away already */
		away += !a || a->state != ATT_RUNNING;
	}
	for (uint32_t i = 0; i < j->parallelism && away < allowed; i++) {
		struct att *a = j->slots[i].cur;
		if (!a || !old(c, a)) /* those of the old that are left run */
			continue;
		att_stop(c, a, "template changed");
		away++;
	}
}

bool update_template(struct core *c, struct mjob *j)
{
	struct att *a;
	if (j->rolling)
		follow(c, j);
	if (!j->rolling)
		return false;
	DL_FOREACH2(j->atts, a, job_next)
	{
		if (old(c, a) || (a->state == ATT_STOPPING && other_run(c, a)))
			break;
	}
	j->rolling = a;
	if (!a)
		return false;
	if (j->update == UPDATE_RECREATE)
		return recreate(c, j);
	roll(c, j);
	return false;
}
