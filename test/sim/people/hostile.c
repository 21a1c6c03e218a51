/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/hostile.h"

#include <string.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pod_make.h"

enum { LIES_MAX = 3 };

/* A proof that somebody got, for whatever pod; or none. */
static const char *some_proof(const struct world *w, uint32_t n)
{
	const struct shelf *pods = &w->server.store.shelf[API_POD];
	return pods->n && n % 3 ? str_or_empty(pods->v[n % pods->n]->pod.proof) : "";
}

/* Another node has or had this attempt, or nobody. */
static uint32_t some_attempt(const struct world *w, const struct version *job, const char *node,
			     uint32_t index, uint32_t n)
{
	const struct shelf *pods = &w->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < pods->n && n % 2; i++) {
		struct member m;
		if (member_of_pod(&pods->v[i]->pod, &m) && str_eq(m.job_uid, job->meta.uid) &&
		    m.index == index && !str_eq(m.node, node))
			return m.attempt;
	}
	return HOSTILE_ATTEMPT + n % 1000;
}

static struct member lie(struct world *w, const char *node, struct rng *rng, struct arena *a)
{
	static const char *const uids[] = {"", "made-up", "made-up-too"};
	const struct shelf *jobs = &w->server.store.shelf[API_JOB];
	const struct version *job = jobs->v[rng_below(rng, jobs->n)];
	bool stray = rng_below(rng, 8) == 0;
	char name[POD_NAME_BYTES];
	struct member m = {.ns = job->meta.ns,
			   .job_name = job->meta.name,
			   .job_uid = stray ? "no-such-job" : job->meta.uid,
			   .node = "",
			   .index = (uint32_t)rng_below(rng, job->job.spec.parallelism + 2),
			   .template_hash = job->job.spec.template_hash,
			   .phase = (enum member_phase)rng_below(rng, MEMBER_PHASE_N),
			   .ready = rng_below(rng, 2),
			   .pod_uid = uids[rng_below(rng, ARRAY_LEN(uids))],
			   .proof = some_proof(w, (uint32_t)rng_below(rng, 1 << 20)),
			   .reason = "Made",
			   .message = "up"};
	m.attempt = some_attempt(w, job, node, m.index, (uint32_t)rng_below(rng, 1 << 20));
	member_pod_name(m.job_name, m.job_uid, m.index, m.attempt, name);
	m.pod = arena_strdup(a, name);
	m.proof = copy_str(a, m.proof);
	m.ns = copy_str(a, m.ns);
	m.job_name = copy_str(a, m.job_name);
	m.job_uid = copy_str(a, m.job_uid);
	m.template_hash = copy_str(a, m.template_hash);
	return m;
}

static void add_lies(struct world *w, const char *node, struct rng *rng, struct arena *a,
		     const struct member **members, uint32_t *n)
{
	uint32_t more = 1 + (uint32_t)rng_below(rng, LIES_MAX);
	if (*n + more > PAGE_MEMBERS_MAX || !w->server.store.shelf[API_JOB].n)
		return;
	struct member *v = arena_alloc(a, (*n + more) * sizeof *v);
	for (uint32_t i = 0; i < *n; i++)
		v[i] = (*members)[i];
	for (uint32_t i = 0; i < more; i++)
		v[(*n)++] = lie(w, node, rng, a);
	*members = v;
	server_count(&w->server, FACT_LIE);
}

static void on_request(void *self, const char *node, struct rng *rng, struct arena *a,
		       struct msg *msg)
{
	struct world *w = self;
	if (msg->type == MSG_HELLO)
		add_lies(w, node, rng, a, &msg->hello.members, &msg->hello.nmembers);
	else if (msg->type == MSG_REPORT)
		add_lies(w, node, rng, a, &msg->report.members, &msg->report.nmembers);
}

void hostile_node(struct cluster *cl, const char *node, bool on)
{
	world_note(&cl->world, on ? "root on a node is hostile" : "the node is honest",
		   KS("node", node));
	net_liar(cl->world.net, &cl->world, on_request);
	net_lies(cl->world.net, node, on);
}

bool hostile_pod(struct world *w, const char *node, const char *job, uint32_t index,
		 uint32_t attempt, bool stolen)
{
	const struct version *j = store_find(&w->server.store, API_JOB, "default", job);
	char name[POD_NAME_BYTES];
	if (!j)
		return false;
	member_pod_name(job, j->meta.uid, index, attempt, name);
	if (store_find(&w->server.store, API_POD, "default", name))
		return false;
	world_note(w, "a node makes a pod", KS("node", node), KS("pod", name));
	struct version *v = pod_make(
		&w->server, &(struct pod_create){.ns = "default",
						 .name = name,
						 .job_name = job,
						 .job_uid = j->meta.uid,
						 .node = node,
						 .index = index,
						 .attempt = attempt,
						 .parallelism = 1,
						 .template_hash = j->job.spec.template_hash,
						 .template_text = "run=1000 cpu=100",
						 .proof = stolen ? some_proof(w, 1) : ""});
	v->forged = true;
	server_put(&w->server, v);
	return true;
}
