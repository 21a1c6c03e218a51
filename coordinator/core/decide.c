/* SPDX-License-Identifier: Apache-2.0 */
/* The policies of a job's life, as a chain of small checks: the first that objects has decided, and
 * its words are the job's condition. Each is asked at every change of the job and is idempotent. */
#include <stdlib.h>
#include <utlist.h>

#include "coordinator/core/inside.h"

enum { CHECK_RETRY_MS = 5000, TTL_RETRY_MS = 30000, VANISHED_MAX = 3 };

void job_wake(struct mjob *j, int64_t at_ms)
{
	if (at_ms < j->wake_ms)
		j->wake_ms = at_ms;
}

/* Where a wall time falls on the monotonic clock, fixed when it is first asked for. */
static int64_t pin(const struct core *c, int64_t wall_at, int64_t *of, int64_t *at)
{
	if (*of != wall_at || *at == INT64_MAX) {
		*of = wall_at;
		*at = c->now_ms + (wall_at - c->wall_ms);
	}
	return *at;
}

void job_cond(struct core *c, struct mjob *j, enum jcond which, enum cond_status st,
	      enum reason reason)
{
	struct cond_state *s = &j->conds[which];
	if (s->status != st)
		s->since_ms = whole_seconds(c->wall_ms);
	s->status = st;
	s->reason = reason;
}

void job_stop_all(struct core *c, struct mjob *j, const char *why)
{
	struct att *a, *tmp;
	DL_FOREACH_SAFE2(j->atts, a, tmp, job_next)
	att_stop(c, a, why);
}

static void forget_ended(struct core *c, struct mjob *j)
{
	struct att *a, *tmp;
	DL_FOREACH_SAFE2(j->atts, a, tmp, job_next)
	{
		if (a->state == ATT_ENDED)
			att_free(c, a);
	}
}

static void leave_all(struct core *c, struct mjob *j)
{
	struct att *a, *tmp;
	DL_FOREACH_SAFE2(j->atts, a, tmp, job_next)
	att_leave(c, a);
}

static void finish(struct core *c, struct mjob *j, enum job_state to, enum reason reason)
{
	job_set_state(c, j, to);
	j->end_ms = whole_seconds(c->wall_ms);
	job_cond(c, j, to == JOB_COMPLETED ? JC_COMPLETE : JC_FAILED, COND_TRUE, reason);
	act_note_job(c, j, reason, j->message);
	log_info(c->log, "job finished", KS("job", j->key), KS("state", job_state_text(to)),
		 KS("reason", reason_name(reason)), KI("succeeded", j->ncompleted),
		 KI("failed", j->failed));
}

/* A final state is final once it is stored. Until then a spec that was changed meanwhile is asked
 * anew: the write would be fenced by a version that the end was not computed from. */
void job_take_back(struct core *c, struct mjob *j)
{
	log_info(c->log, "job was changed before its end was stored", KS("job", j->key),
		 KS("state", job_state_text(j->state)));
	j->state = j->started ? JOB_RUNNING : JOB_PENDING;
	j->end_ms = 0;
	j->conds[JC_COMPLETE] = j->conds[JC_FAILED] = (struct cond_state){0};
	job_say(j, R_NONE, "%s", "");
}

/* Deletion: pods go at once (the garbage collector would too), orphaned ones are left alone. */
static bool gone(struct core *c, struct mjob *j)
{
	if (!j->gone && !j->deleting)
		return false;
	if (j->orphan) {
		leave_all(c, j);
	} else {
		job_stop_all(c, j, "job deleted");
		forget_ended(c, j);
	}
	queue_take(c, j);
	return true;
}

static void ask(struct core *c, struct mjob *j)
{
	j->checking = true;
	j->check_after_ms = c->now_ms + CHECK_RETRY_MS;
	act_job(c, ACT_JOB_GET, j);
}

/* The garbage collector takes pods whose job is gone, and the watch that should say so may be dead
 * without a sign: who loses pod after pod asks. */
static void suspect(struct core *c, struct mjob *j)
{
	if (j->vanished >= VANISHED_MAX && !j->checking && j->check_after_ms <= c->now_ms)
		ask(c, j);
}

/* Only its pods are known: what it is, a live GET tells. */
static void decide_stray(struct core *c, struct mjob *j)
{
	if (j->orphan) {
		leave_all(c, j);
	} else if (j->unknown_dead) {
		job_stop_all(c, j, "job deleted");
		forget_ended(c, j);
	} else if (!j->checking && j->check_after_ms <= c->now_ms) {
		ask(c, j);
	} else if (!j->checking) {
		job_wake(j, j->check_after_ms);
	}
}

