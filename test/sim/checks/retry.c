/* SPDX-License-Identifier: Apache-2.0 */
/* A retry goes to neither of the nodes of the last two failures of its index while the coordinator
 * could give it another. Judged by the pods that there are, for jobs of one member: there nothing
 * else of the job takes a node at the same moment. */
#include "test/sim/checks/retry.h"

#include <stdlib.h>

#include "test/sim/checks/kept.h"
#include "test/sim/checks/passed.h"
#include "test/sim/checks/refused.h"
#include "test/sim/checks/shapes.h"

/* By the number of the attempt. */
static uint32_t attempt_of(const struct version *pod)
{
	return (uint32_t)strtoul(check_label(pod, LABEL_ATTEMPT), NULL, 10);
}

struct failed {
	const struct version *last, *before;
	bool others; /* pods that ended otherwise: what that means for nodes is not judged here */
};

static struct failed failed_of(const struct checks *c, const char *uid)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	struct failed f = {0};
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *v = sh->v[i];
		if (!str_eq(v->meta.owner_uid, uid))
			continue;
		if (v->pod.phase != POD_FAILED || v->pod.disruption_target || v->meta.deleted_ms ||
		    check_pod_refused(v) || str_eq(v->pod.terminated_reason, "Unknown")) {
			f.others = true;
		} else if (!f.last || attempt_of(v) > attempt_of(f.last)) {
			f.before = f.last;
			f.last = v;
		} else if (!f.before || attempt_of(v) > attempt_of(f.before)) {
			f.before = v;
		}
	}
	return f;
}

static bool failed_there(const struct failed *f, const char *node)
{
	return (f->last && str_eq(f->last->pod.node, node)) ||
	       (f->before && str_eq(f->before->pod.node, node));
}

/* Everything that decides is known, and nothing else keeps the job from a node: what a dead webhook
 * holds up has room of a node, and no pod that shows it. */
static bool judged(struct checks *c, struct mind *m, const struct line *l)
{
	const struct job *o = &l->job->job;
	return job_completions(&o->spec) == 1 && o->meta.generation == 1 && !o->spec.claims.n &&
	       !conns_rough(c->world->conns) && !c->world->server.webhook_dead &&
	       m->synced_ms < c->world->clock.now_ms - KNOWING_MS &&
	       check_admission_known(c, m, l->job, c->world->clock.now_ms);
}

void check_retry(struct checks *c, struct mind *m, const struct line *l)
{
	if (!judged(c, m, l))
		return;
	struct failed f = failed_of(c, l->job->meta.uid);
	if (f.others || !failed_there(&f, l->node))
		return;
	for (const struct known_version *k = m->known; k; k = k->hh.next) {
		if (k->v->kind != API_NODE || failed_there(&f, k->v->meta.name) ||
		    check_changed_lately(c, k->v->meta.name) ||
		    !check_could_take(c, m, l->job, k->v) ||
		    check_kept_from(c, m, l->job, k->v->meta.name))
			continue;
		world_fail(c->world, "retry",
			   "%s tries job %s on %s again, where it failed, not on %s",
			   m->proc->host.name, l->job->meta.name, l->node, k->v->meta.name);
		return;
	}
}
