/* SPDX-License-Identifier: Apache-2.0 */
/* A member runs when its work does, whatever else of its pod runs; and while a container of it
 * waits for something that is wrong, status says so. */
#include "test/sim/checks/waits.h"

#include <string.h>

#include "test/sim/checks/free.h"

enum { TOLD_MS = 15000 };

static uint32_t active_on(const struct version *job, const char *node)
{
	const struct strs *l = &job->job.status.active_nodes;
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->n; i++)
		n += str_eq(l->v[i], node) ? 1 : 0;
	return n;
}

/* Other members that share the pod's node, and whose work has begun. One that has gone lately may
 * still be named: then any number may. */
static uint32_t begun_beside(struct checks *c, const struct version *pod, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	uint32_t n = 0;
	if (job_per_node(&job->job.spec) == 1)
		return 0;
	if (check_room_changed(c, pod->pod.node))
		return UINT32_MAX;
	for (uint32_t i = 0; i < sh->n; i++)
		n += sh->v[i] != pod && sh->v[i]->began_ms &&
		     str_eq(sh->v[i]->meta.owner_uid, pod->meta.owner_uid) &&
		     str_eq(sh->v[i]->pod.node, pod->pod.node);
	return n;
}

/* Words about others, which come first. */
static bool says_other(const struct job_status *s)
{
	static const char *const v[] = {"FailedCreate", "WaitingForNode", "Unschedulable",
					"Waiting"};
	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		if (str_eq(s->reason, v[i]))
			return true;
	}
	return false;
}

static bool says_waiting(const struct job_status *s)
{
	return str_eq(s->reason, "MemberWaiting") &&
	       strstr(str_or_empty(s->message), "container ") != NULL;
}

void check_waits(struct checks *c, const struct version *pod, const struct version *job)
{
	const struct job_status *s = &job->job.status;
	int64_t now_ms = c->world->clock.now_ms;
	if (job->meta.deleted_ms || job->job.spec.suspend || check_final(s->state) ||
	    check_status_refused(c, job->meta.name) || check_changed_lately(c, job->meta.uid))
		return;
	if (!pod->began_ms && pod->meta.created_ms + TOLD_MS < server_wall(&c->world->server) &&
	    active_on(job, pod->pod.node) > begun_beside(c, pod, job))
		world_fail(c->world, "runs",
			   "job %s: activeNodes has %s, where the work of %s "
			   "has not begun",
			   job->meta.name, pod->pod.node, pod->meta.name);
	if (pod->waits_ms && now_ms >= pod->waits_ms + TOLD_MS && !says_other(s) &&
	    !says_waiting(s))
		world_fail(c->world, "unsaid-waiting",
			   "a container of %s waits for %lld ms, status of %s says \"%s: %s\"",
			   pod->meta.name, (long long)(now_ms - pod->waits_ms), job->meta.name,
			   str_or_empty(s->reason), str_or_empty(s->message));
}
