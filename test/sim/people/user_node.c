/* SPDX-License-Identifier: Apache-2.0 */
/* What people do to Nodes, ComputeNodes and pods. */
#include "test/sim/people/user_node.h"

#include <string.h>

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pod_edit.h"
#include "test/sim/world/pod_make.h"

static struct version *edit(struct world *w, enum api_kind kind, const char *name)
{
	const struct version *old = store_find(&w->server.store, kind, NULL, name);
	return old ? version_clone(old) : NULL;
}

static void put_taint(struct version *v, const struct taint *t, bool on)
{
	struct taint *all = arena_alloc(&v->arena, (v->node.ntaints + 1) * sizeof *all);
	uint32_t left = 0;
	for (uint32_t i = 0; i < v->node.ntaints; i++) {
		if (!str_eq(v->node.taints[i].key, t->key) || v->node.taints[i].effect != t->effect)
			all[left++] = v->node.taints[i];
	}
	if (on)
		all[left++] = *t;
	v->node.taints = all;
	v->node.ntaints = left;
}

/* The node lifecycle controller adds a taint of the same meaning (TaintNodesByCondition). */
bool user_cordon(struct world *w, const char *node, bool on)
{
	static const struct taint unschedulable = {"node.kubernetes.io/unschedulable", "",
						   EFFECT_NO_SCHEDULE};
	struct version *v = edit(w, API_NODE, node);
	if (!v)
		return false;
	put_taint(v, &unschedulable, on);
	world_note(w, on ? "user cordons" : "user uncordons", KS("node", node));
	v->node.unschedulable = on;
	server_put(&w->server, v);
	return true;
}

bool user_cordon_compute_node(struct world *w, const char *node, bool on)
{
	struct version *v = edit(w, API_COMPUTE_NODE, node);
	if (!v)
		return false;
	world_note(w, on ? "user cordons ComputeNode" : "user uncordons ComputeNode",
		   KS("node", node));
	v->compute_node.unschedulable = on;
	v->meta.generation++;
	server_put(&w->server, v);
	return true;
}

static bool label_object(struct world *w, enum api_kind kind, const char *name, const char *key,
			 const char *value)
{
	struct version *v = edit(w, kind, name);
	if (!v)
		return false;
	version_label(v, key, value);
	world_note(w, kind == API_NODE ? "user labels" : "user labels ComputeNode",
		   KS("node", name), KS("key", key), KS("value", value));
	server_put(&w->server, v);
	return true;
}

bool user_label(struct world *w, const char *node, const char *key, const char *value)
{
	return label_object(w, API_NODE, node, key, value);
}

bool user_label_compute_node(struct world *w, const char *node, const char *key, const char *value)
{
	return label_object(w, API_COMPUTE_NODE, node, key, value);
}

bool user_taint(struct world *w, const char *node, const struct taint *t, bool on)
{
	struct version *v = edit(w, API_NODE, node);
	if (!v)
		return false;
	put_taint(v, t, on);
	world_note(w, on ? "user taints" : "user untaints", KS("node", node), KS("key", t->key),
		   KI("effect", t->effect));
	server_put(&w->server, v);
	return true;
}

static struct reslist with_resource(struct arena *a, const struct reslist *l, const char *res,
				    int64_t milli)
{
	struct res *r = arena_alloc(a, (l->n + 1) * sizeof *r);
	uint32_t n = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (!str_eq(l->v[i].name, res))
			r[n++] = l->v[i];
	}
	if (milli >= 0)
		r[n++] = (struct res){copy_str(a, res), milli};
	return (struct reslist){r, n};
}

bool user_resize(struct world *w, const char *node, const char *res, int64_t milli)
{
	struct version *v = edit(w, API_NODE, node);
	if (!v)
		return false;
	v->node.allocatable = with_resource(&v->arena, &v->node.allocatable, res, milli);
	world_note(w, "node resized", KS("node", node), KS("resource", res), KI("milli", milli));
	server_put(&w->server, v);
	return true;
}

bool user_offer(struct world *w, const char *node, uint32_t from, uint32_t n)
{
	struct version *v = edit(w, API_NODE, node);
	if (!v)
		return false;
	const struct reslist *l = &v->node.allocatable;
	struct res *r = arena_alloc(&v->arena, (l->n + n + 1) * sizeof *r);
	uint32_t k = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		if (strncmp(l->v[i].name, RES_OFFERED, sizeof RES_OFFERED - 1) != 0)
			r[k++] = l->v[i];
	}
	for (uint32_t i = from; i < from + n; i++)
		r[k++] = (struct res){arena_printf(&v->arena, RES_OFFERED "%u", i), 8000};
	v->node.allocatable = (struct reslist){r, k};
	world_note(w, "node offers devices", KS("node", node), KI("from", from), KI("n", n));
	server_put(&w->server, v);
	return true;
}

