/* SPDX-License-Identifier: Apache-2.0 */
/* Judged by the refused pods that are still there. The shortest pause is 10 s from when the refusal
 * is known, and a refusal comes after the pod. */
#include "test/sim/checks/refused.h"

#include "base/mem.h"

enum { PAUSE_MS = 9000 };

/* As a kubelet's admission leaves it; which it was, its words tell. */
static bool refused(const struct version *pod)
{
	return pod->pod.phase == POD_FAILED && !pod->pod.started && !pod->pod.disruption_target &&
	       *str_or_empty(pod->pod.reason);
}

/* The job, its Node or the leader changed since then, or nobody knows what a coordinator knew. */
static bool begun_anew(struct checks *c, const struct version *pod, int64_t since_ms)
{
	return check_changed_at(c, pod->meta.owner_uid) >= since_ms || c->led_ms >= since_ms ||
	       check_changed_at(c, pod->pod.node) >= since_ms || check_led_lately(c) ||
	       check_slept(c) || check_faulty(c, pod->pod.node);
}

static void judge(struct checks *c, const struct version *pod, const struct version *before)
{
	int64_t wall_ms = server_wall(&c->world->server);
	int64_t since_ms = c->world->clock.now_ms - (wall_ms - before->meta.created_ms);
	bool shape = str_eq(before->pod.reason, "SysctlForbidden");
	if ((!shape && wall_ms - before->meta.created_ms >= PAUSE_MS) ||
	    begun_anew(c, pod, since_ms))
		return;
	world_fail(c->world, shape ? "refused-shape" : "refused-soon",
		   "%s comes to %s, which refused %s (%s) before", pod->meta.name, pod->pod.node,
		   before->meta.name, before->pod.reason);
}

void check_asked_again(struct checks *c, const struct version *pod)
{
	const struct shelf *sh = &c->world->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct version *v = sh->v[i];
		if (v != pod && refused(v) && str_eq(v->pod.node, pod->pod.node) &&
		    str_eq(v->meta.owner_uid, pod->meta.owner_uid) &&
		    str_eq(v->command, pod->command))
			judge(c, pod, v);
	}
}
