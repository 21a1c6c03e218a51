/* SPDX-License-Identifier: Apache-2.0 */
/* When all is quiet: what status says is the truth, and nothing is left over. */
#include "test/sim/checks/quiet.h"

#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "refmatch.h"
#include "test/sim/checks/budget.h"
#include "test/sim/checks/depends.h"
#include "test/sim/checks/leaks.h"
#include "test/sim/checks/record.h"

enum { REFUSAL_MAX_MS = 361000 };

struct truth {
	uint32_t active, ready;
};

static bool ended(const struct version *v)
{
	return v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
}

static struct truth truth_of(const struct cluster *cl, const char *uid)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	struct truth t = {0};
	for (uint32_t i = 0; i < sh->n; i++) {
		if (!str_eq(sh->v[i]->meta.owner_uid, uid) || ended(sh->v[i]) ||
		    cluster_gone(cl, sh->v[i]->pod.node))
			continue;
		t.active++;
		t.ready += sh->v[i]->pod.ready;
	}
	return t;
}

static bool runs_on(const struct cluster *cl, const char *uid, const char *node)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.owner_uid, uid) && !pod_ended(sh->v[i]) &&
		    str_eq(sh->v[i]->pod.node, node))
			return true;
	}
	return false;
}

/* What was counted, once each: failures that took place, successes that status holds though their
 * pods may be gone, nodes on which a member is. */
static void check_counts(struct cluster *cl, const struct version *v)
{
	const struct job_status *st = &v->job.status;
	const struct tally *all = cluster_tally(cl, v->meta.uid, "all");
	if (st->failed > all->failures)
		world_fail(&cl->world, "quiet-failed", "job %s: failed %u, in truth %u",
			   v->meta.name, st->failed, all->failures);
	for (uint32_t i = 0; i < st->active_nodes.n; i++) {
		if (!runs_on(cl, v->meta.uid, st->active_nodes.v[i]))
			world_fail(&cl->world, "active-nodes", "job %s: no member on %s",
				   v->meta.name, st->active_nodes.v[i]);
	}
}

/* Since when the job waits for its start: its creation, or its last resume. */
static int64_t waits_since(const struct version *v)
{
	for (uint32_t i = 0; i < v->job.status.nconds; i++) {
		const struct cond *k = &v->job.status.conds[i];
		if (str_eq(k->type, "Suspended") && k->status == COND_FALSE &&
		    k->since_ms > v->meta.created_ms)
			return k->since_ms;
	}
	return v->meta.created_ms;
}

/* The creation of a job is told by the API server's clock, its deadline is watched by a
 * coordinator's: one that is wrong by an hour is late, or early, by that hour. */
static bool clocks_differ(const struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		if (cl->coordinator[i].wall_offset_ms)
			return true;
	}
	return false;
}

/* Who waits longer than it may has failed, and only who did. */
static void check_start(struct cluster *cl, const struct version *v)
{
	enum { CLOCKS_MS = 60000 };
	const struct job_status *st = &v->job.status;
	int64_t late_ms = waits_since(v) + v->job.spec.start_deadline_s * 1000;
	bool said = str_eq(st->reason, "StartDeadlineExceeded");
	if (clocks_differ(cl))
		return;
	if (said && (st->state != JOB_FAILED || st->start_ms || st->end_ms < late_ms))
		world_fail(&cl->world, "start-deadline", "job %s has failed too early",
			   v->meta.name);
	if (st->state == JOB_PENDING && v->job.spec.start_deadline_s && !st->start_ms &&
	    !v->meta.deleted_ms && server_wall(&cl->world.server) > late_ms + CLOCKS_MS)
		world_fail(&cl->world, "start-deadline", "job %s waits longer than it may",
			   v->meta.name);
}

/* The members of a job that runs have names, unless the API server refuses the Service. */
static void check_names(struct cluster *cl, const struct version *v)
{
	const struct server *s = &cl->world.server;
	const struct version *service =
		store_find(&s->store, API_SERVICE, v->meta.ns, v->meta.name);
	if (!v->job.spec.names || v->job.status.state != JOB_RUNNING || s->deny_services ||
	    v->meta.deleted_ms)
		return;
	if (!service || (service->meta.owner_uid && !str_eq(service->meta.owner_uid, v->meta.uid)))
		world_fail(&cl->world, "names", "job %s runs without a Service of its own",
			   v->meta.name);
}

