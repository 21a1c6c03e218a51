/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/job_denied.h"

#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/tell/progress.h"

void job_denied(struct core *c, struct attempt *a, const char *words)
{
	struct job_record *j = a->job;
	if (!a->by_coordinator && attempt_live(a)) {
		log_info(c->log, "pod denied to the agent, the coordinator tries",
			 KS("job", j->key), KI("member", a->id.index), KI("attempt", a->id.attempt),
			 KS("node", a->node->name), KS("error", words));
		attempt_launch_by_coordinator(c, a);
		return;
	}
	if (!attempt_live(a)) {
		attempt_free(c, a); /* the attempt was to stop anyway */
		return;
	}
	log_warn(c->log, "member denied", KS("job", j->key), KI("member", a->id.index),
		 KI("attempt", a->id.attempt), KS("node", a->node->name), KS("error", words));
	tell_denial(c, j, words);
	/* The members of a gang are refused together: that counts as one refusal. */
	job_hold_denied(c, j);
	attempt_free(c, a);
	if (j->life.formed)
		return;
	/* A gang whose members have not all come gives the nodes back: others may use them. */
	attempts_stop_all(c, j, "gang not complete");
	job_unstart(j);
	if (j->life.state == JOB_RUNNING)
		job_set_state(c, j, JOB_PENDING);
}
