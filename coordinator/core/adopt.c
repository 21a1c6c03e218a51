/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator that begins in the middle of a job's life: what the pods that it finds, and the
 * status that its predecessor wrote, count for. */
#include <utlist.h>

#include "base/backoff.h"
#include "coordinator/core/inside.h"

/* What attempts of pods that were there before us count for.
 *
 * Rule: status.failed is a floor. No replacement is made before the status that counts its
 * predecessor's failure is written, so of the failed pods only the last attempt of each index can
 * be uncounted. The count is max(status.failed, min(failed pods, status.failed + such last ones)):
 * never too high, and too low only by counted pods that were removed since, and only if we died
 * between an end and its count. Succeeded pods complete their index; a missing one changes nothing.
 */
static bool last_failed(const struct mjob *j, const struct att *a)
{
	const struct slot *s = &j->slots[a->id.index];
	return a->state == ATT_ENDED && a->phase == MEMBER_FAILED && !s->cur &&
	       s->last == a->id.attempt;
}

static void count_failed(struct mjob *j)
{
	uint32_t failed = 0, last = 0;
	struct att *a;
	DL_FOREACH2(j->atts, a, job_next)
	{
		failed += a->state == ATT_ENDED && a->phase == MEMBER_FAILED;
		last += last_failed(j, a);
	}
	if (failed > j->failed + last)
		failed = j->failed + last;
	if (failed > j->failed)
		j->failed = failed;
}

/* A backoff that ran when the leader before us ended goes on from the member's end. */
static void resume_backoff(const struct core *c, struct mjob *j, const struct att *a)
{
	int64_t delay = backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms, j->failed);
	int64_t left = a->ended_ms + delay - c->wall_ms;
	left = left < 0 ? 0 : left > delay ? delay : left;
	job_slot(j, a->id.index)->retry_ms = c->now_ms + left;
}

void job_on_synced(struct core *c, struct mjob *j)
{
	struct att *a;
	count_failed(j);
	DL_FOREACH2(j->atts, a, job_next)
	{
		if (a->id.attempt > j->base_attempt)
			j->base_attempt = a->id.attempt;
		if (a->phase == MEMBER_SUCCEEDED)
			job_complete_index(j, a->id.index);
		if (last_failed(j, a))
			resume_backoff(c, j, a);
		if (att_live(a) && !att_current(a))
			att_stop(c, a, "superseded");
	}
	if (j->base_attempt > j->attempts)
		j->attempts = j->base_attempt;
	/* What ended before a suspension (which resets startTime) is no start of the time after. */
	bool ran = j->start_ms && (j->ncompleted || j->failed);
	j->started |= j->state == JOB_RUNNING || (j->state == JOB_PENDING && ran);
	j->formed = ran || job_seen(j) >= j->min_parallelism;
	job_dirty(c, j);
}

/* Its pods are the garbage collector's business (what watches jobs has missed it), or were
 * orphaned: then they have no owner any more, and an older word of their agent does not show it.
 * Only what a list begun now shows is ours. */
static void owner_is_gone(struct core *c, struct mjob *j)
{
	struct att *a;
	j->unknown_dead = true;
	DL_FOREACH2(j->atts, a, job_next)
	{
		/* Ended: left to the garbage collector either way. Not seen: no list shows it, and
		 * its order is withdrawn. */
		if (a->state == ATT_ENDED || !att_seen(a))
			continue;
		a->confirmed = false;
		a->node->list_wanted = true;
		orders_changed(c, a);
	}
}

void job_on_checked(struct core *c, const struct core_event *ev)
{
	struct mjob *j = job_find_uid(c, str_or_empty(ev->checked.uid));
	if (!j || !j->checking)
		return;
	j->checking = false;
	j->vanished = 0;
	j->check_after_ms = c->now_ms + 10000;
	bool same = ev->checked.rc == RC_OK && str_eq(ev->checked.live_uid, j->uid);
	if (ev->checked.rc == RC_NOTFOUND || (ev->checked.rc == RC_OK && !same)) {
		if (j->known && !j->gone)
			job_on_gone(c, &(struct meta){.ns = j->ns, .name = j->name, .uid = j->uid});
		owner_is_gone(c, j);
	} else if (same && ev->checked.live_orphan && !j->known)
		j->orphan = true;
	job_dirty(c, j);
}