static bool final(struct core *c, struct mjob *j)
{
	if (!job_finished(j))
		return false;
	job_stop_all(c, j, "job finished");
	queue_take(c, j);
	/* Who waits for the end sees it, even with a ttl of 0. */
	if (j->ttl_s < 0 || !j->end_ms || !job_head_stored(j))
		return true;
	int64_t at = pin(c, j->end_ms + j->ttl_s * 1000, &j->ttl_wall_ms, &j->ttl_at_ms);
	if (at > c->now_ms) {
		job_wake(j, at);
		return true;
	}
	if (j->delete_after_ms <= c->now_ms) {
		j->delete_after_ms = c->now_ms + TTL_RETRY_MS;
		log_info(c->log, "job deleted after its ttl", KS("job", j->key));
		act_job(c, ACT_JOB_DELETE, j);
	}
	job_wake(j, j->delete_after_ms);
	return true;
}

static bool complete(struct core *c, struct mjob *j)
{
	if (j->ncompleted < j->parallelism)
		return false;
	job_say(j, R_CompletionsReached, "all %u members have succeeded", j->parallelism);
	finish(c, j, JOB_COMPLETED, R_CompletionsReached);
	return final(c, j);
}

static bool exhausted(struct core *c, struct mjob *j)
{
	if (j->failed <= j->backoff_limit)
		return false;
	job_say(j, R_BackoffLimitExceeded, "%u member%s failed, backoffLimit is %u%s%s", j->failed,
		j->failed == 1 ? "" : "s", j->backoff_limit,
		*j->last_failure ? "; the last was " : "", j->last_failure);
	finish(c, j, JOB_FAILED, R_BackoffLimitExceeded);
	return final(c, j);
}

static bool late(struct core *c, struct mjob *j)
{
	if (j->deadline_s < 0 || !j->start_ms) {
		j->deadline_at_ms = INT64_MAX;
		return false;
	}
	int64_t at = pin(c, j->start_ms + j->deadline_s * 1000, &j->deadline_wall_ms,
			 &j->deadline_at_ms);
	if (at > c->now_ms) {
		job_wake(j, at);
		return false;
	}
	/* Its members may have ended in time while nobody led: their agents tell first. */
	if (j->old && !c->all_heard)
		return false;
	job_say(j, R_DeadlineExceeded, "active for longer than %lld s", (long long)j->deadline_s);
	finish(c, j, JOB_FAILED, R_DeadlineExceeded);
	return final(c, j);
}

/* The spec may say Fail only now, or may not have wanted the member when its node was lost. */
static bool lacks_lost(const struct mjob *j)
{
	const struct att *a;
	DL_FOREACH2(j->cnt[ATT_LOST] + j->cnt[ATT_STOPPING] ? j->atts : NULL, a, job_next)
	{
		if (att_missed(a))
			return true;
	}
	return false;
}

static bool bereft(struct core *c, struct mjob *j)
{
	if (j->on_loss != LOSS_FAIL || j->suspend || !lacks_lost(j))
		return false;
	job_say(j, R_NodeLost, "a member's node was lost and onNodeLoss is Fail");
	finish(c, j, JOB_FAILED, R_NodeLost);
	return final(c, j);
}

static void resume(struct core *c, struct mjob *j)
{
	job_set_state(c, j, JOB_PENDING);
	job_cond(c, j, JC_SUSPENDED, COND_FALSE, R_JobResumed);
	job_cond(c, j, JC_SCHEDULED, COND_FALSE, R_Waiting);
	job_say(j, R_NONE, "%s", "");
	act_note_job(c, j, R_JobResumed, "the job is back in the queue");
	for (uint32_t i = 0; i < j->nslots; i++)
		j->slots[i].retry_ms = 0;
}

static bool suspended(struct core *c, struct mjob *j)
{
	if (!j->suspend) {
		if (j->state == JOB_SUSPENDED)
			resume(c, j);
		return false;
	}
	if (j->state != JOB_SUSPENDED) {
		job_set_state(c, j, JOB_SUSPENDED);
		job_cond(c, j, JC_SUSPENDED, COND_TRUE, R_JobSuspended);
		job_cond(c, j, JC_SCHEDULED, COND_FALSE, R_JobSuspended);
		job_say(j, R_JobSuspended, "suspended: members are stopped");
		act_note_job(c, j, R_JobSuspended, "members are stopped");
	}
	j->start_ms = 0;
	j->started = j->formed = false;
	job_stop_all(c, j, "job suspended");
	queue_take(c, j);
	return true;
}

