/* SPDX-License-Identifier: Apache-2.0 */
/* A pod that ended is the only witness of its end until a status counts it. Here that is
 * status.attempts: with it, no later leader gives the number to another pod. */
#include "coordinator/core/life/spent_pods.h"

#include <utlist.h>

#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"

enum { REMOVED_AT_ONCE = 100 };

static bool may_go(const struct job_record *j, const struct attempt *a)
{
	return a->confirmed && !a->removed && a->id.attempt <= j->members.stored_attempts;
}

void spent_pods_remove(struct core *c, struct job_record *j)
{
	uint32_t most = j->members.nspent, asked = 0;
	if (most <= SPENT_KEPT || !j->object.known || j->object.deleted || j->object.deleting)
		return;
	most -= SPENT_KEPT;
	/* The list does not end before the last that is kept. */
	for (struct attempt *a = j->members.ended; most && asked < REMOVED_AT_ONCE;
	     a = a->job_next) {
		if (!attempt_spent(a))
			continue;
		most--;
		if (!may_go(j, a))
			continue;
		attempt_remove(c, a);
		asked++;
	}
}
