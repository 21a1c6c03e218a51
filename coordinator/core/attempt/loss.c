/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/attempt/loss.h"

#include "coordinator/core/attempt/address.h"
#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/state/tickets.h"

/* The job may have waited for it. */
static void set_away(struct core *c, struct attempt *a, bool away)
{
	if (a->away != away)
		job_dirty(c, a->job);
	a->away = away;
}

void attempt_lost(struct core *c, struct attempt *a)
{
	struct job_record *j = a->job;
	set_away(c, a, true);
	if (a->state == ATTEMPT_STOPPING)
		attempt_check_address(c, a);
	if (!attempt_live(a) || a->state == ATTEMPT_LOST)
		return;
	log_info(c->log, "member lost", KS("job", j->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name));
	attempt_set_state(c, a, ATTEMPT_LOST);
	attempt_check_address(c, a);
}

void attempt_given_up(struct core *c, struct attempt *a)
{
	attempt_lost(c, a);
	if (a->state == ATTEMPT_LOST && !attempt_current(a))
		attempt_stop(c, a, "superseded");
}

void attempt_found(struct core *c, struct attempt *a)
{
	set_away(c, a, false);
	if (a->state != ATTEMPT_LOST)
		return;
	if (!attempt_current(a)) {
		attempt_stop(c, a, "superseded");
		return;
	}
	a->loss_counted = false; /* it runs on, so what comes next is another end */
	attempt_give_address(c, a);
	log_info(c->log, "member found", KS("job", a->job->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name));
	attempt_set_state(c, a,
			  !attempt_seen(a)             ? ATTEMPT_ORDERED
			  : a->phase == MEMBER_RUNNING ? ATTEMPT_RUNNING
						       : ATTEMPT_PENDING);
	job_changed_indexes(a->job); /* others may have taken its place */
	attempt_go_on(c, a);
}