/* A job whose indexes are all over has ended, as these say. */
static void check_indexes(struct cluster *cl, const struct version *v)
{
	AUTO(bitset_done) struct bitset over = {0};
	const struct job_status *st = &v->job.status;
	const struct job_spec *s = &v->job.spec;
	bool failed = *str_or_empty(st->failed_indexes);
	check_indexes_over(v, &over);
	uint32_t n = bitset_count(&over), bad = n - st->succeeded;
	bool all = n == job_completions(s), named = str_eq(st->reason, "FailedIndexes");
	bool most = s->failed_indexes_fail && bad >= s->failed_indexes_fail;
	if (!check_final(st->state) && (all || most) && !v->meta.deleted_ms)
		world_fail(&cl->world, "failed-indexes", "job %s goes on: %u are over, %u failed",
			   v->meta.name, n, bad);
	if ((st->state == JOB_COMPLETED && failed && !str_eq(st->reason, "SuccessPolicy")) ||
	    (named && (!all || !failed)) ||
	    (str_eq(st->reason, "MaxFailedIndexesExceeded") && !most))
		world_fail(&cl->world, "failed-indexes", "job %s is %s, %s: %u are over, %u failed",
			   v->meta.name, job_state_text(st->state), st->reason, n, bad);
}

/* batch/v1's matchSuccessPolicy, index by index. */
static bool rule_met(const struct success_rule *r, const struct bitset *done, uint32_t n)
{
	AUTO(bitset_done) struct bitset listed = {0};
	uint32_t met = 0, all = 0;
	if (!r->indexes)
		return r->counted && bitset_count(done) >= r->count;
	(void)ref_indexes(&listed, r->indexes, COMPLETIONS_MAX);
	for (uint32_t i = bitset_next(&listed, 0); i != UINT32_MAX;
	     i = bitset_next(&listed, i + 1)) {
		all++;
		met += i < n && bitset_has(done, i);
	}
	return met == all || (r->counted && met >= r->count);
}

/* A job that meets a rule of its success policy is Completed, and one that is for that reason does.
 */
static void check_success(struct cluster *cl, const struct version *v)
{
	AUTO(bitset_done) struct bitset done = {0};
	const struct job_status *st = &v->job.status;
	const struct job_spec *s = &v->job.spec;
	bool met = false, named = str_eq(st->reason, "SuccessPolicy"), said = false;
	(void)ref_indexes(&done, str_or_empty(st->completed), COMPLETIONS_MAX);
	for (uint32_t i = 0; i < s->nsuccess && bitset_count(&done); i++)
		met |= rule_met(&s->success[i], &done, job_completions(s));
	for (uint32_t i = 0; i < st->nconds; i++)
		said |= str_eq(st->conds[i].type, "SuccessCriteriaMet") &&
			st->conds[i].status == COND_TRUE;
	if ((met && !check_final(st->state) && !v->meta.deleted_ms) || (named && !met) ||
	    named != said || (named && st->state != JOB_COMPLETED))
		world_fail(&cl->world, "success-policy", "job %s is %s, %s, with %s", v->meta.name,
			   job_state_text(st->state), st->reason, str_or_empty(st->completed));
}

