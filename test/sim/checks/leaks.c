/* SPDX-License-Identifier: Apache-2.0 */
/* Nothing is leaked: when all is quiet, each table of the programs is back to what lives, and what
 * does not lead holds nothing. */
#include <string.h>

#include "test/sim/sim.h"

struct living {
	uint32_t jobs, nodes, members, templates, agents;
};

static bool member_lives(struct sim *s, const struct version *pod)
{
	return !pod_ended(pod) && pod->meta.owner_uid &&
	       sim_by_uid(s, API_JOB, pod->meta.owner_uid);
}

static bool first_of_template(const struct shelf *jobs, uint32_t i)
{
	const char *hash = str_or_empty(jobs->v[i]->job.spec.template_hash);
	for (uint32_t k = 0; k < i; k++) {
		if (str_eq(jobs->v[k]->job.spec.template_hash, hash))
			return false;
	}
	return *hash;
}

static struct living living(struct sim *s)
{
	const struct store *st = &s->server.store;
	const struct shelf *jobs = &st->shelf[API_JOB], *pods = &st->shelf[API_POD];
	struct living l = {.jobs = jobs->n, .nodes = st->shelf[API_NODE].n};
	for (uint32_t i = 0; i < st->shelf[API_CNODE].n; i++)
		l.nodes += !store_find(st, API_NODE, NULL, st->shelf[API_CNODE].v[i]->meta.name);
	for (uint32_t i = 0; i < pods->n; i++)
		l.members += member_lives(s, pods->v[i]);
	for (uint32_t i = 0; i < jobs->n; i++)
		l.templates += first_of_template(jobs, i);
	for (uint32_t i = 0; i < s->cfg.machines; i++)
		l.agents += s->machine[i].agent.host.alive;
	return l;
}

static void same(struct sim *s, const struct proc *p, const char *what, uint32_t holds,
		 uint32_t lives)
{
	if (holds != lives)
		sim_fail(s, "leak", "%s holds %u %s, there are %u", p->host.name, holds, what,
			 lives);
}

static void check_coordinator(struct sim *s, const struct proc *p, const struct living *l)
{
	static const struct living none;
	struct coordinator_stats st;
	if (!p->host.alive)
		return;
	coordinator_stats(p->c, &st);
	const struct living *want = st.leading ? l : &none;
	same(s, p, "jobs", st.core.job_records, want->jobs);
	same(s, p, "nodes", st.core.node_records, want->nodes);
	same(s, p, "open attempts", st.core.attempts_open, want->members);
	same(s, p, "orders", st.core.orders, want->members);
	same(s, p, "templates in use", st.core.templates, want->templates);
	same(s, p, "templates' texts", st.templates, want->templates);
	same(s, p, "sessions", st.sessions.sessions, want->agents);
	same(s, p, "pipes without a session", st.sessions.pipes_waiting, 0);
	if (st.sessions.reviews > want->agents) /* tokens are renewed now and then */
		same(s, p, "token reviews", st.sessions.reviews, want->agents);
	same(s, p, "writes that wait", st.writes_waiting, 0);
}

static void check_agent(struct sim *s, const struct machine *m)
{
	const struct shelf *pods = &s->server.store.shelf[API_POD];
	uint32_t all = 0, live = 0;
	struct agent_stats st;
	if (!m->agent.host.alive)
		return;
	agent_stats(m->agent.a, &st);
	for (uint32_t i = 0; i < pods->n; i++) {
		bool here = str_eq(pods->v[i]->pod.node, m->name);
		all += here;
		live += here && member_lives(s, pods->v[i]);
	}
	same(s, &m->agent, "pods", st.pods, all);
	same(s, &m->agent, "orders", st.orders, live);
	same(s, &m->agent, "templates", st.templates, 0);
}

void leaks_quiet(struct sim *s)
{
	struct living l = living(s);
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		check_coordinator(s, &s->coordinator[i], &l);
	for (uint32_t i = 0; i < s->cfg.machines; i++)
		check_agent(s, &s->machine[i]);
}
