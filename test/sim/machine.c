/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's kubelet: starts what is bound to it, ends it, confirms deletions, refuses what does
 * not fit. Off the network it goes on and tells later. The node lifecycle controller's part: a
 * Node that says nothing for 40 s is not ready and tainted, after 300 s more its pods are deleted.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "copy.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "sim.h"

enum { LIFECYCLE_GRACE_MS = 40000, EVICTION_MS = 300000, POD_GC_MS = 20000 };

static void on_start(void *self, uint64_t uid);
static void on_finish(void *self, uint64_t uid);
static void on_kill(void *self, uint64_t uid);

static struct version *pod_by_number(struct sim *s, uint64_t uid)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (uid_number(sh->v[i]->meta.uid) == uid)
			return sh->v[i];
	}
	return NULL;
}

/* The machine whose kubelet is to do something about the pod now; NULL: nobody, or later (then fn
 * comes again). */
static struct machine *ready_machine(struct sim *s, const struct version *pod, clock_fn fn,
				     uint64_t uid)
{
	struct machine *m = pod ? sim_machine(s, pod->pod.node) : NULL;
	if (!m || m->down || m->kubelet_down)
		return NULL;
	if (m->cut_until_ms <= s->clock.now_ms)
		return m;
	clock_at(&s->clock, m->cut_until_ms + draw(&s->rng, 0, 500), fn, s, uid);
	return NULL;
}

static bool ended(const struct version *v)
{
	return v->pod.phase == POD_SUCCEEDED || v->pod.phase == POD_FAILED;
}

static struct template_facts facts(struct version *scratch, const struct version *pod)
{
	return template_parse(&scratch->arena, str_or_empty(pod->command));
}

/* What the kubelet admitted and not ended yet. */
static int64_t used(const struct sim *s, const struct version *pod, const char *res)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	int64_t sum = 0;
	for (uint32_t i = 0; i < sh->n; i++) {
		if (sh->v[i]->pod.started && !ended(sh->v[i]) &&
		    str_eq(sh->v[i]->pod.node, pod->pod.node))
			sum += reslist_get(&sh->v[i]->pod.requests, res);
	}
	return sum;
}

static const char *lacking(struct sim *s, const struct version *pod)
{
	const struct version *node = store_find(&s->server.store, API_NODE, NULL, pod->pod.node);
	for (uint32_t i = 0; node && i < pod->pod.requests.n; i++) {
		const struct res *r = &pod->pod.requests.v[i];
		if (used(s, pod, r->name) + r->milli >
		    reslist_get(&node->node.allocatable, r->name))
			return r->name;
	}
	return NULL;
}

static const char *index_of(const struct version *pod)
{
	return str_or_empty(kvs_get(&pod->meta.labels, LABEL_INDEX));
}

static void refuse_pod(struct sim *s, struct version *own_c, const char *res)
{
	own_c->pod.phase = POD_FAILED;
	own_c->pod.reason = arena_printf(&own_c->arena, "OutOf%s", res);
	own_c->pod.message = "Pod was rejected: the node is out of it";
	sim_note(s, "kubelet refuses", KS("pod", own_c->meta.name), KS("node", own_c->pod.node));
	server_put(&s->server, own_c);
}

/* What keeps a container from starting now: an image that cannot be pulled (tried again ever more
 * rarely), or a ConfigMap that is not there. */
static bool must_wait(struct sim *s, struct version *c, const struct template_facts *t)
{
	int64_t age = server_wall(&s->server) - c->meta.created_ms;
	bool first = !*str_or_empty(c->pod.waiting_reason);
	if (age < t->config_ms) {
		c->pod.waiting_reason = "CreateContainerConfigError";
		c->pod.waiting_message = "configmap \"settings\" not found";
	} else if (age < t->pull_ms) {
		c->pod.waiting_reason =
			first || draw_percent(&s->rng, 30) ? "ErrImagePull" : "ImagePullBackOff";
		c->pod.waiting_message = "Back-off pulling image \"nowhere/none:1\"";
	} else {
		c->pod.waiting_reason = c->pod.waiting_message = "";
		return false;
	}
	return true;
}

static void on_start(void *self, uint64_t uid)
{
	struct sim *s = self;
	struct version *pod = pod_by_number(s, uid);
	struct machine *m = ready_machine(s, pod, on_start, uid);
	if (!m || pod->pod.started || ended(pod) || pod->meta.deleted_ms)
		return;
	struct version *c = version_clone(pod);
	struct template_facts t = facts(c, pod);
	struct tally *tally = sim_tally(s, str_or_empty(pod->meta.owner_uid), index_of(pod));
	const char *lack = tally->refusals < t.refuse ? "cpu" : lacking(s, pod);
	if (lack) {
		tally->refusals++;
		refuse_pod(s, c, lack);
		return;
	}
	if (must_wait(s, c, &t)) {
		clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 1000, 4000), on_start, s, uid);
		server_put(&s->server, c);
		return;
	}
	tally->starts++;
	c->pod.phase = POD_RUNNING;
	c->pod.started = c->pod.ready = true;
	c->pod.started_ms = server_wall(&s->server);
	server_put(&s->server, c);
	clock_at(&s->clock, s->clock.now_ms + t.run_ms, on_finish, s, uid);
}

