/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/people/user.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "test/sim/cluster/config.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/template.h"

enum { NS_LOOK_MS = 1000, NS_ABSENT_MS = 5000 };

static const char default_ns[] = "default";

struct version *user_job(struct world *w, const char *name)
{
	const struct shelf *sh = &w->server.store.shelf[API_JOB];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.name, name) && !str_eq(sh->v[i]->meta.ns, TENANT_NS))
			return sh->v[i];
	}
	return NULL;
}

/* As shared/kube/pod_hash.c, of other digits: 40 of what runs, or 16 as older versions made them;
 * and 16 of the tolerations, if there are any. */
static const char *hash_of(struct arena *a, const char *run, const char *all, bool tolerations,
			   bool old)
{
	char digits[4][17];
	for (uint64_t i = 0; i < 3; i++)
		hash_hex(hash_str(old ? 0 : i, run), digits[i]);
	hash_hex(hash_str(0, all), digits[3]);
	return arena_printf(a, "%s%s%.*s%s%s", digits[0], old ? "" : digits[1], old ? 0 : 8,
			    digits[2], tolerations ? "-" : "", tolerations ? digits[3] : "");
}

static void set_hashes(const struct world *w, struct version *v, const char *text)
{
	struct arena *a = &v->arena;
	struct job_spec *s = &v->job.spec;
	const char *run = template_with(a, text, NULL, 0), *all = s->template_text;
	s->template_hash =
		hash_of(a, template_form(a, run), template_form(a, all), s->ntolerations, false);
	s->old_template_hash = hash_of(a, run, all, s->ntolerations, true);
	if (w->older_version)
		s->template_hash = s->old_template_hash;
}

void user_upgrade(struct world *w, bool older)
{
	struct shelf *sh = &w->server.store.shelf[API_JOB];
	world_note(w, older ? "older version" : "upgrade");
	w->older_version = older;
	w->server.unproven_ms = w->clock.now_ms;
	for (uint32_t i = 0; i < sh->n; i++) {
		struct version *v = version_clone(sh->v[i]);
		user_set_template(w, v, v->job.spec.template_text);
		server_put(&w->server, v);
	}
}

bool user_lose_keys(struct world *w)
{
	const struct version *v = store_find(&w->server.store, API_SECRET, "muster", ORDER_KEYS);
	if (!v)
		return false;
	world_note(w, "keys of orders lost");
	server_count(&w->server, FACT_KEYS_LOST);
	w->server.unproven_ms = w->clock.now_ms;
	server_delete(&w->server, v);
	return true;
}

void user_set_template(const struct world *w, struct version *v, const char *text)
{
	struct job_spec *spec = &v->job.spec;
	spec->template_text = template_with(&v->arena, text, spec->tolerations, spec->ntolerations);
	struct template_facts t = template_parse(&v->arena, spec->template_text);
	struct reslist requests = {t.requests, t.nrequests};
	set_hashes(w, v, text);
	spec->shape = arena_strndup(&v->arena, spec->old_template_hash, 16);
	spec->requests = copy_reslist(&v->arena, &requests);
	uint64_t ports[TEMPLATE_PORTS_MAX];
	for (uint32_t i = 0; i < t.nports; i++)
		ports[i] = host_port(NULL, t.ports[i].address, t.ports[i].port);
	struct host_ports list = {ports, host_ports_sort(ports, t.nports)};
	spec->ports = copy_ports(&v->arena, &list);
	spec->runtime_class = t.runtime_class;
	const char **claims = arena_alloc(&v->arena, TEMPLATE_CLAIMS_MAX * sizeof *claims);
	for (uint32_t i = 0; i < t.nclaims; i++)
		claims[i] = arena_printf(&v->arena, "%s/%s", v->meta.ns, t.claims[i]);
	spec->claims = (struct strs){claims, t.nclaims};
}

static void set_selection(struct version *v, const struct job_want *want)
{
	struct job_spec *spec = &v->job.spec;
	spec->terms = want->terms;
	spec->nterms = want->nterms;
	spec->preferred = want->preferred;
	spec->npreferred = want->npreferred;
	spec->tolerations = want->tolerations;
	spec->ntolerations = want->ntolerations;
	if (want->selector_key) {
		struct kv *kv = arena_alloc(&v->arena, sizeof *kv);
		*kv = (struct kv){copy_str(&v->arena, want->selector_key),
				  copy_str(&v->arena, want->selector_value)};
		spec->node_selector = (struct kvs){kv, 1};
	}
}

