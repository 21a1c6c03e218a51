/* SPDX-License-Identifier: Apache-2.0 */
/* What end a plan lets expect, of the world as it is when nothing goes wrong any more. */
#include <string.h>

#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "refmatch.h"
#include "test/sim/people/plan.h"
#include "test/sim/world/depends.h"
#include "test/sim/world/needed.h"

/* Nothing is said to have come to its end before pods stand still for a while, and what waits for a
 * backoff before the longest one is over. */
enum { STILL_MS = 45000, BACKOFF_CAP_MS = 400000 };

/* ---- whether a job can run at all ---- */

static const char *label_of(const struct version *node, const struct version *compute_node,
			    const char *key)
{
	const char *own = label_may_overlay(key) ? kvs_get(&compute_node->meta.labels, key) : NULL;
	return own ? own : kvs_get(&node->meta.labels, key);
}

static bool term_matches(const struct sel_term *t, const struct version *node,
			 const struct version *compute_node)
{
	for (uint32_t i = 0; i < t->n; i++) {
		if (!ref_expr_holds(&t->v[i], label_of(node, compute_node, t->v[i].key)))
			return false;
	}
	return t->n > 0;
}

/* Its controller taints the Node of a machine that is gone. */
static bool lasts(const struct taint *t, bool gone)
{
	return !gone || strncmp(t->key, "node.kubernetes.io/", 19) != 0;
}

static bool selected(const struct job_spec *spec, const struct version *node,
		     const struct version *compute_node, bool gone)
{
	bool any = !spec->nterms;
	for (uint32_t i = 0; i < spec->node_selector.n; i++) {
		const struct kv *kv = &spec->node_selector.v[i];
		if (!str_eq(label_of(node, compute_node, kv->key), kv->val))
			return false;
	}
	for (uint32_t i = 0; !any && i < spec->nterms; i++)
		any = term_matches(&spec->terms[i], node, compute_node);
	for (uint32_t i = 0; any && i < node->node.ntaints; i++)
		any = !lasts(&node->node.taints[i], gone) ||
		      !ref_repels(&node->node.taints[i], spec->tolerations, spec->ntolerations);
	return any;
}

static bool has_room(const struct version *node, const struct version *compute_node,
		     const char *res, int64_t milli)
{
	return milli <= reslist_get(&node->node.allocatable, res) &&
	       milli <= reslist_get(&compute_node->compute_node.resources, res);
}

/* So many members could run there. at_all: also a node that takes no members now: cordoned, without
 * an agent, or gone. */
static uint32_t node_fits(const struct cluster *cl, const struct version *node,
			  const struct job_spec *spec, bool at_all)
{
	const struct version *compute_node =
		store_find(&cl->world.server.store, API_COMPUTE_NODE, NULL, node->meta.name);
	bool gone = cluster_gone(cl, node->meta.name);
	bool now = compute_node && !gone && !cluster_agentless(cl, node->meta.name) &&
		   !node->node.unschedulable && !compute_node->compute_node.unschedulable;
	bool ok = compute_node && (now || at_all) && server_lets_pods_on(&cl->world.server, node) &&
		  selected(spec, node, compute_node, gone) &&
		  needed_could_allow(&cl->world.server.store, spec, node) &&
		  has_room(node, compute_node, "pods", 1000);
	uint32_t most = spec->ports.n ? 1 : job_per_node(spec), n = ok ? 1 : 0;
	while (ok && n < most && has_room(node, compute_node, "pods", 1000 * ((int64_t)n + 1)))
		n++;
	for (uint32_t k = 0; k < spec->requests.n; k++) {
		while (n && !has_room(node, compute_node, spec->requests.v[k].name,
				      spec->requests.v[k].milli * n))
			n--;
	}
	return n;
}

static uint32_t members_fitting(const struct cluster *cl, const struct job_spec *spec, bool at_all)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_NODE];
	uint32_t fit = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		fit += node_fits(cl, sh->v[i], spec, at_all);
	return fit;
}

/* How many members can run at once. */
static uint32_t fitting(const struct cluster *cl, const struct job_spec *spec)
{
	uint32_t fit = members_fitting(cl, spec, false);
	if (fit && needed_one_by_one(&cl->world.server.store, spec))
		return 1;
	return fit;
}

/* ---- the end ---- */

static bool final(enum job_state state)
{
	return state == JOB_COMPLETED || state == JOB_FAILED;
}

