/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of each status that is written. */
#include "test/sim/checks/status.h"

#include <stdlib.h>

#include "base/bitset.h"
#include "refmatch.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/words.h"

/* Of an index that the job has no more. Two of one index are another matter: one of them goes. */
static bool beyond_lives(struct checks *c, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, job->meta.uid) && check_live(sh->v[i]) &&
		    strtoul(check_label(sh->v[i], LABEL_INDEX), NULL, 10) >=
			    job_completions(&job->job.spec))
			return true;
	}
	return false;
}

/* A status says of which spec it speaks. */
static void check_spec_followed(struct checks *c, const struct version *v)
{
	const struct job_status *st = &v->job.status;
	if (c->said_step != c->world->clock.steps ||
	    st->observed_generation != v->meta.generation || check_final(st->state))
		return;
	if (st->active + st->succeeded > job_completions(&v->job.spec) && beyond_lives(c, v))
		world_fail(c->world, "above", "job %s: active %u, succeeded %u of %u", v->meta.name,
			   st->active, st->succeeded, job_completions(&v->job.spec));
	/* An agent may tell of what has just gone: its word was under way. */
	if (v->job.spec.suspend && !v->meta.deleted_ms &&
	    (st->state != JOB_SUSPENDED || (st->active && !check_gone_lately(c, v->meta.uid))))
		world_fail(c->world, "suspended", "job %s: %s, active %u", v->meta.name,
			   job_state_text(st->state), st->active);
}

/* Who was asked to stop before it ended completes nothing. What another than Muster wrote is not
 * judged. */
static void check_earned(struct checks *c, const struct version *job, const struct bitset *before,
			 const struct bitset *after)
{
	if (c->said_step != c->world->clock.steps)
		return;
	for (uint32_t i = bitset_next(after, 0); i != UINT32_MAX; i = bitset_next(after, i + 1)) {
		if (!bitset_has(before, i) && !check_index_earned(c, job->meta.uid, i))
			world_fail(c->world, "asked-first",
				   "job %s: index %u is completed by nobody who ended unasked",
				   job->meta.name, i);
	}
}

/* An index that has failed for good stays so, has not succeeded, and was tried often enough. What
 * another than Muster wrote is not judged. */
static void check_failed_indexes(struct checks *c, const struct version *was,
				 const struct version *is)
{
	AUTO(bitset_done) struct bitset done = {0}, before = {0}, after = {0};
	const struct job_status *a = &was->job.status, *b = &is->job.status;
	if (!ref_indexes(&before, str_or_empty(a->failed_indexes), COMPLETIONS_MAX) ||
	    !ref_indexes(&after, str_or_empty(b->failed_indexes), COMPLETIONS_MAX)) {
		world_fail(c->world, "failed-format", "job %s: \"%s\"", is->meta.name,
			   b->failed_indexes);
		return;
	}
	if (c->said_step != c->world->clock.steps)
		return;
	(void)ref_indexes(&done, str_or_empty(b->completed), COMPLETIONS_MAX);
	for (uint32_t i = bitset_next(&after, 0); i != UINT32_MAX; i = bitset_next(&after, i + 1)) {
		AUTO(buf_done) struct buf index = BUF_INIT(16);
		buf_printf(&index, "%u", i);
		if (bitset_has(&done, i))
			world_fail(c->world, "failed-and-completed", "job %s: index %u",
				   is->meta.name, i);
		if (!bitset_has(&before, i) &&
		    (!is->job.spec.failures_fail_index ||
		     cluster_tally(c->cluster, is->meta.uid, buf_str(&index))->failures <
			     is->job.spec.failures_fail_index))
			world_fail(c->world, "failed-early", "job %s: index %u", is->meta.name, i);
	}
	bitset_andnot(&before, &after);
	if (bitset_count(&before) && is->meta.generation == was->meta.generation &&
	    b->observed_generation == a->observed_generation)
		world_fail(c->world, "failed-shrinks", "job %s: %s then %s", is->meta.name,
			   a->failed_indexes, str_or_empty(b->failed_indexes));
}

void check_status(struct checks *c, const struct version *was, const struct version *is)
{
	const struct job_status *a = &was->job.status, *b = &is->job.status;
	struct bitset before = {0}, after = {0};
	if (check_final(a->state) && a->state != b->state)
		world_fail(c->world, "final", "job %s went from %s to %s", is->meta.name,
			   job_state_text(a->state), job_state_text(b->state));
	if (!ref_indexes(&before, str_or_empty(a->completed), COMPLETIONS_MAX) ||
	    !ref_indexes(&after, str_or_empty(b->completed), COMPLETIONS_MAX)) {
		world_fail(c->world, "completed-format", "job %s: \"%s\"", is->meta.name,
			   b->completed);
	} else {
		uint32_t n = bitset_count(&after);
		check_earned(c, is, &before, &after);
		bitset_andnot(&before, &after);
		if (bitset_count(&before) && is->meta.generation == was->meta.generation &&
		    b->observed_generation == a->observed_generation)
			world_fail(c->world, "completed-shrinks", "job %s: %s then %s",
				   is->meta.name, a->completed, b->completed);
		if (b->succeeded != n)
			world_fail(c->world, "succeeded",
				   "job %s: succeeded %u, completedIndexes %s", is->meta.name,
				   b->succeeded, b->completed);
	}
	bitset_done(&before);
	bitset_done(&after);
	check_failed_indexes(c, was, is);
	check_spec_followed(c, is);
	check_words(c, was, is);
	/* The highest there is comes from a story's user, who writes the status himself. */
	if (b->attempts >= HOSTILE_ATTEMPT && b->attempts != ATTEMPT_MAX)
		world_fail(c->world, "ordered", "job %s: attempt %u was made up", is->meta.name,
			   b->attempts);
	if (b->attempts < a->attempts)
		world_fail(c->world, "attempts", "job %s: attempts fell from %u to %u",
			   is->meta.name, a->attempts, b->attempts);
	if (b->failed < a->failed)
		world_fail(c->world, "failed-falls", "job %s: failed fell from %u to %u",
			   is->meta.name, a->failed, b->failed);
}
