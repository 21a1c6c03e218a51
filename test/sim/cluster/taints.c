/* SPDX-License-Identifier: Apache-2.0 */
/* The taint eviction controller: a pod that does not tolerate a NoExecute taint of its Node goes.
 * (What not-ready and unreachable do comes 300 s later and is the lifecycle's.) And the pod garbage
 * collector's part: on a Node out of service, what is to go is removed without its kubelet. */
#include "test/sim/cluster/taints.h"

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/world/pod_edit.h"
#include "test/sim/world/template.h"

enum { POD_GC_MS = 20000 };

bool taint_of_readiness(const struct taint *t)
{
	return str_eq(t->key, TAINT_NOT_READY) || str_eq(t->key, TAINT_UNREACHABLE);
}

static bool tolerates(const struct version *pod, const struct taint *t)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 20);
	struct template_facts f = template_parse(&a, str_or_empty(pod->command));
	for (uint32_t i = 0; !f.briefly && i < f.ntolerations; i++) {
		if (toleration_tolerates(&f.tolerations[i], t))
			return true;
	}
	return false;
}

static bool evicts(struct cluster *cl, const struct version *node, const struct version *pod)
{
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		const struct taint *t = &node->node.taints[i];
		if (t->effect != EFFECT_NO_EXECUTE || taint_of_readiness(t))
			continue;
		if (!tolerates(pod, t))
			return true;
		server_count(&cl->world.server, FACT_TAINT_TOLERATED);
	}
	return false;
}

bool taint_out_of_service(const struct version *node)
{
	for (uint32_t i = 0; i < node->node.ntaints; i++) {
		if (str_eq(node->node.taints[i].key, TAINT_OUT_OF_SERVICE))
			return true;
	}
	return false;
}

/* As the pod garbage collector takes it. */
static bool out_of_service(const struct version *node)
{
	return taint_out_of_service(node) && node->node.ready != COND_TRUE;
}

static void on_pod_gc(void *self, uint64_t arg)
{
	struct machine *m = self;
	struct cluster *cl = m->cluster;
	const struct version *node = store_find(&cl->world.server.store, API_NODE, NULL, m->name);
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	(void)arg;
	for (uint32_t i = sh->n; node && out_of_service(node) && i-- > 0;) {
		if (!str_eq(sh->v[i]->pod.node, m->name) || !sh->v[i]->meta.deleted_ms)
			continue;
		server_count(&cl->world.server, FACT_OUT_OF_SERVICE_GONE);
		store_remove(&cl->world.server.store, sh->v[i]);
	}
}

static void on_taints(void *self, uint64_t arg)
{
	struct machine *m = self;
	struct cluster *cl = m->cluster;
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	(void)arg;
	for (uint32_t i = sh->n; i-- > 0;) {
		const struct version *node =
			store_find(&cl->world.server.store, API_NODE, NULL, m->name);
		const struct version *pod = sh->v[i];
		if (!node || !str_eq(pod->pod.node, m->name) || pod->meta.deleted_ms ||
		    pod_ended(pod) || !evicts(cl, node, pod))
			continue;
		struct version *c = version_clone(pod);
		pod_set_disrupted(c, "DeletionByTaintManager", "", server_wall(&cl->world.server));
		server_count(&cl->world.server, FACT_TAINT_EVICTED);
		server_delete(&cl->world.server, server_put(&cl->world.server, c));
	}
	clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 0, POD_GC_MS),
		 on_pod_gc, m, 0);
}

void taints_change(struct cluster *cl, const struct change *ch)
{
	const char *name = ch->now->kind == API_NODE  ? ch->now->meta.name
			   : ch->now->kind == API_POD ? ch->now->pod.node
						      : "";
	struct machine *m = ch->ev == WATCH_DELETED ? NULL : cluster_machine(cl, name);
	const struct version *node =
		m ? store_find(&cl->world.server.store, API_NODE, NULL, name) : NULL;
	if (node && ch->now->kind == API_NODE && m->down && taint_out_of_service(node))
		m->unregistered_ms =
			cl->world.clock.now_ms; /* whoever says so says that nothing runs there */
	if (node && node->node.ntaints && (ch->now->kind == API_NODE || !ch->prev))
		clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 50, 800),
			 on_taints, m, 0);
}
