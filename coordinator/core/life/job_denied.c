/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/life/job_denied.h"

#include "coordinator/core/attempt/launch.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"
#include "coordinator/core/state/job.h"
#include "coordinator/core/state/tables.h"
#include "coordinator/core/tell/progress.h"

/* A gang whose members have not all come gives the nodes back: others may use them. */
static void give_all_back(struct core *c, struct job_record *j)
{
	attempts_stop_all(c, j, "gang not complete");
	job_unstart(j);
	if (j->life.state == JOB_RUNNING)
		job_set_state(c, j, JOB_PENDING);
}

void job_denied(struct core *c, struct attempt *a, const char *words)
{
	struct job_record *j = a->job;
	if (!a->by_coordinator && attempt_live(a)) {
		log_info(c->log, "pod denied to the agent, the coordinator tries",
			 KS("job", j->key), KI("member", a->id.index), KI("attempt", a->id.attempt),
			 KS("node", a->node->name), KS("error", words));
		a->denied = true;
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
	if (!j->life.formed)
		give_all_back(c, j);
}

/* Of a gang whose members do not run yet, one may find no other node: the others would wait for it
 * where other jobs could run, two such gangs for each other for ever. */
void job_refused(struct core *c, struct job_record *j)
{
	if (!j->life.together && j->spec.min_parallelism > 1 && !job_finished(j))
		give_all_back(c, j);
}
