/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of each deletion: why may the pod go? */
#include <stdlib.h>

#include "check_impl.h"

enum { TOLD_MS = 6000 }; /* an agent that answers has told of an end by then */

/* Another attempt has completed the index: that one counts. */
static bool another_succeeded(const struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (check_same_index(sh->v[i], pod) && sh->v[i]->pod.phase == POD_SUCCEEDED)
			return true;
	}
	return false;
}

/* A newer attempt takes its place (its pod may be refused yet). */
static bool superseded(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->sim->server.store.shelf[API_POD];
	unsigned long mine = strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10);
	if (check_asked(c, pod) > mine || another_succeeded(c, pod))
		return true;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (check_same_index(sh->v[i], pod) &&
		    strtoul(check_label(sh->v[i], LABEL_ATTEMPT), NULL, 10) > mine)
			return true;
	}
	return false;
}

static bool quota_lately(struct checks *c)
{
	return c->sim->server.pod_quota || c->sim->server.deny_pods ||
	       c->sim->clock.now_ms < c->sim->server.quota_ended_ms + KNOWING_MS;
}

/* The job's attempts that ended by their own fault are more than it may have: it has failed,
 * whether its status says so already or not. */
static bool exhausted(struct checks *c, const struct version *job)
{
	return sim_tally(c->sim, job->meta.uid, "all")->failures > job->job.spec.backoff_limit;
}

/* Why the coordinator may stop a member; anything else is a pod deleted that nobody ordered to
 * stop. */
static bool may_stop(struct checks *c, const struct version *pod, const struct version *job)
{
	return !job || job->meta.deleted_ms || check_final(job->job.status.state) ||
	       job->meta.generation > 1 || superseded(c, pod) || check_succeeded(c, pod) ||
	       check_faulty(c, pod->pod.node) || quota_lately(c) || check_led_lately(c) ||
	       job->job.spec.active_deadline_s >= 0 || exhausted(c, job) ||
	       job->job.spec.on_node_loss == LOSS_FAIL;
}

/* The deadline was over before it succeeded, or the coordinator heard nothing in that time. */
static bool too_late(struct checks *c, const struct version *pod, const struct version *job)
{
	int64_t deadline_s = job->job.spec.active_deadline_s;
	return deadline_s >= 0 &&
	       (pod->pod.ended_ms >= job->job.status.start_ms + deadline_s * 1000 ||
		c->sim->clock.now_ms < c->sim->deaf_until_ms + KNOWING_MS);
}

/* No success goes before the status that counts it, unless the job has failed, which counts no
 * more.
 */
void check_delete(struct checks *c, const char *who, const struct api_request *req)
{
	struct sim *s = c->sim;
	if (req->kind != API_POD && req->kind != API_JOB && req->kind != API_CNODE)
		return;
	if (!*str_or_empty(req->uid)) {
		sim_fail(s, "delete-uid", "%s deletes %s without a UID", who, req->name);
		return;
	}
	const struct version *pod = store_find(&s->server.store, API_POD, req->ns, req->name);
	if (req->kind != API_POD || !pod || !str_eq(pod->meta.uid, req->uid) ||
	    pod->meta.deleted_ms)
		return;
	const struct version *job = sim_by_uid(s, API_JOB, str_or_empty(pod->meta.owner_uid));
	int64_t told_ms = TOLD_MS + conns_weather(s->conns)->watch_lag_ms;
	if (!*str_or_empty(pod->meta.owner_uid) && !check_changed_lately(c, pod->meta.uid))
		sim_fail(s, "foreign-delete", "%s deletes %s, which has no owner", who, req->name);
	else if (job && job->meta.orphan_finalizer && !check_changed_lately(c, job->meta.uid))
		sim_fail(s, "orphan", "%s deletes %s of a job that orphans", who, req->name);
	else if (pod->pod.phase == POD_SUCCEEDED && job && !job->meta.deleted_ms &&
		 !check_faulty(c, pod->pod.node) && check_answers(c, pod->pod.node, told_ms) &&
		 server_wall(&s->server) > pod->pod.ended_ms + told_ms &&
		 job->meta.generation == 1 && !check_final(job->job.status.state) &&
		 !check_index_completed(job, pod) && !too_late(c, pod, job) &&
		 !another_succeeded(c, pod))
		sim_fail(s, "uncounted", "%s deletes %s before its success is in status", who,
			 req->name);
	else if (!may_stop(c, pod, job))
		sim_fail(s, "unordered-delete", "%s deletes %s of %s", who, req->name,
			 job->meta.name);
}