static bool invalid(struct core *c, struct mjob *j)
{
	if (!*j->invalid)
		return false;
	if (j->reason != R_InvalidPodTemplate)
		act_note_job(c, j, R_InvalidPodTemplate, j->invalid);
	job_say(j, R_InvalidPodTemplate, "%s", j->invalid);
	if (!j->start_ms)
		job_cond(c, j, JC_SCHEDULED, COND_FALSE, R_InvalidPodTemplate);
	queue_take(c, j);
	return true;
}

static bool progress(struct core *c, struct mjob *j)
{
	if (!j->formed && job_seen(j) + j->ncompleted >= j->min_parallelism) {
		j->formed = true;
		j->deny_n = 0;
		mem_strset(&j->create_error, "");
	}
	if (j->started && j->state == JOB_PENDING)
		job_set_state(c, j, JOB_RUNNING);
	return false;
}

static bool updated(struct core *c, struct mjob *j)
{
	update_shrink(c, j);
	update_selector(c, j);
	if (!update_template(c, j))
		return false;
	queue_take(c, j);
	return true;
}

/* Indexes that want an attempt now; those whose backoff runs wake the job later. */
static uint32_t wanted(struct core *c, struct mjob *j)
{
	uint32_t want = 0;
	j->retrying = false;
	if (j->ncompleted + job_live(j) >= j->parallelism && !j->cnt[ATT_LOST] &&
	    !j->cnt[ATT_STOPPING])
		return 0;
	for (uint32_t i = 0; i < j->parallelism; i++) {
		const struct slot *s = job_slot(j, i);
		if (bitset_has(&j->completed, i) || (s->cur && !att_replaceable(s->cur)))
			continue;
		j->retrying |= s->retry_ms > c->now_ms;
		if (s->retry_ms > c->now_ms)
			job_wake(j, s->retry_ms);
		else
			want++;
	}
	return want;
}

static void refusals_end(struct core *c, struct mjob *j)
{
	for (uint32_t i = 0; i < j->nrefusals; i++) {
		struct refusal *r = &j->refusals[i];
		if (r->holds && r->until_ms <= c->now_ms) {
			r->holds = false;
			queue_look(c, j);
		} else if (r->holds) {
			job_wake(j, r->until_ms);
		}
	}
}

/* A job from before our time may have pods, or members about to be made, that nobody has told us of
 * yet: by agents that we have not heard. Under Wait a node that is not ready is waited for too, and
 * the end of what the leader before us was creating itself: an order is a lease (agent/core), it
 * is over with the gate. */
static bool may_be_ordered(const struct core *c, const struct mjob *j)
{
	if (j->on_loss != LOSS_WAIT)
		return !c->all_heard && j->attempts;
	return c->now_ms < c->gate_ms;
}

static bool queue(struct core *c, struct mjob *j)
{
	uint32_t want = wanted(c, j);
	/* A replacement comes after the status that counts its predecessor's failure. */
	if (j->failed > j->wr_failed)
		want = 0;
	if (j->old && want && may_be_ordered(c, j)) {
		job_wake(j, c->gate_ms);
		want = 0;
	}
	if (j->hold_ms > c->now_ms) {
		job_wake(j, j->hold_ms);
		want = 0;
	}
	if (want)
		queue_put(c, j, want);
	else if (j->want) /* else it has all that it wanted, and leaves with the cycle's end */
		queue_take(c, j);
	refusals_end(c, j);
	return false;
}

static bool (*const chain[])(struct core *, struct mjob *) = {
	gone,      final,   complete, exhausted, late,  bereft,
	suspended, invalid, progress, updated,   queue,
};

void job_decide(struct core *c, struct mjob *j)
{
	j->wake_ms = INT64_MAX;
	if (!j->known) {
		decide_stray(c, j);
	} else {
		size_t i = 0;
		suspect(c, j);
		while (i < ARRAY_LEN(chain) && !chain[i](c, j))
			i++;
		if (!job_finished(j) && !j->suspend && !*j->invalid)
			job_say_progress(c, j);
	}
	heap_set(&c->timers, &j->timer, j->wake_ms);
	if (j->known && !j->gone)
		job_status_check(c, j);
}
