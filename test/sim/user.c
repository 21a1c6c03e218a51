/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "copy.h"
#include "sim.h"

static const char ns[] = "default";

struct version *user_job(struct sim *s, const char *name)
{
	return store_find(&s->server.store, API_JOB, ns, name);
}

void user_set_template(struct version *v, const char *text)
{
	char hex[17];
	struct job_spec *spec = &v->job.spec;
	struct template_facts t = template_parse(&v->arena, text);
	struct reslist requests = {t.requests, t.nrequests};
	hash_hex(hash_str(0, text), hex);
	spec->template_hash = copy_str(&v->arena, hex);
	spec->template_text = copy_str(&v->arena, text);
	spec->requests = copy_reslist(&v->arena, &requests);
}

static void set_spec(struct version *v, const struct job_want *w)
{
	struct job_spec *spec = &v->job.spec;
	uint32_t min = w->min_parallelism ? w->min_parallelism : w->parallelism;
	spec->parallelism = w->parallelism;
	spec->min_parallelism = min < w->parallelism ? min : w->parallelism;
	spec->priority = w->priority;
	spec->suspend = w->suspend;
	spec->backoff_limit = w->backoff_limit;
	spec->active_deadline_s = w->deadline_s;
	spec->ttl_s = w->ttl_s;
	spec->on_node_loss = w->on_node_loss;
	spec->max_unavailable = 1;
	spec->credentials = w->credentials;
	user_set_template(v, w->template_text);
	if (w->selector_key) {
		struct kv *kv = arena_alloc(&v->arena, sizeof *kv);
		*kv = (struct kv){copy_str(&v->arena, w->selector_key),
				  copy_str(&v->arena, w->selector_value)};
		spec->node_selector = (struct kvs){kv, 1};
	}
}

void user_apply_job(struct sim *s, const struct job_want *w)
{
	const struct version *old = user_job(s, w->name);
	struct version *v = old ? version_clone(old) : version_new(API_JOB);
	if (!old)
		v->meta = (struct meta){.ns = ns, .name = copy_str(&v->arena, w->name)};
	v->meta.generation++;
	set_spec(v, w);
	sim_note(s, old ? "user changes" : "user creates", KS("job", w->name));
	server_put(&s->server, v);
}

void user_delete_job(struct sim *s, const char *name, enum deletion how)
{
	struct version *v = user_job(s, name);
	if (!v)
		return;
	sim_note(s, "user deletes", KS("job", name));
	if (how != DELETE_BACKGROUND) {
		struct version *c = version_clone(v);
		c->foreground = how == DELETE_FOREGROUND;
		c->meta.orphan_finalizer = how == DELETE_ORPHAN;
		c->meta.deleted_ms = server_wall(&s->server);
		c->meta.generation++;
		server_put(&s->server, c);
		return;
	}
	server_delete(&s->server, v);
}

static bool final_state(const struct version *v)
{
	return v->job.status.state == JOB_COMPLETED || v->job.status.state == JOB_FAILED;
}

/* A finished job's spec is immutable (CEL): the server refuses, nothing changes. */
static struct version *edit_job(struct sim *s, const char *name, const char *what)
{
	const struct version *old = user_job(s, name);
	if (!old || final_state(old) || old->meta.deleted_ms)
		return NULL;
	struct version *v = version_clone(old);
	v->meta.generation++;
	sim_note(s, what, KS("job", name));
	return v;
}

void user_scale(struct sim *s, const char *name, uint32_t parallelism)
{
	struct version *v = edit_job(s, name, "user scales");
	if (!v)
		return;
	struct job_spec *spec = &v->job.spec;
	bool gang = spec->min_parallelism == spec->parallelism;
	spec->parallelism = parallelism;
	if (gang || spec->min_parallelism > parallelism)
		spec->min_parallelism = parallelism;
	server_put(&s->server, v);
}

void user_suspend(struct sim *s, const char *name, bool suspend)
{
	struct version *v = edit_job(s, name, suspend ? "user suspends" : "user resumes");
	if (!v)
		return;
	v->job.spec.suspend = suspend;
	server_put(&s->server, v);
}

