/* SPDX-License-Identifier: Apache-2.0 */
/* Node objects and the node lifecycle controller's part: a Node that says nothing for 40 s is not
 * ready and tainted, after 300 s more its pods are deleted; pods of a Node that is gone go too. */
#include "test/sim/cluster/lifecycle.h"

#include <stdlib.h>

#include "base/mem.h"
#include "test/sim/cluster/kubelet.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/cluster/taints.h"
#include "test/sim/world/copy.h"
#include "test/sim/world/pod_edit.h"

enum {
	LIFECYCLE_GRACE_MS = 40000,
	EVICTION_MS = 300000,
	POD_GC_MS = 20000,
	CLOUD_MS = 60000,
	GIVEN_UP_MS = 55000
}; /* a little less than --node-not-ready-grace */

/* A Node that is not Ready has one of two taints, with both effects; others' taints stay. */
static void set_ready_taints(struct version *v)
{
	struct taint *out = arena_alloc(&v->arena, (v->node.ntaints + 2) * sizeof *out);
	const char *key = v->node.ready == COND_UNKNOWN ? TAINT_UNREACHABLE : TAINT_NOT_READY;
	uint32_t n = 0;
	for (uint32_t i = 0; i < v->node.ntaints; i++) {
		if (!taint_of_readiness(&v->node.taints[i]))
			out[n++] = v->node.taints[i];
	}
	if (v->node.ready != COND_TRUE) {
		out[n++] = (struct taint){key, "", EFFECT_NO_SCHEDULE};
		out[n++] = (struct taint){key, "", EFFECT_NO_EXECUTE};
	}
	v->node.taints = out;
	v->node.ntaints = n;
}

/* Machines of three kinds: some have an extended resource, some have very many, more than a
 * ComputeNode lists. */
static struct reslist offered(const struct machine *m, struct arena *a)
{
	enum { MANY = 70 };
	const struct cluster_config *cfg = &m->cluster->cfg;
	uint32_t i = (uint32_t)(m - m->cluster->machine), n = 3;
	struct res *r = arena_alloc(a, (n + MANY) * sizeof *r);
	r[0] = (struct res){"cpu", cfg->cpu_milli};
	r[1] = (struct res){"memory", cfg->memory_milli};
	r[2] = (struct res){"pods", 110000};
	if (cfg->labelled && i % 3 == 0)
		r[n++] = (struct res){RES_GPU, 2000};
	for (uint32_t k = 0; cfg->labelled && i == 2 && k < MANY; k++)
		r[n++] = (struct res){arena_printf(a, "example.com/r%u", k), 8000};
	return (struct reslist){r, n};
}

/* What a machine's kubelet registers; what was done to a Node before is lost with it. */
static void new_node(const struct machine *m, struct version *v)
{
	const struct cluster_config *cfg = &m->cluster->cfg;
	uint32_t i = (uint32_t)(m - m->cluster->machine);
	v->node.allocatable = offered(m, &v->arena);
	v->meta.name = copy_str(&v->arena, m->name);
	version_label(v, "kubernetes.io/hostname", m->name);
	if (!cfg->labelled)
		return;
	version_label(v, "zone", i % 2 ? "b" : "a");
	version_label(v, "rack", i % 3 == 2 ? "high" : "low");
	version_label(v, "size", arena_printf(&v->arena, "%u", i + 1));
}

static void put_node(struct machine *m, enum cond_status ready, const char *reason)
{
	struct cluster *cl = m->cluster;
	const struct version *old = store_find(&cl->world.server.store, API_NODE, NULL, m->name);
	if (!old && !m->registered)
		return;
	struct version *v = old ? version_clone(old) : version_new(API_NODE);
	if (!old)
		new_node(m, v);
	v->node.ready = ready;
	v->node.ready_reason = reason;
	v->node.boot_id = arena_printf(&v->arena, "boot-%s-%u", m->name, m->boots);
	set_ready_taints(v);
	server_put(&cl->world.server, v);
}

/* What its kubelet says of itself. */
static void put_kubelets_word(struct machine *m)
{
	put_node(m, m->unready ? COND_FALSE : COND_TRUE,
		 m->unready ? "KubeletNotReady" : "KubeletReady");
}

void machine_doubt(struct machine *m, int64_t until_ms)
{
	m->faulty_ms = until_ms > m->faulty_ms ? until_ms : m->faulty_ms;
}

bool machine_given_up(const struct machine *m)
{
	return m->unready && m->cluster->world.clock.now_ms >= m->unready_ms + GIVEN_UP_MS;
}

static void on_evict(void *self, uint64_t absence)
{
	struct machine *m = self;
	struct cluster *cl = m->cluster;
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	if (!machine_absent(m) || absence != m->absences)
		return;
	for (uint32_t i = sh->n; i-- > 0;) {
		if (!str_eq(sh->v[i]->pod.node, m->name) || sh->v[i]->meta.deleted_ms ||
		    pod_ended(sh->v[i]))
			continue;
		struct version *c = version_clone(sh->v[i]);
		pod_set_disrupted(c, "DeletionByTaintManager", "", server_wall(&cl->world.server));
		server_count(&cl->world.server, FACT_EVICTED_AWAY);
		server_delete(&cl->world.server, server_put(&cl->world.server, c));
	}
}

static void on_lifecycle(void *self, uint64_t absence)
{
	struct machine *m = self;
	if (!machine_absent(m) || absence != m->absences)
		return;
	put_node(m, COND_UNKNOWN, "NodeStatusUnknown");
	clock_at(&m->cluster->world.clock, m->cluster->world.clock.now_ms + EVICTION_MS, on_evict,
		 m, absence);
}

