/* SPDX-License-Identifier: Apache-2.0 */
/* As KEP-1287: what a pod desires is promised and done when its kubelet has looked, or can never be
 * done on this node. Until then its status has what it had. */
#include "test/sim/cluster/resize.h"

#include <stdlib.h>

#include "model/quantity.h"
#include "test/sim/world/pod_edit.h"

static void on_resize(void *self, uint64_t uid);

static void look_again(struct cluster *cl, uint64_t uid)
{
	clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 300, 2000),
		 on_resize, cl, uid);
}

static const struct version *find(const struct cluster *cl, uint64_t uid)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (strtoull(sh->v[i]->meta.uid + 1, NULL, 10) == uid)
			return sh->v[i];
	}
	return NULL;
}

static void on_resize(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	const struct version *pod = find(cl, uid);
	const struct machine *m = pod ? cluster_machine(cl, pod->pod.node) : NULL;
	const struct version *node =
		m ? store_find(&cl->world.server.store, API_NODE, NULL, m->name) : NULL;
	if (!node || pod_ended(pod) || pod->meta.deleted_ms)
		return;
	if (m->down || m->kubelet_down || m->cut_until_ms > cl->world.clock.now_ms) {
		look_again(cl, uid);
		return;
	}
	struct version *c = version_clone(pod);
	server_count(&cl->world.server, FACT_RESIZED);
	if (pod->desired_milli > reslist_get(&node->node.allocatable, "cpu"))
		pod_set_condition(c, "PodResizePending", true, "Infeasible", NULL,
				  server_wall(&cl->world.server));
	else
		pod_tell_cpu(c, pod->desired_milli);
	server_put(&cl->world.server, c);
}

void resize_change(struct cluster *cl, const struct change *ch)
{
	if (ch->now->kind == API_POD && ch->prev && ch->ev == WATCH_MODIFIED &&
	    ch->now->desired_milli != ch->prev->desired_milli)
		look_again(cl, strtoull(ch->now->meta.uid + 1, NULL, 10));
}