/* Kubelets refuse its pods for what they are. If all do that it may have, it has failed; it waits
 * where one has not said so, because it is cordoned, gone or has no agent, or where too few do
 * not. */
static bool refused_settled(const struct cluster *cl, const struct plan_job *j,
			    const struct version *v)
{
	const struct job_spec *spec = &v->job.spec;
	enum job_state state = v->job.status.state;
	bool still = cl->world.clock.now_ms > cl->pods_changed_ms + BACKOFF_CAP_MS;
	/* Running: it had started on a machine that is gone. */
	bool waits = still && (state == JOB_PENDING || state == JOB_RUNNING);
	return final(state) ||
	       (waits && (j->sysctl > 1 ||
			  members_fitting(cl, spec, false) < members_fitting(cl, spec, true)));
}

static bool has_pod_out_of_reach(const struct cluster *cl, const struct version *job)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, job->meta.uid) && !pod_ended(sh->v[i]) &&
		    cluster_gone(cl, sh->v[i]->pod.node))
			return true;
	}
	return false;
}

/* Some other job has not done what it is waited for, or is not there. */
static bool waits_for_others(const struct cluster *cl, const struct version *v)
{
	for (uint32_t i = 0; i < v->job.spec.ndepends_on && !v->job.status.start_ms; i++) {
		const struct dependency *d = &v->job.spec.depends_on[i];
		if (!depends_told(v, d) &&
		    !depends_true(store_find(&cl->world.server.store, API_JOB, v->meta.ns, d->name),
				  d->condition))
			return true;
	}
	return false;
}

/* An edit that met the end of its job changes nothing any more. A job that does not fit now may
 * have fitted before, and ended. */
static bool job_settled(const struct cluster *cl, const struct plan_job *j, const struct version *v)
{
	enum job_state state = v->job.status.state;
	bool out = false; /* it waits for a machine that never comes back, and nobody says so */
	if (v->meta.deleted_ms)
		out = has_pod_out_of_reach(cl, v);
	else if (v->job.spec.on_node_loss ==
		 LOSS_WAIT) /* also where its pod was deleted by force */
		out = cluster_any_gone(cl);
	if (out || v->meta.deleted_ms)
		return out;
	if (v->job.spec.suspend)
		return state == JOB_SUSPENDED || final(state);
	if (str_eq(v->job.status.reason, "DependencyNeverSatisfied") && final(state))
		return true;
	if (waits_for_others(cl, v))
		return final(state) || state == JOB_PENDING;
	bool still = cl->world.clock.now_ms > cl->pods_changed_ms + BACKOFF_CAP_MS ||
		     !v->job.status.attempts;
	uint32_t fit = fitting(cl, &v->job.spec);
	if (fit < job_gang(&v->job.spec)) /* which governs the start only */
		return final(state) || (state == JOB_PENDING && (!fit || still)) ||
		       (state == JOB_RUNNING && !v->job.status.active && still);
	if (j->sysctl)
		return refused_settled(cl, j, v);
	if (j->expect_failed)
		return state == JOB_FAILED; /* by its deadline, if not by its containers */
	return j->may_fail ? final(state) : state == JOB_COMPLETED;
}

/* Pods of others, and orphaned ones, end some time; until then they take room. */
static bool others_run(const struct cluster *cl)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!sh->v[i]->meta.owner_uid && !pod_ended(sh->v[i]) &&
		    !cluster_gone(cl, sh->v[i]->pod.node))
			return true;
	}
	return false;
}

static bool all_registered(const struct cluster *cl)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_NODE];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!store_find(&cl->world.server.store, API_COMPUTE_NODE, NULL,
				sh->v[i]->meta.name))
			return false;
	}
	return true;
}

bool plan_settled(const struct plan *p, struct cluster *cl, struct buf *why)
{
	bool all = true;
	if (others_run(cl) || !all_registered(cl) ||
	    cl->world.clock.now_ms < cl->pods_changed_ms + STILL_MS) {
		buf_puts(why, "pods still change, or a Node has no ComputeNode; ");
		return false;
	}
	for (uint32_t i = 0; i < p->njobs; i++) {
		const struct version *v = user_job(&cl->world, p->job[i].name);
		if (!v || job_settled(cl, &p->job[i], v))
			continue;
		all = false;
		buf_printf(why, "job %s is %s (%s); ", p->job[i].name,
			   *job_state_text(v->job.status.state)
				   ? job_state_text(v->job.status.state)
				   : "without state",
			   str_or_empty(v->job.status.message));
	}
	return all;
}
