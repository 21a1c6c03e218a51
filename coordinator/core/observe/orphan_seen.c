/* SPDX-License-Identifier: Apache-2.0 */
/* A member of an orphaned job counts until its pod ends, or the agent counts it as another's. The
 * garbage collector takes its time to make it one. A pod that a slow create has made after the
 * garbage collector's turn keeps its owner, and goes with it: if the job has a finalizer of its
 * user's, that may be much later. */
#include "coordinator/core/observe/orphan_seen.h"

#include "base/mem.h"
#include "coordinator/core/attempt/stop.h"
#include "coordinator/core/state/attempt.h"

/* There is a pod, it takes room, and its owner is the job. */
static bool there(const struct member *m)
{
	return (m->phase == MEMBER_PENDING || m->phase == MEMBER_RUNNING) &&
	       *str_or_empty(m->pod_uid);
}

/* The pod of an order that was withdrawn when the job was deleted. */
static void came(struct core *c, struct attempt *a, const struct member *m)
{
	attempt_set_needs(c, a, &m->requests);
	attempt_pod_seen(c, a, m->pod_uid, false);
	attempt_orphan_left(c, a);
}

void orphan_seen(struct core *c, struct job_record *j, struct node_record *n, struct attempt *a,
		 const struct member *m)
{
	if (!a && there(m)) {
		a = attempt_adopt(c, j, n, m);
		attempt_set_state(c, a, ATTEMPT_PENDING);
		attempt_orphan(c, a);
	}
	if (!a || a->node != n)
		return;
	a->seen_gen = n->list.generation;
	if (!attempt_seen(a) && there(m))
		came(c, a, m);
	if (member_phase_final(m->phase))
		attempt_free(c, a);
}
