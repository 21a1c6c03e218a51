/* SPDX-License-Identifier: Apache-2.0 */
/* A provisioner is asked for a volume only on a node where it says that it can make one, and only
 * if no volume that is there would do on that node (FindPodVolumes of kube-scheduler). */
#include "test/sim/checks/choices.h"

#include "test/sim/world/needed.h"

/* So long what was read before may count; a list of volumes that are there is younger. */
enum { READ_MS = 70000, LISTED_MS = 40000 };

void check_choice(struct checks *c, const struct version *was, const struct version *claim)
{
	const struct store *s = &c->world->server.store;
	const char *name = str_or_empty(claim->needed.selected_node);
	const struct version *node = store_find(s, API_NODE, NULL, name);
	if (!was || *str_or_empty(was->needed.selected_node) || !node ||
	    check_changed_lately(c, name) || c->world->server.reads_fail)
		return;
	if (c->world->clock.now_ms > check_changed_at(c, CHANGED_ROOM) + READ_MS &&
	    !needed_makes(s, &claim->needed, node))
		world_fail(c->world, "choice",
			   "the volume of %s is to be made on %s, which has no "
			   "room for it",
			   claim->meta.name, name);
	if (!conns_rough(c->world->conns) &&
	    needed_is_there(s, &claim->needed, node, server_wall(&c->world->server) - LISTED_MS))
		world_fail(c->world, "choice",
			   "the volume of %s is to be made on %s, where there is one",
			   claim->meta.name, name);
}
