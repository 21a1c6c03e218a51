/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/tenant.h"

#include "base/mem.h"
#include "test/sim/people/user.h"
#include "test/sim/world/pod_make.h"

enum { ROUND_MS = 20000, JOBS = 4, PODS = 6, TERMS = 16, VALUES = 8 };

/* ---- jobs ---- */

/* Nobody has such labels; what they cost is what counts. */
static void select_nothing(struct tenant *t, struct job_want *want)
{
	struct arena *a = &t->world->scratch;
	struct sel_term *terms = arena_alloc(a, TERMS * sizeof *terms);
	const char **values = arena_alloc(a, VALUES * sizeof *values);
	for (uint32_t i = 0; i < VALUES; i++)
		values[i] = arena_printf(a, "none-%u", i);
	for (uint32_t i = 0; i < TERMS; i++) {
		struct sel_expr *e = arena_alloc(a, sizeof *e);
		*e = (struct sel_expr){.key = "zone", .op = SEL_IN, .values = {values, VALUES}};
		terms[i] = (struct sel_term){e, 1};
	}
	want->terms = terms;
	want->nterms = TERMS;
}

static const struct version *some_job(struct tenant *t)
{
	const struct shelf *jobs = &t->world->server.store.shelf[API_JOB];
	const struct version *v = jobs->n ? jobs->v[rng_below(&t->rng, jobs->n)] : NULL;
	return v && !str_eq(v->meta.ns, TENANT_NS) ? v : NULL;
}

static void make_job(struct tenant *t)
{
	static const int32_t priorities[] = {0, 1000, -1000, 1001, INT32_MAX, INT32_MIN};
	struct arena *a = &t->world->scratch;
	const struct version *other = some_job(t);
	const char *name = other ? arena_strdup(a, other->meta.name)
				 : arena_printf(a, "x%u", (uint32_t)rng_below(&t->rng, 1 << 30));
	struct job_want want = {.name = name,
				.ns = TENANT_NS,
				.parallelism = rng_below(&t->rng, 2) ? PARALLELISM_MAX : 1,
				.backoff_limit = rng_below(&t->rng, 2) ? UINT32_MAX : 0,
				.priority = priorities[rng_below(&t->rng, ARRAY_LEN(priorities))],
				.deadline_s = rng_below(&t->rng, 2) ? -1 : INT64_MAX / 2,
				.ttl_s = -1,
				.start_deadline_s = other ? INT64_MAX / 2 : 0,
				.template_text = "run=1000 cpu=100"};
	if (store_find(&t->world->server.store, API_JOB, TENANT_NS, name))
		return;
	if (other) /* the same text, so the same hash */
		want.template_text = arena_strdup(a, other->job.spec.template_text);
	select_nothing(t, &want);
	user_make_job(t->world, &want);
}

/* ---- pods ---- */

/* What its member has by way of proof, or what any has. */
static const char *some_proof(struct tenant *t)
{
	const struct shelf *pods = &t->world->server.store.shelf[API_POD];
	const struct version *v = pods->n ? pods->v[rng_below(&t->rng, pods->n)] : NULL;
	return v ? str_or_empty(v->pod.proof) : "";
}

static void forge(struct tenant *t)
{
	static const uint32_t attempts[] = {1, 2, 3, ATTEMPT_MAX, ATTEMPT_MAX + 1, UINT32_MAX};
	struct world *w = t->world;
	const struct version *job = some_job(t);
	char name[POD_NAME_BYTES];
	if (!job)
		return;
	struct pod_create pod = {
		.ns = TENANT_NS,
		.name = name,
		.job_name = job->meta.name,
		.job_uid = job->meta.uid,
		.node = arena_printf(&w->scratch, "n%u",
				     1 + (uint32_t)rng_below(&t->rng, t->machines)),
		.index = (uint32_t)rng_below(&t->rng, job->job.spec.parallelism + 2),
		.attempt = attempts[rng_below(&t->rng, ARRAY_LEN(attempts))],
		.parallelism = 1,
		.template_hash = job->job.spec.template_hash,
		.template_text = "run=50",
		.proof = some_proof(t)};
	member_pod_name(pod.job_name, pod.job_uid, pod.index, pod.attempt, name);
	if (!store_find(&w->server.store, API_NODE, NULL, pod.node) ||
	    store_find(&w->server.store, API_POD, TENANT_NS, name))
		return;
	struct version *v = pod_make(&w->server, &pod);
	v->forged = true;
	server_put(&w->server, v);
	server_count(&w->server, FACT_TENANT_FORGED);
}

/* ---- time ---- */

static void on_round(void *self, uint64_t arg)
{
	struct tenant *t = self;
	struct world *w = t->world;
	(void)arg;
	if (w->clock.now_ms >= t->until_ms)
		return;
	world_note(w, "the tenant attacks");
	for (uint32_t i = 0; i < JOBS; i++)
		make_job(t);
	for (uint32_t i = 0; i < PODS; i++)
		forge(t);
	clock_at(&w->clock, w->clock.now_ms + 1 + (int64_t)rng_below(&t->rng, ROUND_MS), on_round,
		 t, 0);
}

void tenant_begin(struct tenant *t)
{
	clock_at(&t->world->clock, 1000 + (int64_t)rng_below(&t->rng, ROUND_MS), on_round, t, 0);
}

void tenant_end(struct world *w)
{
	static const enum api_kind kinds[] = {API_JOB, API_POD};
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		const struct shelf *sh = &w->server.store.shelf[kinds[k]];
		for (uint32_t i = sh->n; i-- > 0;) {
			if (i < sh->n && str_eq(sh->v[i]->meta.ns, TENANT_NS))
				server_delete(&w->server, sh->v[i]);
		}
	}
}