static void set_spec(const struct world *w, struct version *v, const struct job_want *want)
{
	struct job_spec *spec = &v->job.spec;
	uint32_t min = want->min_parallelism ? want->min_parallelism : want->parallelism;
	spec->completions = want->completions;
	spec->parallelism = want->parallelism;
	spec->min_parallelism = min < want->parallelism ? min : want->parallelism;
	spec->per_node = want->per_node;
	spec->priority = want->priority;
	spec->suspend = want->suspend;
	spec->backoff_limit = want->backoff_limit;
	spec->failures_fail_index = want->failures_fail_index;
	spec->failed_indexes_fail = want->failed_indexes_fail;
	spec->success = want->success;
	spec->nsuccess = want->nsuccess;
	spec->active_deadline_s = want->deadline_s;
	spec->start_deadline_s = want->start_deadline_s;
	spec->names = spec->parallelism > 1 && !want->nameless;
	spec->grace_s = LEASE_GRACE_MS / 1000;
	spec->ttl_s = want->ttl_s;
	spec->on_node_loss = want->on_node_loss;
	spec->update = want->update;
	spec->max_unavailable = want->max_unavailable ? want->max_unavailable : 1;
	spec->max_unavailable_percent = want->max_unavailable_percent;
	spec->credentials = want->credentials;
	set_selection(v, want);
	if (!v->job.status.start_ms) { /* CEL holds it once the job has started */
		spec->depends_on = want->depends_on;
		spec->ndepends_on = want->ndepends_on;
	}
	user_set_template(w, v, want->template_text);
}

static bool ns_closed(const struct world *w, const char *ns)
{
	return str_eq(ns, str_or_empty(w->server.ns_ending)) ||
	       str_eq(ns, str_or_empty(w->server.ns_gone));
}

static void apply(struct world *w, const struct job_want *want, const struct version *old)
{
	const char *ns = want->ns ? want->ns : default_ns;
	if (!old && ns_closed(w, ns))
		return;
	struct version *v = old ? version_clone(old) : version_new(API_JOB);
	if (!old)
		v->meta = (struct meta){.ns = copy_str(&v->arena, ns),
					.name = copy_str(&v->arena, want->name)};
	v->meta.generation++;
	set_spec(w, v, want);
	world_note(w, old ? "user changes" : "user creates", KS("job", want->name));
	server_put(&w->server, v);
}

void user_apply_job(struct world *w, const struct job_want *want)
{
	apply(w, want, user_job(w, want->name));
}

void user_make_job(struct world *w, const struct job_want *want)
{
	apply(w, want, NULL);
}

bool user_delete_job(struct world *w, const char *name, enum deletion how)
{
	struct version *v = user_job(w, name);
	if (!v)
		return false;
	world_note(w, "user deletes", KS("job", name));
	if (how != DELETE_BACKGROUND) {
		struct version *c = version_clone(v);
		c->foreground = how == DELETE_FOREGROUND;
		c->meta.orphan_finalizer = how == DELETE_ORPHAN;
		if (!c->meta.deleted_ms) { /* a second delete only changes what becomes of the pods
					    */
			c->meta.deleted_ms = server_wall(&w->server);
			c->meta.generation++;
		}
		server_put(&w->server, c);
		return true;
	}
	server_delete(&w->server, v);
	return true;
}

/* The API server takes no new finalizer of what is being deleted, and removes it with the last one.
 */
bool user_hold_job(struct world *w, const char *name, bool on)
{
	struct version *v = user_job(w, name);
	if (!v || v->held == on || (on && v->meta.deleted_ms))
		return false;
	struct version *c = version_clone(v);
	c->held = on;
	world_note(w, on ? "user adds a finalizer" : "user removes the finalizer", KS("job", name));
	v = server_put(&w->server, c);
	if (v->meta.deleted_ms && !v->held && !v->foreground && !v->meta.orphan_finalizer)
		store_remove(&w->server.store, v);
	return true;
}

/* A finished job's spec is immutable (CEL): the server refuses, nothing changes. */
static struct version *edit_job(struct world *w, const char *name, const char *what)
{
	const struct version *old = user_job(w, name);
	if (!old || old->meta.deleted_ms)
		return NULL;
	if (old->job.status.state == JOB_COMPLETED || old->job.status.state == JOB_FAILED) {
		server_count(&w->server, FACT_EDIT_FINAL);
		return NULL;
	}
	struct version *v = version_clone(old);
	v->meta.generation++;
	world_note(w, what, KS("job", name));
	return v;
}

bool user_scale(struct world *w, const char *name, uint32_t parallelism)
{
	struct version *v = edit_job(w, name, "user scales");
	if (!v)
		return false;
	struct job_spec *spec = &v->job.spec;
	bool gang = spec->min_parallelism == spec->parallelism;
	spec->parallelism = parallelism;
	if (gang || spec->min_parallelism > parallelism)
		spec->min_parallelism = parallelism;
	server_put(&w->server, v);
	return true;
}

