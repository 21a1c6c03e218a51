/* SPDX-License-Identifier: Apache-2.0 */
/* How many failures a new leader counts. status.failed is the least: what was counted stays
 * counted. A replacement is made only after the status that counts its predecessor's failure is
 * stored. So among the failed pods, only the last attempt of each index can be uncounted, and the
 * count is max(status.failed, min(failed pods, status.failed + such last attempts)). It is never
 * too high. It is too low only if the previous leader died between a failure and its count, and
 * counted pods were removed since. Succeeded pods complete their index; a missing pod changes
 * nothing.
 * Where backoffLimitPerIndex is set, the failures of an index are those whose pods are there, and
 * those of status.failures beside them. They are too few if pods were removed of more failures than
 * the status tells: then the index is tried more often than it should be. An index that the status
 * calls failed stays so. */
#include "coordinator/core/observe/adopt.h"

#include <utlist.h>

#include "coordinator/core/attempt/again.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/node.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/templates.h"

/* The last attempt of its index, which failed. */
static bool last_failed(const struct job_record *j, const struct attempt *a)
{
	const struct slot *s = job_slot_find(j, a->id.index);
	return a->state == ATTEMPT_ENDED && a->phase == MEMBER_FAILED && !s->current &&
	       s->last == a->id.attempt;
}

static void count_failed(struct job_record *j)
{
	uint32_t failed = 0, last = 0;
	struct attempt *a;
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		failed += a->state == ATTEMPT_ENDED && a->phase == MEMBER_FAILED;
		last += last_failed(j, a);
	}
	if (failed > j->members.failed + last)
		failed = j->members.failed + last;
	job_failed_at_least(j, failed);
}

static void found_another(struct job_record *j, uint32_t index)
{
	const struct slot *s = job_slot(j, index);
	if (!s->current || s->failures + 2U <= j->spec.failures_fail_index)
		job_found_failures(j, index,
				   s->failures + 1U); /* one that is tried has not failed */
}

static void count_failed_of_indexes(const struct core *c, struct job_record *j)
{
	const struct attempt *a;
	for (uint32_t i = 0; j->spec.failures_fail_index && i < job_slots_end(j); i++) {
		if (job_slot_find(j, i))
			job_found_failures(j, i, 0);
	}
	DL_FOREACH2(j->spec.failures_fail_index ? j->members.attempts : NULL, a, job_next)
	{
		if (a->state == ATTEMPT_ENDED && a->phase == MEMBER_FAILED)
			found_another(j, a->id.index);
	}
	for (uint32_t i = 0; j->spec.failures_fail_index && j->failures && i < j->failures->n;
	     i++) {
		const struct failure *f = &j->failures->v[i];
		if (f->index < j->spec.completions && !attempt_find(c, j, f->index, f->attempt))
			found_another(j, f->index);
	}
}

static bool ended_as_it_is(const struct job_record *j, const struct attempt *a)
{
	return a->state == ATTEMPT_ENDED && a->phase != MEMBER_SUCCEEDED &&
	       templates_are_same(j, a->template_id);
}

/* How often each index has ended in a row, as far as pods that are there still tell: those that
 * were deleted are forgotten with the leader that saw them. */
static void count_ends(struct job_record *j)
{
	AUTO(mem_freep) uint32_t *after = mem_zalloc(job_slots_end(j) + 1, sizeof *after);
	const struct attempt *a;
	for (uint32_t i = 0; i < job_slots_end(j); i++) {
		if (job_slot_find(j, i))
			job_set_ends(j, i, 0);
	}
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (ended_as_it_is(j, a) && a->ran_long && a->id.attempt > after[a->id.index])
			after[a->id.index] = a->id.attempt;
	}
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		uint8_t ends = job_slot_find(j, a->id.index)->ends;
		if (ended_as_it_is(j, a) && a->id.attempt >= after[a->id.index] && ends < UINT8_MAX)
			job_set_ends(j, a->id.index, (uint8_t)(ends + 1));
	}
}

static bool last_ended(const struct job_record *j, const struct attempt *a)
{
	const struct slot *s = job_slot_find(j, a->id.index);
	return ended_as_it_is(j, a) && !s->current && s->last == a->id.attempt;
}

/* A pause that ran under the previous leader goes on: it began when the member ended. */
static void resume_pause(const struct core *c, struct job_record *j, const struct attempt *a)
{
	int64_t delay = again_pause(job_slot_find(j, a->id.index)->ends), charged = 0;
	if (a->phase == MEMBER_FAILED)
		charged = again_charged(c, j, a->id.index);
	delay = delay > charged ? delay : charged;
	int64_t left = a->ended_ms + delay - c->wall_ms;
	left = left < 0 ? 0 : left > delay ? delay : left;
	job_retry_at(j, a->id.index, c->now_ms + left);
}

/* Nodes of the newest failures, oldest first, so far as there are Nodes of these names. */
static void adopt_failed_on(const struct core *c, struct job_record *j)
{
	for (uint32_t i = 0; j->failures && i < j->failures->n; i++) {
		const struct failure *f = &j->failures->v[i];
		const struct node_record *n = node_find(c, f->node);
		if (n && f->index < j->spec.completions)
			job_failed_on(j, f->index, n);
	}
}

void job_adopt_attempts(struct core *c, struct job_record *j)
{
	struct attempt *a;
	count_failed(j);
	count_ends(j);
	job_changed_indexes(j);
	adopt_failed_on(c, j);
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		if (a->phase == MEMBER_SUCCEEDED)
			job_complete_index(j, a->id.index);
	}
	count_failed_of_indexes(c, j);
	DL_FOREACH2(j->members.attempts, a, job_next)
	{
		job_raise_floor(j, a->id.attempt);
		if (last_ended(j, a))
			resume_pause(c, j, a);
		if (attempt_live(a) && !attempt_current(a))
			attempt_stop(c, a, "superseded");
	}
	/* What ended before a suspension, which resets start_ms, is no start of the job now. */
	bool ran = j->life.start_ms && (j->members.ncompleted || j->members.failed);
	if (j->life.state == JOB_RUNNING || (j->life.state == JOB_PENDING && ran))
		job_note_started(j);
	/* Who ran before this leader came is not known: nobody is stopped for that. */
	if (j->life.started)
		job_note_together(j);
	if (ran || job_gang_complete(j, job_members_seen(j)))
		job_note_formed(j);
	job_dirty(c, j);
}