bool user_limit(struct world *w, const char *node, const char *res, int64_t milli)
{
	struct version *v = edit(w, API_COMPUTE_NODE, node);
	if (!v)
		return false;
	v->compute_node.resources =
		with_resource(&v->arena, &v->compute_node.resources, res, milli);
	const char **own = arena_alloc(&v->arena, (v->user_res.n + 1) * sizeof *own);
	for (uint32_t i = 0; i < v->user_res.n; i++)
		own[i] = v->user_res.v[i];
	own[v->user_res.n] = copy_str(&v->arena, res);
	v->user_res = (struct strs){own, v->user_res.n + 1};
	v->meta.generation++;
	world_note(w, "user limits", KS("node", node), KS("resource", res), KI("milli", milli));
	server_put(&w->server, v);
	return true;
}

bool user_delete_compute_node(struct world *w, const char *node)
{
	struct version *v = store_find(&w->server.store, API_COMPUTE_NODE, NULL, node);
	if (!v)
		return false;
	world_note(w, "user deletes ComputeNode", KS("node", node));
	server_delete(&w->server, v);
	return true;
}

/* ---- pods ---- */

bool user_delete_pod(struct world *w, const char *ns, const char *name)
{
	struct version *v = store_find(&w->server.store, API_POD, ns, name);
	if (!v)
		return false;
	world_note(w, "user deletes", KS("pod", name));
	server_delete(&w->server, v);
	return true;
}

/* With grace period 0: the object goes at once, whatever its kubelet does. */
bool user_force_delete_pod(struct world *w, const char *ns, const char *name)
{
	struct version *v = store_find(&w->server.store, API_POD, ns, name);
	if (!v)
		return false;
	world_note(w, "user deletes by force", KS("pod", name));
	store_remove(&w->server.store, v);
	return true;
}

struct delete_loop {
	struct world *world;
	const char *job;
	int64_t until_ms;
};

static bool delete_live(struct world *w, const char *job)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	bool any = false;
	for (uint32_t i = sh->n; i-- > 0;) {
		struct version *v = sh->v[i];
		if (!str_eq(kvs_get(&v->meta.labels, LABEL_JOB_NAME), job) || v->meta.deleted_ms ||
		    pod_ended(v))
			continue;
		server_delete(&w->server, v);
		any = true;
	}
	return any;
}

static void on_delete_again(void *self, uint64_t arg)
{
	struct delete_loop *l = self;
	(void)arg;
	if (l->world->clock.now_ms > l->until_ms)
		return;
	(void)delete_live(l->world, l->job);
	clock_at(&l->world->clock, l->world->clock.now_ms + draw(&l->world->rng, 100, 500),
		 on_delete_again, l, 0);
}

bool user_delete_loop(struct world *w, const char *job, int64_t until_ms)
{
	struct delete_loop *l = arena_alloc(&w->scratch, sizeof *l);
	world_note(w, "user deletes pods again and again", KS("job", job));
	*l = (struct delete_loop){w, copy_str(&w->scratch, job), until_ms};
	clock_at(&w->clock, w->clock.now_ms, on_delete_again, l, 0);
	return delete_live(w, job);
}

bool user_evict_node(struct world *w, const char *node)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	bool any = false;
	world_note(w, "user drains", KS("node", node));
	for (uint32_t i = sh->n; i-- > 0;) {
		struct version *v = sh->v[i];
		if (!str_eq(v->pod.node, node) || v->meta.deleted_ms || pod_ended(v))
			continue;
		struct version *c = version_clone(v);
		pod_set_disrupted(c, "EvictionByEvictionAPI", "", server_wall(&w->server));
		server_delete(&w->server, server_put(&w->server, c));
		any = true;
	}
	return any;
}

static bool put_foreign(struct world *w, const char *name, const char *node, int64_t cpu_milli,
			uint32_t names, uint16_t port)
{
	if (!store_find(&w->server.store, API_NODE, NULL, node) ||
	    store_find(&w->server.store, API_POD, "kube-system", name))
		return false;
	struct version *v =
		pod_make_foreign("kube-system", name, node, cpu_milli, server_wall(&w->server));
	pod_ask_for(v, name, names);
	if (port)
		pod_take_port(v, port);
	world_note(w, "foreign pod", KS("pod", name), KS("node", node), KI("cpu", cpu_milli),
		   KI("port", port));
	server_put(&w->server, v);
	return true;
}