static void put_label(struct version *v, const char *key, const char *value)
{
	struct kv *l = arena_alloc(&v->arena, (v->meta.labels.n + 1) * sizeof *l);
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->meta.labels.n; i++) {
		if (!str_eq(v->meta.labels.v[i].key, key))
			l[n++] = v->meta.labels.v[i];
	}
	if (value)
		l[n++] = (struct kv){copy_str(&v->arena, key), copy_str(&v->arena, value)};
	v->meta.labels = (struct kvs){l, n};
}

void user_touch(struct sim *s, const char *name)
{
	const struct version *old = user_job(s, name);
	if (!old)
		return;
	struct version *v = version_clone(old);
	put_label(v, "touched", v->meta.rv);
	sim_note(s, "user labels", KS("job", name));
	server_put(&s->server, v);
}

static struct version *edit(struct sim *s, enum api_kind kind, const char *name)
{
	const struct version *old = store_find(&s->server.store, kind, NULL, name);
	return old ? version_clone(old) : NULL;
}

void user_cordon(struct sim *s, const char *node, bool on)
{
	struct version *v = edit(s, API_NODE, node);
	if (!v)
		return;
	sim_note(s, on ? "user cordons" : "user uncordons", KS("node", node));
	v->node.unschedulable = on;
	server_put(&s->server, v);
}

void user_cordon_cnode(struct sim *s, const char *node, bool on)
{
	struct version *v = edit(s, API_CNODE, node);
	if (!v)
		return;
	sim_note(s, on ? "user cordons ComputeNode" : "user uncordons ComputeNode",
		 KS("node", node));
	v->cnode.unschedulable = on;
	v->meta.generation++;
	server_put(&s->server, v);
}

void user_label(struct sim *s, const char *node, const char *key, const char *value)
{
	struct version *v = edit(s, API_NODE, node);
	if (!v)
		return;
	put_label(v, key, value);
	sim_note(s, "user labels", KS("node", node), KS("key", key), KS("value", value));
	server_put(&s->server, v);
}

void user_delete_pod(struct sim *s, const char *pod_ns, const char *name)
{
	struct version *v = store_find(&s->server.store, API_POD, pod_ns, name);
	if (!v)
		return;
	sim_note(s, "user deletes", KS("pod", name));
	server_delete(&s->server, v);
}

void user_evict_node(struct sim *s, const char *node)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	sim_note(s, "user drains", KS("node", node));
	for (uint32_t i = sh->n; i-- > 0;) {
		struct version *v = sh->v[i];
		if (!str_eq(v->pod.node, node) || v->meta.deleted_ms ||
		    v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED)
			continue;
		struct version *c = version_clone(v);
		c->pod.disruption_target = true;
		c->pod.disruption_reason = "EvictionByEvictionAPI";
		server_delete(&s->server, server_put(&s->server, c));
	}
}

void user_limit(struct sim *s, const char *node, const char *res, int64_t milli)
{
	struct version *v = edit(s, API_CNODE, node);
	if (!v)
		return;
	uint32_t n = 0;
	struct res *r = arena_alloc(&v->arena, (v->cnode.resources.n + 1) * sizeof *r);
	for (uint32_t i = 0; i < v->cnode.resources.n; i++) {
		if (!str_eq(v->cnode.resources.v[i].name, res))
			r[n++] = v->cnode.resources.v[i];
	}
	r[n++] = (struct res){copy_str(&v->arena, res), milli};
	v->cnode.resources = (struct reslist){r, n};
	const char **own = arena_alloc(&v->arena, (v->user_res.n + 1) * sizeof *own);
	for (uint32_t i = 0; i < v->user_res.n; i++)
		own[i] = v->user_res.v[i];
	own[v->user_res.n] = copy_str(&v->arena, res);
	v->user_res = (struct strs){own, v->user_res.n + 1};
	v->meta.generation++;
	sim_note(s, "user limits", KS("node", node), KS("resource", res), KI("milli", milli));
	server_put(&s->server, v);
}

void user_delete_cnode(struct sim *s, const char *node)
{
	struct version *v = store_find(&s->server.store, API_CNODE, NULL, node);
	if (!v)
		return;
	sim_note(s, "user deletes ComputeNode", KS("node", node));
	server_delete(&s->server, v);
}