static void goes_absent(struct machine *m)
{
	m->absences++;
	clock_at(&m->cluster->world.clock, m->cluster->world.clock.now_ms + LIFECYCLE_GRACE_MS,
		 on_lifecycle, m, m->absences);
}

/* The kubelet talks again: it looks at all its pods. After a reboot what ran has ended. */
static void comes_back(struct machine *m, bool rebooted)
{
	struct cluster *cl = m->cluster;
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	machine_doubt(m, cl->world.clock.now_ms);
	put_kubelets_word(m);
	for (uint32_t i = sh->n; i-- > 0;) {
		if (str_eq(sh->v[i]->pod.node, m->name))
			kubelet_look(cl, sh->v[i], rebooted);
	}
}

static void on_network_back(void *self, uint64_t absence)
{
	struct machine *m = self;
	(void)absence;
	if (!machine_absent(m))
		comes_back(m, false);
}

void machine_cut(struct machine *m, int64_t ms)
{
	struct cluster *cl = m->cluster;
	m->cut_until_ms = cl->world.clock.now_ms + ms;
	machine_doubt(m, m->cut_until_ms);
	world_note(&cl->world, "node off the network", KS("node", m->name), KI("ms", ms));
	net_cut_node(cl->world.net, m->name, m->cut_until_ms);
	conns_blackhole(cl->world.conns, m->agent.host.name, m->cut_until_ms);
	goes_absent(m);
	clock_at(&cl->world.clock, m->cut_until_ms, on_network_back, m, m->absences);
}

/* The pod garbage collector: pods of a Node that is gone for long go without their kubelet. */
static void on_pod_gc(void *self, uint64_t arg)
{
	struct machine *m = self;
	struct cluster *cl = m->cluster;
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	(void)arg;
	for (uint32_t i = sh->n; i-- > 0 && !m->registered;) {
		if (str_eq(sh->v[i]->pod.node, m->name)) {
			server_count(&cl->world.server, FACT_NODE_PODS_GONE);
			store_remove(&cl->world.server.store, sh->v[i]);
		}
	}
}

void machine_register(struct machine *m, bool on)
{
	struct cluster *cl = m->cluster;
	const struct version *v = store_find(&cl->world.server.store, API_NODE, NULL, m->name);
	machine_doubt(m, cl->world.clock.now_ms);
	if (m->registered == on || (on && m->gone))
		return;
	m->registered = on;
	world_note(&cl->world, on ? "Node registered" : "Node deleted", KS("node", m->name));
	if (on && machine_absent(m))
		put_node(m, COND_UNKNOWN, "NodeStatusUnknown");
	else if (on)
		put_kubelets_word(m);
	if (on)
		return;
	m->unregistered_ms = cl->world.clock.now_ms;
	if (v)
		server_delete(&cl->world.server, v);
	clock_at(&cl->world.clock, cl->world.clock.now_ms + POD_GC_MS, on_pod_gc, m, 0);
}

void machine_start_agent(struct machine *m)
{
	if (!m->agentless)
		proc_start(&m->agent);
}

void machine_power_off(struct machine *m)
{
	m->down = true;
	machine_doubt(m, m->cluster->world.clock.now_ms);
	world_note(&m->cluster->world, "power off", KS("node", m->name));
	proc_crash(&m->agent, false);
	proc_crash(&m->rival, false);
	goes_absent(m);
}

void machine_power_on(struct machine *m)
{
	if (!m->down || m->gone)
		return;
	m->down = m->kubelet_down = false;
	m->cut_until_ms = 0;
	net_cut_node(m->cluster->world.net, m->name, 0);
	m->boots++;
	world_note(&m->cluster->world, "power on", KS("node", m->name));
	comes_back(m, true);
	machine_start_agent(m);
}

static void on_deleted(void *self, uint64_t arg)
{
	(void)arg;
	machine_register(self, false);
}

void machine_lose(struct machine *m, bool kept)
{
	struct cluster *cl = m->cluster;
	if (m->gone)
		return;
	machine_power_off(m);
	m->gone = true;
	server_count(&cl->world.server, kept ? FACT_NODE_STAYS : FACT_NODE_SCALED_IN);
	if (!kept)
		clock_at(&cl->world.clock,
			 cl->world.clock.now_ms + draw(&cl->world.rng, 0, CLOUD_MS), on_deleted, m,
			 0);
}

void machine_kubelet(struct machine *m, bool up)
{
	bool was_up = !m->kubelet_down;
	if (m->down || was_up == up)
		return;
	m->kubelet_down = !up;
	machine_doubt(m, m->cluster->world.clock.now_ms);
	world_note(&m->cluster->world, up ? "kubelet up" : "kubelet down", KS("node", m->name));
	if (up && !machine_absent(m))
		comes_back(m, false);
	else if (!up)
		goes_absent(m);
}

/* The runtime or the network plugin does not answer, or the kubelet has just started: it says so
 * for a while (KubeletNotReady). Containers run on, and it looks at its pods as before. */
void machine_ready(struct machine *m, bool ready)
{
	if (m->unready == !ready)
		return;
	if (machine_given_up(m))
		machine_doubt(m, m->cluster->world.clock.now_ms);
	m->unready = !ready;
	m->unready_ms = m->cluster->world.clock.now_ms;
	world_note(&m->cluster->world, ready ? "kubelet ready" : "kubelet not ready",
		   KS("node", m->name));
	if (machine_absent(m))
		return;
	if (!ready)
		server_count(&m->cluster->world.server, FACT_NODE_FLAPS);
	put_kubelets_word(m);
}

void machines_init(struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		struct machine *m = &cl->machine[i];
		m->boots = 1;
		m->registered = true;
		put_node(m, COND_TRUE, "KubeletReady");
	}
}
