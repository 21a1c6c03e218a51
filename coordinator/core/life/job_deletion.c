/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/job_deletion.h"

#include <utlist.h>

#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/actions.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/queue.h"
#include "coordinator/core/state/tables.h"

enum { CHECK_RETRY_MS = 5000, TTL_RETRY_MS = 30000, VANISHED_MAX = 3 };

static void forget_ended(struct core *c, struct job_record *j)
{
	struct attempt *a, *tmp;
	DL_FOREACH_SAFE2(j->members.attempts, a, tmp, job_next)
	{
		if (a->state == ATTEMPT_ENDED)
			attempt_free(c, a);
	}
}

static void orphan_all(struct core *c, struct job_record *j)
{
	struct attempt *a, *tmp;
	DL_FOREACH_SAFE2(j->members.attempts, a, tmp, job_next)
	attempt_orphan(c, a);
}

bool job_check_deleted(struct core *c, struct job_record *j)
{
	if (!j->object.deleted && !j->object.deleting)
		return false;
	if (j->object.orphan) {
		orphan_all(c, j);
	} else {
		attempts_stop_all(c, j, "job deleted");
		forget_ended(c, j);
	}
	queue_take(c, j);
	return true;
}

void job_delete(struct core *c, struct job_record *j)
{
	if (j->check.delete_after_ms <= c->now_ms) {
		j->check.delete_after_ms = c->now_ms + TTL_RETRY_MS;
		log_info(c->log, "job deletion requested", KS("job", j->key),
			 KS("why", "its ttlSecondsAfterFinished is over"));
		action_job(c, ACT_JOB_DELETE, j);
	}
	job_wake(j, j->check.delete_after_ms);
}

static void ask(struct core *c, struct job_record *j)
{
	j->check.running = true;
	j->check.after_ms = c->now_ms + CHECK_RETRY_MS;
	action_job(c, ACT_JOB_GET, j);
}

void job_check_vanished(struct core *c, struct job_record *j)
{
	if (j->check.vanished >= VANISHED_MAX && !j->check.running &&
	    j->check.after_ms <= c->now_ms)
		ask(c, j);
}

void job_decide_stray(struct core *c, struct job_record *j)
{
	if (j->object.orphan) {
		orphan_all(c, j);
	} else if (j->check.owner_deleted) {
		attempts_stop_all(c, j, "job deleted");
		forget_ended(c, j);
	} else if (!j->check.running && j->check.after_ms <= c->now_ms) {
		ask(c, j);
	} else if (!j->check.running) {
		job_wake(j, j->check.after_ms);
	}
}
