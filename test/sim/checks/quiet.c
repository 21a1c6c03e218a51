/* SPDX-License-Identifier: Apache-2.0 */
/* When all is quiet: what status says is the truth, and nothing is left over. */
#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "test/sim/checks/budget.h"
#include "test/sim/sim.h"

enum { REFUSAL_MAX_MS = 361000 };

struct truth {
	uint32_t active, ready;
};

static bool ended(const struct version *v)
{
	return v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
}

static struct truth truth_of(const struct sim *s, const char *uid)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	struct truth t = {0};
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!str_eq(sh->v[i]->meta.owner_uid, uid) || ended(sh->v[i]))
			continue;
		t.active++;
		t.ready += sh->v[i]->pod.ready;
	}
	return t;
}

static bool runs_on(const struct sim *s, const char *uid, const char *node)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, uid) && !pod_ended(sh->v[i]) &&
		    str_eq(sh->v[i]->pod.node, node))
			return true;
	}
	return false;
}

static bool slept(const struct sim *s)
{
	bool any = false;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		any |= s->coordinator[i].sleeps > 0;
	return any;
}

/* What was counted, once each: failures that took place, successes that status holds though their
 * pods may be gone, nodes on which a member is. */
static void check_counts(struct sim *s, const struct version *v)
{
	const struct job_status *st = &v->job.status;
	const struct tally *all = sim_tally(s, v->meta.uid, "all");
	/* A leader whose machine slept may charge what its successor has charged (protocol.md). */
	if (st->failed > all->failures && !slept(s))
		sim_fail(s, "quiet-failed", "job %s: failed %u, in truth %u", v->meta.name,
			 st->failed, all->failures);
	for (uint32_t i = 0; i < st->active_nodes.n; i++) {
		if (!runs_on(s, v->meta.uid, st->active_nodes.v[i]))
			sim_fail(s, "active-nodes", "job %s: no member on %s", v->meta.name,
				 st->active_nodes.v[i]);
	}
}

static void check_job(struct sim *s, const struct version *v)
{
	const struct job_status *st = &v->job.status;
	struct truth t = truth_of(s, v->meta.uid);
	if (st->active != t.active || st->ready != t.ready)
		sim_fail(s, "quiet-status", "job %s: active %u ready %u, in truth %u and %u",
			 v->meta.name, st->active, st->ready, t.active, t.ready);
	check_counts(s, v);
	bool final = st->state == JOB_COMPLETED || st->state == JOB_FAILED;
	if (final && t.active)
		sim_fail(s, "leaked-member", "job %s is %s, %u members live", v->meta.name,
			 job_state_text(st->state), t.active);
	if (st->state == JOB_COMPLETED && st->succeeded != v->job.spec.parallelism)
		sim_fail(s, "completed", "job %s is Completed with %u of %u", v->meta.name,
			 st->succeeded, v->job.spec.parallelism);
	if (final && !st->end_ms)
		sim_fail(s, "end-time", "job %s is %s without endTime", v->meta.name,
			 job_state_text(st->state));
	if (st->state == JOB_PENDING && !st->start_ms && !*str_or_empty(st->message))
		sim_fail(s, "silent", "job %s waits and does not say why", v->meta.name);
	if (st->nsuperseded)
		sim_fail(s, "superseded", "job %s: attempt %u of member %u is out of reach still",
			 v->meta.name, st->superseded[0].attempt, st->superseded[0].index);
	if (st->observed_generation != v->meta.generation)
		sim_fail(s, "observed", "job %s: generation %d, observed %d", v->meta.name,
			 (int)v->meta.generation, (int)st->observed_generation);
	if (st->active_nodes.n != t.active && st->state == JOB_RUNNING)
		sim_fail(s, "active-nodes", "job %s: %u activeNodes, %u active", v->meta.name,
			 st->active_nodes.n, t.active);
}

static void check_pod(struct sim *s, const struct version *v)
{
	const char *owner = v->meta.owner_uid;
	if (owner && !sim_by_uid(s, API_JOB, owner))
		sim_fail(s, "leaked-pod", "pod %s outlived its job", v->meta.name);
	if (v->meta.deleted_ms)
		sim_fail(s, "stuck-pod", "pod %s is being deleted for ever", v->meta.name);
}

