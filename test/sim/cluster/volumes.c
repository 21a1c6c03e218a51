/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/cluster/volumes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/needed.h"

static uint64_t number(const struct version *v)
{
	return strtoull(v->meta.uid + 1, NULL, 10);
}

static struct version *by_number(struct cluster *cl, enum api_kind kind, uint64_t uid)
{
	const struct shelf *sh = &cl->world.server.store.shelf[kind];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (number(sh->v[i]) == uid)
			return sh->v[i];
	}
	return NULL;
}

static void bind(struct cluster *cl, const struct version *claim, const char *volume)
{
	struct version *c = version_clone(claim);
	c->needed.bound = true;
	c->needed.volume = copy_str(&c->arena, volume);
	server_count(&cl->world.server, FACT_CLAIM_BOUND);
	world_note(&cl->world, "claim bound", KS("claim", c->meta.name), KS("volume", volume));
	server_put(&cl->world.server, c);
}

/* The node is full, say: the provisioner takes the node away, so that another is chosen. */
static void give_up(struct cluster *cl, const struct version *claim)
{
	struct version *c = version_clone(claim);
	world_note(&cl->world, "volume not made", KS("claim", c->meta.name),
		   KS("node", c->needed.selected_node));
	c->needed.selected_node = "";
	server_count(&cl->world.server, FACT_CHOICE_TAKEN_BACK);
	server_put(&cl->world.server, c);
}

/* Whether the node is one of "n1,n2". */
static bool listed(const char *names, const char *node)
{
	size_t n = strlen(node);
	for (const char *p = str_or_empty(names); *p; p += strcspn(p, ","), p += *p == ',') {
		if (strcspn(p, ",") == n && !strncmp(p, node, n))
			return true;
	}
	return false;
}

static void on_provision(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	const struct server *s = &cl->world.server;
	const struct version *claim = by_number(cl, API_CLAIM, uid);
	if (!claim || claim->needed.bound || !*claim->needed.selected_node)
		return;
	const struct version *node =
		store_find(&s->store, API_NODE, NULL, claim->needed.selected_node);
	if (listed(s->no_volumes_on, claim->needed.selected_node) ||
	    (node && !needed_makes(&s->store, &claim->needed, node)) ||
	    draw_percent(&cl->world.rng, s->volumes_fail)) {
		give_up(cl, claim);
		return;
	}
	struct version *v = version_new(API_VOLUME);
	struct arena *a = &v->arena;
	v->needed = (struct needed){.volume = "",
				    .selected_node = "",
				    .provisioner = "",
				    .storage_class = copy_str(a, claim->needed.storage_class),
				    .modes = claim->needed.modes,
				    .bytes = claim->needed.bytes,
				    .taken = true};
	v->needed.where[0] = needed_on(a, "kubernetes.io/hostname", claim->needed.selected_node);
	v->meta.name = arena_printf(a, "pvc-%s", claim->meta.uid);
	const char *name = v->meta.name;
	server_put(&cl->world.server, v);
	bind(cl, claim, name);
}

/* A volume was given to a claim. */
static void on_given(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	const struct version *v = by_number(cl, API_VOLUME, uid);
	const struct version *claim =
		v ? store_find(&cl->world.server.store, API_CLAIM, v->claim_ns, v->claim_name)
		  : NULL;
	if (claim && !claim->needed.bound && cl->world.server.binder_stopped)
		clock_at(&cl->world.clock, cl->world.clock.now_ms + 1000, on_given, cl, uid);
	else if (claim && !claim->needed.bound)
		bind(cl, claim, v->meta.name);
}

void volumes_change(struct cluster *cl, const struct change *ch)
{
	const struct version *v = ch->now;
	struct clock *clock = &cl->world.clock;
	if (ch->ev == WATCH_DELETED)
		return;
	if (v->kind == API_CLAIM && !v->needed.bound && *str_or_empty(v->needed.selected_node))
		clock_at(clock, clock->now_ms + draw(&cl->world.rng, 500, 4000), on_provision, cl,
			 number(v));
	if (v->kind == API_VOLUME && v->claim_name)
		clock_at(clock, clock->now_ms + draw(&cl->world.rng, 300, 1500), on_given, cl,
			 number(v));
}