/* A change of both numbers or of one, as KEP-3715 and beyond. */
bool user_renumber(struct world *w, const char *name, uint32_t parallelism, uint32_t n)
{
	if (n % 4 != 1 && !user_scale(w, name, parallelism))
		return false;
	struct version *v = n % 4 ? edit_job(w, name, "user changes completions") : NULL;
	if (!v)
		return n % 4 == 0;
	v->job.spec.completions = n % 4 == 2 ? 0 : 1 + n / 4 % 13;
	server_put(&w->server, v);
	return true;
}

bool user_suspend(struct world *w, const char *name, bool suspend)
{
	struct version *v = edit_job(w, name, suspend ? "user suspends" : "user resumes");
	if (!v)
		return false;
	v->job.spec.suspend = suspend;
	server_put(&w->server, v);
	return true;
}

bool user_touch(struct world *w, const char *name)
{
	const struct version *old = user_job(w, name);
	if (!old)
		return false;
	struct version *v = version_clone(old);
	version_label(v, "touched", v->meta.rv);
	world_note(w, "user labels", KS("job", name));
	server_put(&w->server, v);
	return true;
}

/* ---- one field ---- */

static bool edit_final(const struct version *v)
{
	return v->job.status.state == JOB_COMPLETED || v->job.status.state == JOB_FAILED;
}

/* Of a finished job only ttlSecondsAfterFinished may change. */
bool user_edit(struct world *w, const char *name, enum edit what, uint32_t n)
{
	const struct version *old = user_job(w, name);
	struct version *v;
	if (what == EDIT_TTL && old && edit_final(old) && !old->meta.deleted_ms) {
		v = version_clone(old);
		v->meta.generation++;
		world_note(w, "user changes ttl of a finished", KS("job", name));
		server_count(&w->server, FACT_EDIT_FINAL_TTL);
	} else {
		v = edit_job(w, name, "user changes");
	}
	if (!v)
		return false;
	edit_spec(v, what, n);
	if (what == EDIT_TEMPLATE || what == EDIT_TOLERATIONS)
		user_set_template(w, v, v->job.spec.template_text);
	server_put(&w->server, v);
	return true;
}

struct held *user_get_job(struct world *w, const char *name)
{
	const struct version *v = user_job(w, name);
	if (!v)
		return NULL;
	struct held *h = arena_alloc(&w->scratch, sizeof *h);
	*h = (struct held){.rv = v->rv,
			   .uid = copy_str(&w->scratch, v->meta.uid),
			   .spec = copy_job_spec(&w->scratch, &v->job.spec)};
	return h;
}

bool user_replace_job(struct world *w, const char *name, const struct held *h, bool fenced,
		      uint32_t n)
{
	const struct version *old = user_job(w, name);
	if (!old || !h)
		return false;
	if ((fenced && old->rv != h->rv) || !str_eq(old->meta.uid, h->uid)) {
		server_count(&w->server, FACT_REPLACE_STALE);
		return true;
	}
	struct version *v = edit_job(w, name, fenced ? "user replaces" : "user overwrites");
	if (!v)
		return false;
	server_count(&w->server, fenced ? FACT_REPLACED : FACT_OVERWRITTEN);
	v->job.spec = copy_job_spec(&v->arena, &h->spec);
	if (old->job.status.start_ms) { /* CEL: a user who is refused would repeat it like this */
		v->job.spec.depends_on = old->job.spec.depends_on;
		v->job.spec.ndepends_on = old->job.spec.ndepends_on;
	}
	edit_spec(v, EDIT_PRIORITY, n);
	user_set_template(w, v, v->job.spec.template_text);
	server_put(&w->server, v);
	return true;
}

/* ---- namespaces ---- */

static bool ns_empty(struct world *w, const char *ns)
{
	static const enum api_kind kinds[] = {API_JOB, API_POD};
	bool empty = true;
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++) {
		const struct shelf *sh = &w->server.store.shelf[kinds[k]];
		for (uint32_t i = sh->n; i-- > 0;) {
			if (i >= sh->n || !str_eq(sh->v[i]->meta.ns, ns))
				continue;
			empty = false;
			server_delete(&w->server, sh->v[i]);
		}
	}
	return empty;
}

/* The namespace controller deletes what is in it until there is nothing. */
static void on_ns(void *self, uint64_t arg)
{
	struct world *w = self;
	(void)arg;
	if (w->server.ns_gone) {
		world_note(w, "namespace made again");
		w->server.ns_gone = NULL;
		return;
	}
	bool gone = ns_empty(w, w->server.ns_ending);
	if (gone) {
		w->server.ns_gone = w->server.ns_ending;
		w->server.ns_ending = NULL;
	}
	clock_at(&w->clock, w->clock.now_ms + (gone ? NS_ABSENT_MS : NS_LOOK_MS), on_ns, w, 0);
}

void user_delete_ns(struct world *w, const char *ns)
{
	if (w->server.ns_ending || w->server.ns_gone)
		return;
	world_note(w, "user deletes namespace", KS("ns", ns));
	w->server.ns_ending = ns;
	on_ns(w, 0);
}