static uint32_t members_on(const struct sim *s, const char *node)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->pod.node, node) && !ended(sh->v[i]) &&
		     sh->v[i]->meta.owner_uid;
	return n;
}

static enum cnode_state expected_state(const struct version *node, const struct version *cnode,
				       uint32_t members)
{
	if (node->node.ready != COND_TRUE)
		return CNODE_FAILED;
	if (!node->node.unschedulable && !cnode->cnode.unschedulable)
		return CNODE_RUNNING;
	return members ? CNODE_DRAINING : CNODE_DRAINED;
}

static int64_t members_use(const struct sim *s, const char *node, const char *res)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	int64_t sum = 0;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->pod.node, node) && !pod_ended(sh->v[i]) &&
		    sh->v[i]->meta.owner_uid)
			sum += reslist_get(&sh->v[i]->pod.requests, res);
	}
	return sum;
}

/* Nobody else's pods run any more: what Muster may use is the smaller of what it is given and what
 * the Node has, and what members do not use of it is available. */
static void check_room(struct sim *s, const struct version *node, const struct version *cnode)
{
	const struct cnode_status *st = &cnode->cnode.status;
	const struct machine *m = sim_machine(s, node->meta.name);
	if (m && s->clock.now_ms < m->refused_ms + REFUSAL_MAX_MS)
		return; /* what its kubelet said it lacks, it lacks for as long as a backoff */
	static const char *const names[] = {"cpu", "memory"};
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
		int64_t cap = reslist_get(&node->node.allocatable, names[i]);
		int64_t spec = reslist_get(&cnode->cnode.resources, names[i]);
		int64_t used = members_use(s, node->meta.name, names[i]);
		cap = spec < cap ? spec : cap;
		if (reslist_get(&st->capacity, names[i]) != cap ||
		    reslist_get(&st->allocated, names[i]) != used ||
		    reslist_get(&st->available, names[i]) != (cap > used ? cap - used : 0))
			sim_fail(s, "cnode-room",
				 "ComputeNode %s: %s of %d, members use %d, %d left",
				 node->meta.name, names[i],
				 (int)reslist_get(&st->capacity, names[i]),
				 (int)reslist_get(&st->allocated, names[i]),
				 (int)reslist_get(&st->available, names[i]));
	}
}

static void check_node(struct sim *s, const struct version *node)
{
	const char *name = node->meta.name;
	const struct version *cnode = store_find(&s->server.store, API_CNODE, NULL, name);
	uint32_t members = members_on(s, name);
	if (!cnode) {
		sim_fail(s, "cnode-missing", "node %s has no ComputeNode", name);
		return;
	}
	const struct cnode_status *st = &cnode->cnode.status;
	enum cnode_state want = expected_state(node, cnode, members);
	if (st->state != want)
		sim_fail(s, "cnode-state", "ComputeNode %s is %s, not %s (%s)", name,
			 cnode_state_text(st->state), cnode_state_text(want),
			 str_or_empty(st->message));
	check_room(s, node, cnode);
	if (st->members != members)
		sim_fail(s, "cnode-members", "ComputeNode %s says %u members, there are %u", name,
			 st->members, members);
}

void checks_quiet(struct checks *c)
{
	struct sim *s = checks_sim(c);
	leaks_quiet(s);
	budget_quiet(s->budget);
	const struct store *st = &s->server.store;
	for (uint32_t i = 0; i < st->shelf[API_JOB].n; i++)
		check_job(s, st->shelf[API_JOB].v[i]);
	for (uint32_t i = 0; i < st->shelf[API_POD].n; i++)
		check_pod(s, st->shelf[API_POD].v[i]);
	for (uint32_t i = 0; i < st->shelf[API_NODE].n; i++)
		check_node(s, st->shelf[API_NODE].v[i]);
	for (uint32_t i = 0; i < st->shelf[API_CNODE].n; i++) {
		const char *name = st->shelf[API_CNODE].v[i]->meta.name;
		if (!store_find(st, API_NODE, NULL, name) &&
		    st->shelf[API_CNODE].v[i]->cnode.owned_by_node)
			sim_fail(s, "leaked-cnode", "ComputeNode %s outlived its Node", name);
	}
}
