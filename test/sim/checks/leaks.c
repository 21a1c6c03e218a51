/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is leaked: when all is quiet, each table of the programs is back to what lives, and what
 * does not lead holds nothing. */
#include "test/sim/checks/leaks.h"

#include <string.h>

#include "base/bitset.h"
#include "refmatch.h"
#include "test/sim/checks/record.h"

struct living {
	uint32_t waited_for; /* at most */
	uint32_t jobs, nodes, members, out_of_reach, strays, templates, agents;
};

static bool member_lives(struct cluster *cl, const struct version *pod)
{
	return !pod_ended(pod) && pod->meta.owner_uid &&
	       world_by_uid(&cl->world, API_JOB, pod->meta.owner_uid);
}

static bool first_of_template(const struct shelf *jobs, uint32_t i)
{
	const char *hash = str_or_empty(jobs->v[i]->job.spec.template_hash);
	for (uint32_t k = 0; k < i; k++) {
		if (str_eq(jobs->v[k]->job.spec.template_hash, hash) &&
		    str_eq(jobs->v[k]->meta.ns, jobs->v[i]->meta.ns))
			return false;
	}
	return *hash;
}

/* Indexes of a job that go on and have no pod: their orders went to a machine that was off for good
 * before anybody knew, and there is no other node for them. It may come back and carry them out. */
static uint32_t without_pod(const struct shelf *pods, const struct version *job)
{
	struct bitset done = {0};
	uint32_t live = 0, most = job->job.spec.parallelism, n = job_completions(&job->job.spec);
	if (check_final(job->job.status.state))
		n = 0;
	check_indexes_over(job, &done);
	for (uint32_t i = 0; i < pods->n; i++)
		live += str_eq(pods->v[i]->meta.owner_uid, job->meta.uid) && !pod_ended(pods->v[i]);
	uint32_t ended = bitset_count(&done);
	bitset_done(&done);
	n = n > ended ? n - ended : 0;
	n = n < most ? n : most;
	return n > live ? n - live : 0;
}

static struct living living(struct cluster *cl)
{
	const struct store *st = &cl->world.server.store;
	const struct shelf *jobs = &st->shelf[API_JOB], *pods = &st->shelf[API_POD];
	struct living l = {.jobs = jobs->n, .nodes = st->shelf[API_NODE].n};
	for (uint32_t i = 0; i < st->shelf[API_COMPUTE_NODE].n; i++)
		l.nodes += !store_find(st, API_NODE, NULL,
				       st->shelf[API_COMPUTE_NODE].v[i]->meta.name);
	for (uint32_t i = 0; i < pods->n; i++) {
		if (pods->v[i]->forged)
			continue;
		bool lives = member_lives(cl, pods->v[i]);
		l.members += lives;
		bool gone = cluster_gone(cl, pods->v[i]->pod.node) && !pod_ended(pods->v[i]);
		l.out_of_reach += lives && gone;
		l.strays += !lives && gone && pods->v[i]->meta.owner_uid;
	}
	for (uint32_t i = 0; i < jobs->n && cluster_any_gone(cl); i++)
		l.waited_for += jobs->v[i]->job.spec.on_node_loss == LOSS_WAIT
					? jobs->v[i]->job.spec.parallelism
					: without_pod(pods, jobs->v[i]);
	for (uint32_t i = 0; i < jobs->n; i++)
		l.templates += first_of_template(jobs, i);
	for (uint32_t i = 0; i < cl->cfg.machines; i++)
		l.agents += cl->machine[i].agent.host.alive;
	return l;
}

static void same(struct cluster *cl, const struct proc *p, const char *what, uint32_t holds,
		 uint32_t lives)
{
	if (holds != lives)
		world_fail(&cl->world, "leak", "%s holds %u %s, there are %u", p->host.name, holds,
			   what, lives);
}

static void between(struct cluster *cl, const struct proc *p, const char *what, uint32_t holds,
		    uint32_t least, uint32_t more)
{
	if (holds < least || holds > least + more)
		same(cl, p, what, holds, least);
}

static void check_coordinator(struct cluster *cl, const struct proc *p, const struct living *l)
{
	static const struct living none;
	struct coordinator_stats st;
	if (!p->host.alive)
		return;
	coordinator_stats(p->c, &st);
	const struct living *want = st.leading ? l : &none;
	/* Pods that nobody can end keep what is known of their job. */
	between(cl, p, "jobs", st.core.job_records, want->jobs, want->strays);
	same(cl, p, "nodes", st.core.node_records, want->nodes);
	/* Under Wait a member on a machine that never comes back stays, also when its pod was
	 * deleted by force: the machine may run it. Of what was replaced there, or whose job went,
	 * before the keys of orders were lost nobody knows any more that it was a member. */
	uint32_t unknown = cl->world.server.counts.fact[FACT_KEYS_LOST]
				   ? want->out_of_reach + want->strays
				   : 0;
	between(cl, p, "open attempts", st.core.attempts_open,
		want->members + want->strays - unknown, unknown + want->waited_for);
	/* Who was replaced on a machine that never comes back has an order no more. */
	between(cl, p, "orders", st.core.orders, want->members - want->out_of_reach,
		want->out_of_reach + want->waited_for);
	between(cl, p, "templates in use", st.core.templates, want->templates, want->strays);
	between(cl, p, "templates' texts", st.templates, want->templates, want->strays);
	same(cl, p, "sessions", st.sessions.sessions, want->agents);
	same(cl, p, "pipes without a session", st.sessions.pipes_waiting, 0);
	if (st.sessions.reviews > want->agents) /* tokens are renewed now and then */
		same(cl, p, "token reviews", st.sessions.reviews, want->agents);
	same(cl, p, "writes that wait", st.writes_waiting, 0);
}

/* A pod that is no member and has ended: nothing about it can matter any more. */
static bool needs_no_record(const struct version *pod)
{
	struct member m;
	return pod_ended(pod) && !member_of_pod(&pod->pod, &m);
}

static void check_agent(struct cluster *cl, const struct machine *m)
{
	const struct shelf *pods = &cl->world.server.store.shelf[API_POD];
	uint32_t all = 0, live = 0;
	struct agent_stats st;
	if (!m->agent.host.alive)
		return;
	agent_stats(m->agent.a, &st);
	for (uint32_t i = 0; i < pods->n; i++) {
		bool here = str_eq(pods->v[i]->pod.node, m->name);
		all += here && !needs_no_record(pods->v[i]);
		live += here && member_lives(cl, pods->v[i]);
	}
	same(cl, &m->agent, "pods", st.pods, all);
	same(cl, &m->agent, "orders", st.orders, live);
	same(cl, &m->agent, "templates", st.templates, 0);
}

void leaks_quiet(struct cluster *cl)
{
	struct living l = living(cl);
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++)
		check_coordinator(cl, &cl->coordinator[i], &l);
	for (uint32_t i = 0; i < cl->cfg.machines; i++)
		check_agent(cl, &cl->machine[i]);
}
