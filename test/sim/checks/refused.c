/* SPDX-License-Identifier: Apache-2.0 */
/* Judged by the refused pods that are still there. The shortest pause is 10 s from when the refusal
 * is known, and a refusal comes after the pod. */
#include "test/sim/checks/refused.h"

#include "base/mem.h"
#include "model/quantity.h"
#include "test/sim/checks/born.h"
#include "test/sim/checks/place.h"
#include "test/sim/cluster/admit.h"
#include "test/sim/world/needed.h"

enum { PAUSE_MS = 9000, FORBIDDEN_MS = 3590000 };

static void refused_gone_key(struct buf *key, const char *uid)
{
	buf_printf(key, "refused-gone/%s", uid);
}

void check_note_refused_gone(struct checks *c, const struct version *pod)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	refused_gone_key(&key, pod->meta.owner_uid);
	if (check_pod_refused(pod))
		check_note_changed(c, buf_str(&key));
}

bool check_refused_gone_lately(struct checks *c, const char *uid)
{
	AUTO(buf_done) struct buf key = BUF_INIT(256);
	refused_gone_key(&key, uid);
	return check_changed_lately(c, buf_str(&key));
}

/* The job, its Node or the leader changed since then, or nobody knows what a coordinator knew. */
static bool begun_anew(struct checks *c, const struct version *pod, int64_t since_ms)
{
	return check_changed_at(c, pod->meta.owner_uid) >= since_ms || c->led_ms >= since_ms ||
	       c->synced_ms >= since_ms || check_changed_at(c, pod->pod.node) >= since_ms ||
	       check_led_lately(c) || check_faulty(c, pod->pod.node);
}

/* Members that share a node are placed there together, so one may come after another was refused;
 * and one may be placed there before anybody was told of the refusal. */
static bool knew_not(struct checks *c, const struct version *pod, const struct version *before)
{
	const struct version *job =
		world_by_uid(c->world, API_JOB, str_or_empty(pod->meta.owner_uid));
	return job && job_per_node(&job->job.spec) > 1 &&
	       (server_wall(&c->world->server) < before->meta.created_ms + KNOWING_MS ||
		strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10) <=
			strtoul(check_label(before, LABEL_ATTEMPT), NULL, 10));
}

/* A pod that came late is of an attempt that may be over: its node is free by then, and nobody has
 * been told of its refusal. */
static void judge(struct checks *c, const struct version *pod, const struct version *before)
{
	int64_t wall_ms = server_wall(&c->world->server);
	int64_t since_ms = c->world->clock.now_ms - (wall_ms - before->meta.created_ms);
	bool shape = str_eq(before->pod.reason, "SysctlForbidden");
	if (wall_ms - before->meta.created_ms >= (shape ? FORBIDDEN_MS : PAUSE_MS) ||
	    begun_anew(c, pod, since_ms) || check_came_late(c, before) || knew_not(c, pod, before))
		return;
	world_fail(c->world, shape ? "refused-shape" : "refused-soon",
		   "%s comes to %s, which refused %s (%s) before", pod->meta.name, pod->pod.node,
		   before->meta.name, before->pod.reason);
}

/* A create that is carried out when nobody waits for its answer any more was sent before. */
void check_asked_again(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	if (c->world->server.late)
		return;
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *v = sh->v[i];
		if (v != pod && check_pod_refused(v) && str_eq(v->pod.node, pod->pod.node) &&
		    str_eq(v->meta.owner_uid, pod->meta.owner_uid) &&
		    str_eq(v->command, pod->command))
			judge(c, pod, v);
	}
}

static bool holds(const struct reslist *offered, const struct reslist *asked)
{
	for (uint32_t i = 0; i < asked->n; i++) {
		if (asked->v[i].milli > reslist_get(offered, asked->v[i].name))
			return false;
	}
	return true;
}

/* Whether a member might be admitted there, be it later. */
static bool might_admit(struct checks *c, const struct version *job, const struct version *node)
{
	const struct job_spec *spec = &job->job.spec;
	const struct machine *m = cluster_machine(c->cluster, node->meta.name);
	const struct version *cn =
		store_find(&c->world->server.store, API_COMPUTE_NODE, NULL, node->meta.name);
	struct template_facts t =
		template_parse(&c->world->scratch, str_or_empty(spec->template_text));
	if (!m || !cn || check_mismatch(spec, node, cn) || admit_forbids(m, &t))
		return false;
	return server_lets_pods_on(&c->world->server, node) &&
	       needed_could_allow(&c->world->server.store, spec, node) &&
	       holds(&node->node.allocatable, &spec->requests) &&
	       holds(&cn->compute_node.resources, &spec->requests) &&
	       !check_changed_lately(c, node->meta.name);
}

void check_refused_job(struct checks *c, const struct version *prev, const struct version *job)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_NODE];
	if (!str_eq(job->job.status.reason, "PodRefused") ||
	    str_eq(prev->job.status.reason, "PodRefused") || check_changed_lately(c, job->meta.uid))
		return;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (might_admit(c, job, sh->v[i]))
			world_fail(c->world, "refused-all", "%s fails, but %s might admit it",
				   job->meta.name, sh->v[i]->meta.name);
	}
}
