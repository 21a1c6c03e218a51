/* SPDX-License-Identifier: Apache-2.0 */
/* Deeds on nodes and processes: what administrators do, and what goes wrong there. */
#include <string.h>

#include "base/mem.h"
#include "test/sim/cluster/lifecycle.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/people/hostile.h"
#include "test/sim/people/user_node.h"
#include "test/sim/stories/runner/parts.h"
#include "test/sim/world/copy.h"

static struct proc *process(struct cluster *cl, const char *name)
{
	struct machine *m = cluster_machine(cl, name);
	if (m)
		return &m->agent;
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		struct proc *p = &cl->coordinator[i];
		if (str_eq(p->host.name, name) ||
		    (str_eq(name, "leader") && p->host.alive && coordinator_leading(p->c)))
			return p;
	}
	return NULL;
}

/* A frozen agent is silence of its node. */
static void freeze(struct cluster *cl, struct proc *p, int64_t ms)
{
	if (p->kind == PROC_AGENT)
		machine_doubt(cluster_machine(cl, p->host.node), cl->world.clock.now_ms + ms);
	proc_pause(p, ms);
}

bool story_on_process(struct story *st, const struct words *w, const char *deed)
{
	struct proc *p = process(st->cluster, word(w, 3));
	if (!p)
		return false;
	if (str_eq(deed, "crash"))
		proc_crash(p, true);
	else if (str_eq(deed, "start"))
		proc_start(p);
	else if (str_eq(deed, "pause"))
		freeze(st->cluster, p, duration_ms(word(w, 4), 1000));
	else
		return false;
	return true;
}

/* A Node with one taint more, or (on false) without those of its key. */
static void taint(struct story *st, const char *node, const char *what, bool on)
{
	const struct version *old = store_find(&st->world->server.store, API_NODE, NULL, node);
	if (!old)
		return;
	struct version *v = version_clone(old);
	struct taint *t = arena_alloc(&v->arena, (v->node.ntaints + 1) * sizeof *t);
	struct taint own = story_taint(&v->arena, what);
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->node.ntaints; i++) {
		if (!str_eq(v->node.taints[i].key, own.key))
			t[n++] = v->node.taints[i];
	}
	if (on)
		t[n++] = own;
	v->node.taints = t;
	v->node.ntaints = n;
	world_note(st->world, on ? "user taints" : "user untaints", KS("node", node),
		   KS("taint", what));
	server_put(&st->world->server, v);
}

/* A ComputeNode of a user's own, whether there is such a Node or not. */
static void apply_compute_node(struct story *st, const char *name)
{
	struct world *world = st->world;
	if (store_find(&world->server.store, API_COMPUTE_NODE, NULL, name))
		return;
	struct version *v = version_new(API_COMPUTE_NODE);
	v->meta.name = copy_str(&v->arena, name);
	v->meta.generation = 1;
	world_note(world, "user creates ComputeNode", KS("node", name));
	server_put(&world->server, v);
}

static void label(struct story *st, const char *node, const char *what, bool compute_node)
{
	size_t eq = strcspn(what, "=");
	const char *key = arena_strndup(&st->arena, what, eq);
	const char *value = what[eq] ? what + eq + 1 : NULL;
	if (compute_node)
		user_label_compute_node(st->world, node, key, value);
	else
		user_label(st->world, node, key, value);
}