static void end_pod(struct sim *s, const struct version *pod, int32_t exit_code, const char *reason)
{
	struct version *c = version_clone(pod);
	if (exit_code && exit_code != 255 && !pod->meta.deleted_ms)
		sim_tally(s, str_or_empty(pod->meta.owner_uid), "all")->failures++;
	c->pod.phase = exit_code ? POD_FAILED : POD_SUCCEEDED;
	c->pod.exit_code = exit_code;
	c->pod.terminated_reason = exit_code ? reason : "";
	c->pod.ready = false;
	c->pod.ended_ms = server_wall(&s->server);
	server_put(&s->server, c);
}

static void on_finish(void *self, uint64_t uid)
{
	struct sim *s = self;
	struct version *pod = pod_by_number(s, uid);
	struct machine *m = ready_machine(s, pod, on_finish, uid);
	if (!m || !pod->pod.started || ended(pod))
		return;
	struct version *scratch = version_new(API_POD);
	struct template_facts t = facts(scratch, pod);
	version_unref(scratch);
	bool fails =
		sim_tally(s, str_or_empty(pod->meta.owner_uid), index_of(pod))->starts <= t.fails;
	if (t.oom)
		end_pod(s, pod, 137, "OOMKilled");
	else
		end_pod(s, pod, fails ? 1 : t.exit_code, "Error");
}

/* The containers were stopped: half of the kubelets say how they ended before the pod goes. */
static void on_kill(void *self, uint64_t uid)
{
	struct sim *s = self;
	struct version *pod = pod_by_number(s, uid);
	if (!ready_machine(s, pod, on_kill, uid) || !pod->meta.deleted_ms)
		return;
	if (pod->pod.started && !ended(pod) && draw_percent(&s->rng, 50)) {
		end_pod(s, pod, 143, "Error");
		clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 5, 100), on_kill, s, uid);
		return;
	}
	store_remove(&s->server.store, pod);
}

static void see_pod(struct sim *s, const struct version *pod, bool is_new)
{
	uint64_t uid = uid_number(pod->meta.uid);
	if (pod->meta.deleted_ms)
		clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 20, 800), on_kill, s, uid);
	else if (is_new && !pod->pod.started && !ended(pod))
		clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 100, 1500), on_start, s, uid);
}

void machines_change(struct sim *s, const struct change *ch)
{
	if (ch->now->kind != API_POD || ch->ev == WATCH_DELETED)
		return;
	bool newly_deleted = ch->now->meta.deleted_ms && !(ch->prev && ch->prev->meta.deleted_ms);
	if (!ch->prev || newly_deleted)
		see_pod(s, ch->now, !ch->prev);
}

/* ---- Node objects ---- */

static void put_node(struct machine *m, bool ready, const char *reason)
{
	static const struct taint unreachable[] = {
		{"node.kubernetes.io/unreachable", "", EFFECT_NO_SCHEDULE},
		{"node.kubernetes.io/unreachable", "", EFFECT_NO_EXECUTE}};
	struct sim *s = m->sim;
	const struct version *old = store_find(&s->server.store, API_NODE, NULL, m->name);
	if (!old && !m->registered)
		return;
	struct version *v = old ? version_clone(old) : version_new(API_NODE);
	struct res *r = arena_alloc(&v->arena, 3 * sizeof *r);
	r[0] = (struct res){"cpu", s->cfg.cpu_milli};
	r[1] = (struct res){"memory", s->cfg.memory_milli};
	r[2] = (struct res){"pods", 110000};
	v->meta.name = copy_str(&v->arena, m->name);
	if (!old) {
		v->node.allocatable = (struct reslist){r, 3};
		struct kv *l = arena_alloc(&v->arena, sizeof *l);
		*l = (struct kv){"kubernetes.io/hostname", v->meta.name};
		v->meta.labels = (struct kvs){l, 1};
	}
	v->node.ready = ready ? COND_TRUE : COND_UNKNOWN;
	v->node.ready_reason = reason;
	v->node.boot_id = arena_printf(&v->arena, "boot-%s-%u", m->name, m->boots);
	v->node.taints = unreachable;
	v->node.ntaints = ready ? 0 : 2;
	server_put(&s->server, v);
}

static bool absent(const struct machine *m)
{
	return m->down || m->kubelet_down || m->cut_until_ms > m->sim->clock.now_ms;
}

static void on_evict(void *self, uint64_t absence)
{
	struct machine *m = self;
	struct sim *s = m->sim;
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	if (!absent(m) || absence != m->absences)
		return;
	for (uint32_t i = sh->n; i-- > 0;) {
		if (!str_eq(sh->v[i]->pod.node, m->name) || sh->v[i]->meta.deleted_ms ||
		    ended(sh->v[i]))
			continue;
		struct version *c = version_clone(sh->v[i]);
		c->pod.disruption_target = true;
		c->pod.disruption_reason = "DeletionByTaintManager";
		server_delete(&s->server, server_put(&s->server, c));
	}
}