static void check_job(struct cluster *cl, const struct version *v)
{
	const struct job_status *st = &v->job.status;
	struct truth t = truth_of(cl, v->meta.uid);
	if (st->active != t.active || st->ready != t.ready)
		world_fail(&cl->world, "quiet-status",
			   "job %s: active %u ready %u, in truth %u and %u", v->meta.name,
			   st->active, st->ready, t.active, t.ready);
	check_counts(cl, v);
	check_start(cl, v);
	check_depends_quiet(cl, v);
	check_names(cl, v);
	bool final = st->state == JOB_COMPLETED || st->state == JOB_FAILED;
	if (final && t.active)
		world_fail(&cl->world, "leaked-member", "job %s is %s, %u members live",
			   v->meta.name, job_state_text(st->state), t.active);
	if (st->state == JOB_COMPLETED && !str_eq(st->reason, "SuccessPolicy") &&
	    st->succeeded != job_completions(&v->job.spec))
		world_fail(&cl->world, "completed", "job %s is Completed with %u of %u",
			   v->meta.name, st->succeeded, job_completions(&v->job.spec));
	check_indexes(cl, v);
	check_success(cl, v);
	if (final && !st->end_ms)
		world_fail(&cl->world, "end-time", "job %s is %s without endTime", v->meta.name,
			   job_state_text(st->state));
	if (st->state == JOB_PENDING && !st->start_ms && !*str_or_empty(st->message) &&
	    !v->meta.deleted_ms) /* that one waits for its pods to go */
		world_fail(&cl->world, "silent", "job %s waits and does not say why", v->meta.name);
	if (st->nsuperseded && !cluster_gone(cl, st->superseded[0].node))
		world_fail(&cl->world, "superseded",
			   "job %s: attempt %u of member %u is out of reach still", v->meta.name,
			   st->superseded[0].attempt, st->superseded[0].index);
	if (st->observed_generation != v->meta.generation)
		world_fail(&cl->world, "observed", "job %s: generation %d, observed %d",
			   v->meta.name, (int)v->meta.generation, (int)st->observed_generation);
	if (st->active_nodes.n != t.active && st->state == JOB_RUNNING)
		world_fail(&cl->world, "active-nodes", "job %s: %u activeNodes, %u active",
			   v->meta.name, st->active_nodes.n, t.active);
}

static void check_pod(struct cluster *cl, const struct version *v)
{
	const char *owner = v->meta.owner_uid;
	if (cluster_gone(cl, v->pod.node))
		return; /* nobody is there who could end it */
	if (owner && !world_by_uid(&cl->world, API_JOB, owner))
		world_fail(&cl->world, "leaked-pod", "pod %s outlived its job", v->meta.name);
	if (v->meta.deleted_ms)
		world_fail(&cl->world, "stuck-pod", "pod %s is being deleted for ever",
			   v->meta.name);
}

static uint32_t members_on(const struct cluster *cl, const char *node)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	uint32_t n = 0;
	for (uint32_t i = 0; i < sh->n; i++)
		n += str_eq(sh->v[i]->pod.node, node) && !ended(sh->v[i]) &&
		     sh->v[i]->meta.owner_uid;
	return n;
}

static enum compute_node_state expected_state(const struct cluster *cl, const struct version *node,
					      const struct version *compute_node, uint32_t members)
{
	if (node->node.ready != COND_TRUE)
		return COMPUTE_NODE_FAILED;
	if (cluster_agentless(cl, node->meta.name))
		return COMPUTE_NODE_PENDING;
	if (!node->node.unschedulable && !compute_node->compute_node.unschedulable)
		return COMPUTE_NODE_RUNNING;
	return members ? COMPUTE_NODE_DRAINING : COMPUTE_NODE_DRAINED;
}

static int64_t members_use(const struct cluster *cl, const char *node, const char *res)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
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
static void check_room(struct cluster *cl, const struct version *node,
		       const struct version *compute_node)
{
	const struct compute_node_status *st = &compute_node->compute_node.status;
	const struct machine *m = cluster_machine(cl, node->meta.name);
	if (m && m->gone)
		return; /* nobody ends what was orphaned there */
	if (m && cl->world.clock.now_ms < m->refused_ms + REFUSAL_MAX_MS)
		return; /* what its kubelet said it lacks, it lacks for as long as a backoff */
	static const char *const names[] = {"cpu", "memory"};
	for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
		int64_t cap = reslist_get(&node->node.allocatable, names[i]);
		int64_t spec = reslist_get(&compute_node->compute_node.resources, names[i]);
		int64_t used = members_use(cl, node->meta.name, names[i]);
		cap = spec < cap ? spec : cap;
		if (reslist_get(&st->capacity, names[i]) != cap ||
		    reslist_get(&st->allocated, names[i]) != used ||
		    reslist_get(&st->available, names[i]) != (cap > used ? cap - used : 0))
			world_fail(&cl->world, "cnode-room",
				   "ComputeNode %s: %s of %d, members use %d, %d left",
				   node->meta.name, names[i],
				   (int)reslist_get(&st->capacity, names[i]),
				   (int)reslist_get(&st->allocated, names[i]),
				   (int)reslist_get(&st->available, names[i]));
	}
}