bool user_nominate(struct world *w, const char *name, const char *node, int64_t cpu_milli)
{
	if (store_find(&w->server.store, API_POD, "kube-system", name))
		return false;
	world_note(w, "pod nominated", KS("pod", name), KS("node", node), KI("cpu", cpu_milli));
	server_put(&w->server, pod_make_nominated("kube-system", name, node, cpu_milli));
	return true;
}

bool user_bind(struct world *w, const char *name)
{
	const struct version *v = store_find(&w->server.store, API_POD, "kube-system", name);
	if (!v || *str_or_empty(v->pod.node))
		return false;
	struct version *c = version_clone(v);
	world_note(w, "pod bound", KS("pod", name), KS("node", v->pod.nominated));
	pod_bind(c, server_wall(&w->server));
	server_put(&w->server, c);
	return true;
}

bool user_withdraw(struct world *w, const char *name)
{
	const struct version *v = store_find(&w->server.store, API_POD, "kube-system", name);
	if (!v)
		return false;
	world_note(w, "pod withdrawn", KS("pod", name));
	server_delete_now(&w->server, v); /* no kubelet has it, or it ends at once */
	return true;
}

bool user_resize_pod(struct world *w, const char *name, int64_t cpu_milli)
{
	const struct version *v = store_find(&w->server.store, API_POD, "kube-system", name);
	if (!v || pod_ended(v))
		return false;
	struct version *c = version_clone(v);
	world_note(w, "user resizes", KS("pod", name), KI("cpu", cpu_milli));
	pod_desire_cpu(c, cpu_milli);
	server_put(&w->server, c);
	return true;
}

bool user_resize_any_pod(struct world *w, const char *node, int64_t cpu_milli)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.ns, "kube-system") && str_eq(sh->v[i]->pod.node, node))
			return user_resize_pod(w, sh->v[i]->meta.name, cpu_milli);
	}
	return false;
}

bool user_inventive_pod(struct world *w, const char *name, const char *node, int64_t cpu_milli,
			uint32_t names)
{
	return put_foreign(w, name, node, cpu_milli, names, 0);
}

bool user_foreign_pod(struct world *w, const char *name, const char *node, int64_t cpu_milli,
		      uint16_t port)
{
	return put_foreign(w, name, node, cpu_milli, 0, port);
}

bool user_claim_pod(struct world *w, const char *name, const char *node, const char *claim)
{
	if (!store_find(&w->server.store, API_NODE, NULL, node) ||
	    store_find(&w->server.store, API_POD, "default", name))
		return false;
	struct version *v = pod_make_foreign("default", name, node, 100, server_wall(&w->server));
	v->command = arena_printf(&v->arena, "%s claim=%s", v->command, claim);
	world_note(w, "foreign pod", KS("pod", name), KS("node", node), KS("claim", claim));
	server_put(&w->server, v);
	return true;
}

bool user_ended_pods(struct world *w, const char *node, uint32_t n)
{
	if (!store_find(&w->server.store, API_NODE, NULL, node))
		return false;
	world_note(w, "pods of others have ended", KS("node", node), KI("n", n));
	for (uint32_t i = 0; i < n; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(64);
		buf_printf(&name, "%s-%u", node, i);
		int64_t now_ms = server_wall(&w->server);
		struct version *v = pod_make_foreign("cron", buf_str(&name), node, 100, now_ms);
		pod_running_end(v, i % 2 ? 0 : 1, i % 2 ? "Completed" : "Error", now_ms);
		pod_set_phase(v, i % 2 ? "Succeeded" : "Failed");
		server_put(&w->server, v);
	}
	return true;
}

bool user_collect_finished(struct world *w, uint32_t keep)
{
	const struct shelf *sh = &w->server.store.shelf[API_POD];
	uint32_t finished = 0;
	bool any = false;
	for (uint32_t i = 0; i < sh->n; i++)
		finished += pod_ended(sh->v[i]);
	for (; finished > keep; finished--) {
		const struct version *oldest = NULL;
		for (uint32_t i = 0; i < sh->n; i++) {
			if (pod_ended(sh->v[i]) &&
			    (!oldest || sh->v[i]->meta.created_ms < oldest->meta.created_ms))
				oldest = sh->v[i];
		}
		store_remove(&w->server.store, oldest);
		any = true;
	}
	return any;
}