static void on_lifecycle(void *self, uint64_t absence)
{
	struct machine *m = self;
	if (!absent(m) || absence != m->absences)
		return;
	put_node(m, false, "NodeStatusUnknown");
	clock_at(&m->sim->clock, m->sim->clock.now_ms + EVICTION_MS, on_evict, m, absence);
}

static void goes_absent(struct machine *m)
{
	m->absences++;
	clock_at(&m->sim->clock, m->sim->clock.now_ms + LIFECYCLE_GRACE_MS, on_lifecycle, m,
		 m->absences);
}

static void look_again(struct sim *s, struct version *v, bool rebooted)
{
	uint64_t uid = uid_number(v->meta.uid);
	if (v->meta.deleted_ms)
		clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 20, 800), on_kill, s, uid);
	if (ended(v))
		return;
	if (rebooted && v->pod.started)
		end_pod(s, v, 255, "Unknown");
	else if (v->pod.started)
		clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 0, 2000), on_finish, s, uid);
	else
		see_pod(s, v, true);
}

/* The kubelet talks again: it looks at all its pods. After a reboot what ran has ended. */
static void comes_back(struct machine *m, bool rebooted)
{
	struct sim *s = m->sim;
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	m->faulty_ms = s->clock.now_ms;
	put_node(m, true, "KubeletReady");
	for (uint32_t i = sh->n; i-- > 0;) {
		if (str_eq(sh->v[i]->pod.node, m->name))
			look_again(s, sh->v[i], rebooted);
	}
}

static void on_network_back(void *self, uint64_t absence)
{
	struct machine *m = self;
	(void)absence;
	if (!absent(m))
		comes_back(m, false);
}

void machine_cut(struct machine *m, int64_t ms)
{
	struct sim *s = m->sim;
	m->cut_until_ms = s->clock.now_ms + ms;
	m->faulty_ms = m->cut_until_ms;
	sim_note(s, "node off the network", KS("node", m->name), KI("ms", ms));
	net_cut_node(s->net, m->name, m->cut_until_ms);
	conns_blackhole(s->conns, m->agent.name, m->cut_until_ms);
	goes_absent(m);
	clock_at(&s->clock, m->cut_until_ms, on_network_back, m, m->absences);
}

/* The pod garbage collector: pods of a Node that is gone for long go without their kubelet. */
static void on_pod_gc(void *self, uint64_t arg)
{
	struct machine *m = self;
	struct sim *s = m->sim;
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	(void)arg;
	for (uint32_t i = sh->n; i-- > 0 && !m->registered;) {
		if (str_eq(sh->v[i]->pod.node, m->name))
			store_remove(&s->server.store, sh->v[i]);
	}
}

void machine_register(struct machine *m, bool on)
{
	struct sim *s = m->sim;
	const struct version *v = store_find(&s->server.store, API_NODE, NULL, m->name);
	m->faulty_ms = s->clock.now_ms;
	if (m->registered == on)
		return;
	m->registered = on;
	sim_note(s, on ? "Node registered" : "Node deleted", KS("node", m->name));
	if (on) {
		put_node(m, !absent(m), absent(m) ? "NodeStatusUnknown" : "KubeletReady");
		return;
	}
	m->unregistered_ms = s->clock.now_ms;
	if (v)
		server_delete(&s->server, v);
	clock_at(&s->clock, s->clock.now_ms + POD_GC_MS, on_pod_gc, m, 0);
}

void machine_power_off(struct machine *m)
{
	m->down = true;
	m->faulty_ms = m->sim->clock.now_ms;
	sim_note(m->sim, "power off", KS("node", m->name));
	proc_crash(&m->agent, false);
	goes_absent(m);
}

void machine_power_on(struct machine *m)
{
	if (!m->down)
		return;
	m->down = m->kubelet_down = false;
	m->cut_until_ms = 0;
	net_cut_node(m->sim->net, m->name, 0);
	m->boots++;
	sim_note(m->sim, "power on", KS("node", m->name));
	comes_back(m, true);
	proc_start(&m->agent);
}

void machine_kubelet(struct machine *m, bool up)
{
	bool was_up = !m->kubelet_down;
	if (m->down || was_up == up)
		return;
	m->kubelet_down = !up;
	m->faulty_ms = m->sim->clock.now_ms;
	sim_note(m->sim, up ? "kubelet up" : "kubelet down", KS("node", m->name));
	if (up && !absent(m))
		comes_back(m, false);
	else if (!up)
		goes_absent(m);
}

void machines_init(struct sim *s)
{
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		struct machine *m = &s->machine[i];
		m->boots = 1;
		m->registered = true;
		put_node(m, true, "KubeletReady");
	}
}
