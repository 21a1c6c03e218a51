/* SPDX-License-Identifier: Apache-2.0 */
/* As the kubelet's admit handlers: a refused pod is Failed with a reason, without a condition
 * DisruptionTarget and without any status of a container. */
#include "test/sim/cluster/admit.h"

#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "test/sim/world/needed.h"

/* What the kubelet admitted and not ended yet. */
static int64_t used(const struct cluster *cl, const struct version *pod, const char *res)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	int64_t sum = 0;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (sh->v[i]->admitted && !pod_ended(sh->v[i]) &&
		    str_eq(sh->v[i]->pod.node, pod->pod.node))
			sum += str_eq(res, "pods") ? 1000
						   : reslist_get(&sh->v[i]->pod.requests, res);
	}
	return sum;
}

static const char *lacking(const struct cluster *cl, const struct version *pod)
{
	const struct version *node =
		store_find(&cl->world.server.store, API_NODE, NULL, pod->pod.node);
	for (uint32_t i = 0; node && i < pod->pod.requests.n; i++) {
		const struct res *r = &pod->pod.requests.v[i];
		if (used(cl, pod, r->name) + r->milli >
		    reslist_get(&node->node.allocatable, r->name))
			return r->name;
	}
	return node && used(cl, pod, "pods") + 1000 > reslist_get(&node->node.allocatable, "pods")
		       ? "pods"
		       : NULL;
}

/* Only what the kubelet has admitted counts (nodeports.Fits). */
static bool ports_taken(const struct cluster *cl, const struct version *pod)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->pod.node, pod->pod.node) && sh->v[i]->pod.started &&
		    !pod_ended(sh->v[i]) && !str_eq(sh->v[i]->meta.uid, pod->meta.uid) &&
		    host_ports_conflict(&sh->v[i]->pod.ports, &pod->pod.ports))
			return true;
	}
	return false;
}

/* The pod's own nodeSelector, as its RuntimeClass has it. */
static bool mismatched(const struct cluster *cl, const struct version *pod)
{
	const struct version *node =
		store_find(&cl->world.server.store, API_NODE, NULL, pod->pod.node);
	const struct needed own = {.where = {pod->where}};
	const struct kvs *l = &pod->pod.where.node_selector;
	for (uint32_t i = 0; node && i < l->n; i++) {
		if (!str_eq(kvs_get(&node->meta.labels, l->v[i].key), l->v[i].val))
			return true;
	}
	return node && !needed_admits(&own, node);
}

bool admit_forbids(const struct machine *m, const struct template_facts *t)
{
	uint32_t i = (uint32_t)(m - m->cluster->machine);
	return t->sysctl && !m->allows_sysctls && i % t->sysctl == 0;
}

struct refused admit_refuses(struct machine *m, struct version *pod, const struct template_facts *t,
			     uint32_t refusals)
{
	if (admit_forbids(m, t)) {
		server_count(&m->cluster->world.server, FACT_SHAPE_REFUSED);
		return (struct refused){"SysctlForbidden", "Pod was rejected: forbidden sysctl: "
							   "\"kernel.msgmax\" not allowlisted"};
	}
	if (m->refuses) {
		server_count(&m->cluster->world.server, FACT_PRESSURE_REFUSED);
		return (struct refused){
			"Evicted", "Pod was rejected: The node had condition: [DiskPressure]. "};
	}
	const char *lack = refusals < t->refuse ? "cpu" : lacking(m->cluster, pod);
	if (!lack && mismatched(m->cluster, pod))
		return (struct refused){"NodeAffinity",
					"Pod was rejected: Predicate NodeAffinity failed: node(s) "
					"didn't match Pod's node affinity/selector"};
	if (!lack && ports_taken(m->cluster, pod))
		return (struct refused){
			"NodePorts", "Pod was rejected: Predicate NodePorts failed: node(s) didn't "
				     "have free ports for the requested pod ports"};
	if (!lack)
		return (struct refused){NULL, NULL};
	return (struct refused){arena_printf(&pod->arena, "OutOf%s", lack),
				"Pod was rejected: the node is out of it"};
}