static bool on_object(struct story *st, const struct words *w, const char *deed, const char *node)
{
	struct world *world = st->world;
	if (str_eq(deed, "cordon") || str_eq(deed, "uncordon"))
		user_cordon(world, node, *deed == 'c');
	else if (str_eq(deed, "drain"))
		user_evict_node(world, node);
	else if (str_eq(deed, "cordon-cnode") || str_eq(deed, "uncordon-cnode"))
		user_cordon_compute_node(world, node, *deed == 'c');
	else if (str_eq(deed, "delete-cnode"))
		user_delete_compute_node(world, node);
	else if (str_eq(deed, "label") || str_eq(deed, "label-cnode"))
		label(st, node, word(w, 4), str_eq(deed, "label-cnode"));
	else if (str_eq(deed, "resize"))
		user_resize(world, node, "cpu", option_milli(w, "cpu", 1000));
	else if (str_eq(deed, "offer"))
		user_offer(world, node, (uint32_t)option_whole(w, "from", 0),
			   (uint32_t)option_whole(w, "n", 1));
	else if (str_eq(deed, "foreign"))
		user_inventive_pod(world, word(w, 4), node, option_milli(w, "cpu", 0),
				   (uint32_t)option_whole(w, "names", 0));
	else if (str_eq(deed, "nominate"))
		user_nominate(world, word(w, 4), node, option_milli(w, "cpu", 0));
	else if (str_eq(deed, "bind"))
		user_bind(world, word(w, 4));
	else if (str_eq(deed, "withdraw"))
		user_withdraw(world, word(w, 4));
	else if (str_eq(deed, "resize-foreign"))
		user_resize_pod(world, word(w, 4), option_milli(w, "cpu", 0));
	else if (str_eq(deed, "ended-pods"))
		user_ended_pods(world, node, (uint32_t)option_whole(w, "n", 1));
	else if (str_eq(deed, "taint") || str_eq(deed, "untaint"))
		taint(st, node, word(w, 4), *deed == 't');
	else if (str_eq(deed, "foreign-start") && option(w, "claim"))
		user_claim_pod(world, word(w, 4), node, option(w, "claim"));
	else if (str_eq(deed, "foreign-start"))
		user_foreign_pod(world, word(w, 4), node, option_milli(w, "cpu", 0),
				 (uint16_t)option_whole(w, "port", 0));
	else if (str_eq(deed, "foreign-stop"))
		(void)(user_force_delete_pod(world, "kube-system", word(w, 4)) ||
		       user_force_delete_pod(world, "default", word(w, 4)));
	else if (str_eq(deed, "limit"))
		user_limit(world, node, "cpu", option_milli(w, "cpu", 1000));
	else
		return false;
	return true;
}

static bool on_machine(struct story *st, const struct words *w, const char *deed, struct machine *m)
{
	if (str_eq(deed, "cut"))
		machine_cut(m, duration_ms(word(w, 4), 1000));
	else if (str_eq(deed, "break"))
		net_break_node(st->world->net, m->name, str_eq(word(w, 4), "half"));
	else if (str_eq(deed, "register") || str_eq(deed, "unregister"))
		machine_register(m, *deed == 'r');
	else if (str_eq(deed, "power-off"))
		machine_power_off(m);
	else if (str_eq(deed, "power-on"))
		machine_power_on(m);
	else if (str_eq(deed, "kubelet-stop") || str_eq(deed, "kubelet-start"))
		machine_kubelet(m, str_eq(deed, "kubelet-start"));
	else if (str_eq(deed, "lose"))
		machine_lose(m, str_eq(word(w, 4), "kept"));
	else if (str_eq(deed, "unready") || str_eq(deed, "ready"))
		machine_ready(m, str_eq(deed, "ready"));
	else if (str_eq(deed, "evict-start") || str_eq(deed, "evict-stop"))
		m->evicts = str_eq(deed, "evict-start");
	else if (str_eq(deed, "pressure-start") || str_eq(deed, "pressure-stop"))
		m->refuses = str_eq(deed, "pressure-start");
	else if (str_eq(deed, "allow-sysctls"))
		m->allows_sysctls = true;
	else if (str_eq(deed, "hostile") || str_eq(deed, "honest"))
		hostile_node(st->cluster, m->name, str_eq(deed, "hostile"));
	else if (str_eq(deed, "forge") || str_eq(deed, "forge-stolen"))
		hostile_pod(st->world, m->name, word(w, 4), (uint32_t)option_whole(w, "index", 0),
			    (uint32_t)option_whole(w, "attempt", 1), str_eq(deed, "forge-stolen"));
	else if (str_eq(deed, "rival-start"))
		proc_start(&m->rival);
	else if (str_eq(deed, "rival-stop"))
		proc_crash(&m->rival, true);
	else
		return false;
	return true;
}

bool story_on_node(struct story *st, const struct words *w, const char *deed)
{
	struct machine *m = cluster_machine(st->cluster, word(w, 3));
	if (str_eq(deed, "apply") && str_eq(word(w, 3), "node")) {
		apply_compute_node(st, word(w, 4));
		return true;
	}
	if (!m)
		return false;
	return on_object(st, w, deed, m->name) || on_machine(st, w, deed, m);
}