static bool is_users(const struct version *compute_node, const char *res)
{
	for (uint32_t i = 0; i < compute_node->user_res.n; i++) {
		if (str_eq(compute_node->user_res.v[i], res))
			return true;
	}
	return false;
}

/* What the Node has stands in spec.resources, as far as there is place, and nothing else does, but
 * for what users own. */
static void check_kept(struct cluster *cl, const struct version *node,
		       const struct version *compute_node)
{
	enum { PLACES = 64 }; /* maxProperties of the CRD */
	const struct reslist *have = &compute_node->compute_node.resources;
	const struct reslist *want = &node->node.allocatable;
	for (uint32_t i = 0; i < want->n; i++) {
		const char *res = want->v[i].name;
		if (have->n >= PLACES && !check_lists(have, res))
			continue;
		if (!is_users(compute_node, res) && reslist_get(have, res) != want->v[i].milli)
			world_fail(&cl->world, "cnode-kept",
				   "ComputeNode %s has %s=%d, its Node %d", node->meta.name, res,
				   (int)reslist_get(have, res), (int)want->v[i].milli);
	}
	for (uint32_t i = 0; i < have->n; i++) {
		const char *res = have->v[i].name;
		if (!is_users(compute_node, res) && !reslist_get(want, res) && have->v[i].milli)
			world_fail(&cl->world, "cnode-kept", "ComputeNode %s has %s, its Node none",
				   node->meta.name, res);
	}
}

static void check_node(struct cluster *cl, const struct version *node)
{
	const char *name = node->meta.name;
	const struct version *compute_node =
		store_find(&cl->world.server.store, API_COMPUTE_NODE, NULL, name);
	uint32_t members = members_on(cl, name);
	if (!compute_node) {
		world_fail(&cl->world, "cnode-missing", "node %s has no ComputeNode", name);
		return;
	}
	const struct compute_node_status *st = &compute_node->compute_node.status;
	enum compute_node_state want = expected_state(cl, node, compute_node, members);
	if (st->state != want)
		world_fail(&cl->world, "cnode-state", "ComputeNode %s is %s, not %s (%s)", name,
			   compute_node_state_text(st->state), compute_node_state_text(want),
			   str_or_empty(st->message));
	check_room(cl, node, compute_node);
	check_kept(cl, node, compute_node);
	/* A machine that never comes back may run what nobody can see any more. */
	if (st->members != members && !cluster_gone(cl, name))
		world_fail(&cl->world, "cnode-members",
			   "ComputeNode %s says %u members, there are %u", name, st->members,
			   members);
}

void checks_quiet(struct checks *c)
{
	struct cluster *cl = c->cluster;
	leaks_quiet(cl);
	budget_quiet(c->budget);
	const struct store *st = &cl->world.server.store;
	for (uint32_t i = 0; i < st->shelf[API_JOB].n; i++)
		check_job(cl, st->shelf[API_JOB].v[i]);
	for (uint32_t i = 0; i < st->shelf[API_POD].n; i++)
		check_pod(cl, st->shelf[API_POD].v[i]);
	for (uint32_t i = 0; i < st->shelf[API_NODE].n; i++)
		check_node(cl, st->shelf[API_NODE].v[i]);
	for (uint32_t i = 0; i < st->shelf[API_COMPUTE_NODE].n; i++) {
		const char *name = st->shelf[API_COMPUTE_NODE].v[i]->meta.name;
		if (!store_find(st, API_NODE, NULL, name) &&
		    st->shelf[API_COMPUTE_NODE].v[i]->compute_node.owned_by_node)
			world_fail(&cl->world, "leaked-cnode", "ComputeNode %s outlived its Node",
				   name);
	}
}
