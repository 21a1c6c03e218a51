/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/job_life.h"

#include "base/backoff.h"
#include "base/clocktext.h"
#include "base/state.h"
#include "coordinator/core/state/job_members.h"
#include "coordinator/core/state/job_told.h"

bool job_state_final(enum job_state s)
{
	return s == JOB_COMPLETED || s == JOB_FAILED;
}

bool job_finished(const struct job_record *j)
{
	return job_state_final(j->life.state);
}

/*	      placed, started		      all succeeded
 *   Pending ------------------> Running -------------------> Completed
 *    |  ^ \  given back <------/ |    \
 *    v  |  `-------------------- | ----`------------------> Failed
 *   Suspended <-----------------'
 */
static const struct state_rule rules[] = {
#define TO(s) STATE_BIT(JOB_##s)
	[JOB_NONE] = {"None",
		      TO(PENDING) | TO(RUNNING) | TO(COMPLETED) | TO(FAILED) | TO(SUSPENDED)},
	[JOB_PENDING] = {"Pending", TO(RUNNING) | TO(COMPLETED) | TO(FAILED) | TO(SUSPENDED)},
	[JOB_RUNNING] = {"Running", TO(PENDING) | TO(COMPLETED) | TO(FAILED) | TO(SUSPENDED)},
	[JOB_SUSPENDED] = {"Suspended", TO(PENDING) | TO(COMPLETED) | TO(FAILED)},
	/* Final once it is stored; until then job_take_back may take it back. */
	[JOB_COMPLETED] = {"Completed", TO(PENDING) | TO(RUNNING)},
	[JOB_FAILED] = {"Failed", TO(PENDING) | TO(RUNNING)},
#undef TO
};

static void move(struct job_record *j, enum job_state to)
{
	state_check(rules, ARRAY_LEN(rules), j->life.state, to);
	j->life.state = to;
}

void job_life_adopt(struct job_record *j, enum job_state to, int64_t start_ms, int64_t end_ms)
{
	move(j, to);
	j->life.start_ms = start_ms;
	j->life.end_ms = end_ms;
}

void job_set_state(struct core *c, struct job_record *j, enum job_state to)
{
	must(!job_finished(j));
	log_info(c->log, "job state changed", KS("job", j->key),
		 KS("from", job_state_text(j->life.state)), KS("to", job_state_text(to)));
	move(j, to);
	if (job_finished(j))
		j->life.end_ms = whole_seconds(c->wall_ms);
}

void job_wake(struct job_record *j, int64_t at_ms)
{
	if (at_ms < j->life.wake_ms)
		j->life.wake_ms = at_ms;
}

void job_take_back(struct core *c, struct job_record *j)
{
	log_info(c->log, "job end taken back", KS("job", j->key),
		 KS("state", job_state_text(j->life.state)),
		 KS("why", "the job was changed before its end was stored"));
	move(j, j->life.started ? JOB_RUNNING : JOB_PENDING);
	j->life.end_ms = 0;
	job_told_end_over(j);
}

void job_start(struct core *c, struct job_record *j)
{
	if (j->life.start_ms)
		return;
	j->life.start_ms = whole_seconds(c->wall_ms);
	if (!j->life.start_ms)
		j->life.start_ms = 1000; /* the epoch itself would read as unset */
}

void job_unstart(struct job_record *j)
{
	j->life.start_ms = 0;
	j->life.started = j->life.formed = j->life.together = false;
	job_start_from(j);
}

void job_start_from(struct job_record *j)
{
	j->life.over_before = job_indexes_over(j);
}

void job_note_started(struct job_record *j)
{
	j->life.started = true;
}

void job_note_formed(struct job_record *j)
{
	j->life.formed = true;
}

void job_note_together(struct job_record *j)
{
	j->life.together = true;
}

void job_hold(struct job_record *j, int64_t until_ms)
{
	j->life.held_until_ms = until_ms;
}

void job_hold_denied(const struct core *c, struct job_record *j)
{
	j->life.denials += j->life.held_until_ms <= c->now_ms;
	job_hold(j, c->now_ms + backoff_plain(c->cfg.retry_base_ms, c->cfg.retry_cap_ms,
					      j->life.denials));
}

void job_accepted(struct job_record *j)
{
	j->life.denials = 0;
	job_set_create_error(j, "");
}
