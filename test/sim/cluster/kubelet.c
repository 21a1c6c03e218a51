/* SPDX-License-Identifier: Apache-2.0 */
/* A machine's kubelet: starts what is bound to it, ends it, confirms deletions, refuses what does
 * not fit. Off the network it goes on and tells later. */
#include "test/sim/cluster/kubelet.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/selector.h"
#include "test/sim/cluster/admit.h"
#include "test/sim/cluster/attach.h"
#include "test/sim/cluster/containers.h"
#include "test/sim/world/needed.h"
#include "test/sim/world/pod_edit.h"
#include "test/sim/world/template.h"

/* Between its word that a stopped pod has ended and its last request to delete it, a kubelet
 * unmounts the volumes. */
enum { TEARDOWN_MS = 1500 };

static void on_start(void *self, uint64_t uid);
static void on_finish(void *self, uint64_t uid);
static void on_kill(void *self, uint64_t uid);
static void on_evict(void *self, uint64_t uid);

static uint64_t uid_number(const char *uid)
{
	return strtoull(uid + 1, NULL, 10);
}

static struct version *pod_by_number(struct cluster *cl, uint64_t uid)
{
	const struct shelf *sh = &cl->world.server.store.shelf[API_POD];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (uid_number(sh->v[i]->meta.uid) == uid)
			return sh->v[i];
	}
	return NULL;
}

/* By the clock of the pod's kubelet. */
static int64_t kubelet_wall(struct cluster *cl, const struct version *pod)
{
	const struct machine *m = cluster_machine(cl, pod->pod.node);
	return server_wall(&cl->world.server) + (m ? m->offset_ms : 0);
}

/* The machine whose kubelet is to do something about the pod now; NULL: nobody, or later (then fn
 * comes again). */
static struct machine *ready_machine(struct cluster *cl, const struct version *pod, clock_fn fn,
				     uint64_t uid)
{
	struct machine *m = pod ? cluster_machine(cl, pod->pod.node) : NULL;
	if (!m || m->down || m->kubelet_down)
		return NULL;
	if (m->cut_until_ms <= cl->world.clock.now_ms)
		return m;
	clock_at(&cl->world.clock, m->cut_until_ms + draw(&cl->world.rng, 0, 500), fn, cl, uid);
	return NULL;
}

static struct template_facts facts(struct version *scratch, const struct version *pod)
{
	return template_parse(&scratch->arena, str_or_empty(pod->command));
}

/* The same, names apart. */
static struct template_facts facts_of(const struct version *pod)
{
	struct version *scratch = version_new(API_POD);
	struct template_facts t = facts(scratch, pod);
	version_unref(scratch);
	return t;
}

/* The kubelet mounts no volume whose nodeAffinity the Node does not match, and waits for ever. */
static bool volumes_missing(const struct cluster *cl, const struct version *pod,
			    const struct template_facts *t)
{
	AUTO(arena_done) struct arena a = ARENA_INIT(1 << 16);
	const struct store *s = &cl->world.server.store;
	const struct version *node = store_find(s, API_NODE, NULL, pod->pod.node);
	for (uint32_t i = 0; node && i < t->nclaims; i++) {
		const struct needed *volume =
			needed_volume(s, arena_printf(&a, "%s/%s", pod->meta.ns, t->claims[i]));
		if (!volume || !needed_admits(volume, node))
			return true;
	}
	return false;
}

static const char *index_of(const struct version *pod)
{
	return str_or_empty(kvs_get(&pod->meta.labels, LABEL_INDEX));
}

static void refuse_pod(struct cluster *cl, struct version *own_c, struct refused why)
{
	server_count(&cl->world.server, FACT_KUBELET_REFUSED);
	pod_set_phase(own_c, "Failed");
	pod_set_reason(own_c, why.reason, why.message);
	struct machine *m = cluster_machine(cl, own_c->pod.node);
	if (m)
		m->refused_ms = cl->world.clock.now_ms;
	world_note(&cl->world, "kubelet refuses", KS("pod", own_c->meta.name),
		   KS("node", own_c->pod.node));
	server_put(&cl->world.server, own_c);
}

/* Its work begins. */
static void begins(struct cluster *cl, struct version *c, const struct machine *m,
		   const struct template_facts *t, uint64_t uid)
{
	int64_t now_ms = cl->world.clock.now_ms;
	c->began_ms = kubelet_wall(cl, c);
	if (t->init_ms >= 0)
		server_count(&cl->world.server, FACT_WORK_BEHIND_INIT);
	if (t->sidecar_ms >= 0)
		server_count(&cl->world.server, FACT_WORK_BEHIND_SIDECAR);
	cluster_tally(cl, str_or_empty(c->meta.owner_uid), index_of(c))->starts++;
	clock_at(&cl->world.clock, now_ms + t->run_ms + t->late_ms, on_finish, cl, uid);
	if (m->evicts)
		clock_at(&cl->world.clock, now_ms + draw(&cl->world.rng, 20, 500), on_evict, cl,
			 uid);
}

/* By its own fault. */
static void note_failure(struct cluster *cl, const struct version *pod)
{
	cluster_tally(cl, str_or_empty(pod->meta.owner_uid), "all")->failures++;
	cluster_tally(cl, str_or_empty(pod->meta.owner_uid), index_of(pod))->failures++;
}

static void init_fails(struct cluster *cl, struct version *c)
{
	note_failure(cl, c);
	c->ended_ms = kubelet_wall(cl, c);
	pod_running_end(c, 143, "Error", c->ended_ms);
}

/* A status that says what the one before said is not written. */
static void starts_on(struct cluster *cl, const struct version *pod, struct version *own_c,
		      const struct machine *m, const struct template_facts *t)
{
	uint64_t uid = uid_number(pod->meta.uid);
	int64_t age_ms = server_wall(&cl->world.server) - pod->meta.created_ms;
	struct start_step step =
		containers_start(own_c, t, age_ms, kubelet_wall(cl, pod), &cl->world.rng);
	own_c->whole = !step.next_ms;
	own_c->waits_ms = !step.waits ? 0 : pod->waits_ms ? pod->waits_ms : cl->world.clock.now_ms;
	if (step.works && !own_c->began_ms)
		begins(cl, own_c, m, t, uid);
	if (step.failed)
		init_fails(cl, own_c);
	if (step.next_ms)
		clock_at(&cl->world.clock, cl->world.clock.now_ms + step.next_ms, on_start, cl,
			 uid);
	if (pod->admitted && !own_c->whole && pod_same_status(own_c, pod))
		version_unref(own_c);
	else
		server_put(&cl->world.server, own_c);
}

static void on_start(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	struct version *pod = pod_by_number(cl, uid);
	struct machine *m = ready_machine(cl, pod, on_start, uid);
	if (!m || pod->whole || pod_ended(pod) || pod->meta.deleted_ms)
		return;
	struct version *c = version_clone(pod);
	struct template_facts t = facts(c, pod);
	struct tally *tally = cluster_tally(cl, str_or_empty(pod->meta.owner_uid), index_of(pod));
	struct refused why = {0};
	if (!pod->admitted)
		why = admit_refuses(m, c, &t, tally->refusals);
	if (why.reason) {
		tally->refusals++;
		refuse_pod(cl, c, why);
		return;
	}
	c->admitted = true;
	if (volumes_missing(cl, c, &t) || attach_waits(cl, c, &t))
		t.mount_ms = server_wall(&cl->world.server) - c->meta.created_ms + 5000;
	starts_on(cl, pod, c, m, &t);
}

/* how: the reason of its containers' ends. */
static struct version *evicted(struct cluster *cl, const struct version *pod, const char *words,
			       const char *how)
{
	struct version *c = version_clone(pod);
	c->ended_ms = kubelet_wall(cl, pod);
	pod_set_phase(c, "Failed");
	pod_set_reason(c, "Evicted", words);
	pod_running_end(c, 137, how, c->ended_ms);
	pod_set_condition(c, "Ready", false, "PodFailed", NULL, c->ended_ms);
	return c;
}

/* For the node's sake: what it is short of, it is short of for every pod. */
static void on_evict(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	struct version *pod = pod_by_number(cl, uid);
	struct machine *m = ready_machine(cl, pod, on_evict, uid);
	if (!m || pod_ended(pod) || pod->meta.deleted_ms)
		return;
	static const char *const words = "The node was low on resource: ephemeral-storage.";
	struct version *c = evicted(cl, pod, words, "Error");
	pod_set_disrupted(c, "TerminationByKubelet", words, c->ended_ms);
	server_count(&cl->world.server, FACT_KUBELET_EVICTED);
	server_put(&cl->world.server, c);
}

/* For the pod's own sake: an emptyDir above its sizeLimit. The container is cleaned away so fast
 * that for every other pod nobody knows how it ended. */
static void evict_own(struct cluster *cl, const struct version *pod)
{
	bool lost = uid_number(pod->meta.uid) % 2;
	struct version *c =
		evicted(cl, pod, "Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". ",
			lost ? "ContainerStatusUnknown" : "Error");
	if (!pod->meta.deleted_ms)
		note_failure(cl, pod);
	server_count(&cl->world.server, FACT_EVICTED_OWN);
	server_put(&cl->world.server, c);
}

/* ended_ms: by the kubelet's clock. */
static void end_pod_at(struct cluster *cl, const struct version *pod, int32_t exit_code,
		       const char *reason, int64_t ended_ms)
{
	struct version *c = version_clone(pod);
	if (exit_code && exit_code != 255 && !pod->meta.deleted_ms)
		note_failure(cl, pod);
	c->ended_ms = ended_ms;
	pod_set_phase(c, exit_code ? "Failed" : "Succeeded");
	pod_running_end(c, exit_code, exit_code ? reason : "Completed", ended_ms);
	if (exit_code)
		pod_container_says(c, "main", template_says(facts_of(pod).says));
	pod_set_condition(c, "Ready", false, exit_code ? "PodFailed" : "PodCompleted", NULL,
			  ended_ms);
	if (!exit_code && pod->meta.deleted_ms)
		server_count(&cl->world.server, ended_ms < pod->meta.delete_asked_ms
							? FACT_ENDED_UNTOLD
							: FACT_ENDED_ASKED);
	server_put(&cl->world.server, c);
}

static void end_pod(struct cluster *cl, const struct version *pod, int32_t exit_code,
		    const char *reason)
{
	end_pod_at(cl, pod, exit_code, reason, kubelet_wall(cl, pod));
}

/* When the container returned, which its kubelet tells late. A clock that was set since it started
 * is of no use for that. */
static int64_t returned_ms(struct cluster *cl, const struct version *pod,
			   const struct template_facts *t)
{
	int64_t now_ms = kubelet_wall(cl, pod), due_ms = pod->began_ms + t->run_ms;
	return due_ms < now_ms && now_ms - due_ms <= t->late_ms ? due_ms : now_ms;
}

static void on_finish(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	struct version *pod = pod_by_number(cl, uid);
	struct machine *m = ready_machine(cl, pod, on_finish, uid);
	if (!m || !pod->began_ms || pod_ended(pod))
		return;
	if (pod->pod.phase == POD_PENDING && !pod->meta.deleted_ms) { /* what was injected waits */
		clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 200, 2000),
			 on_finish, cl, uid);
		return;
	}
	struct template_facts t = facts_of(pod);
	bool fails = t.fails &&
		     cluster_tally(cl, str_or_empty(pod->meta.owner_uid), index_of(pod))->starts <=
			     t.fails;
	fails |= t.bad && strtoul(index_of(pod), NULL, 10) % t.bad == t.bad - 1;
	if (t.evict)
		evict_own(cl, pod);
	else if (t.oom)
		end_pod(cl, pod, 137, "OOMKilled");
	else
		end_pod_at(cl, pod, fails ? 1 : t.exit_code, "Error", returned_ms(cl, pod, &t));
	if (pod->meta.deleted_ms)
		clock_at(&cl->world.clock,
			 cl->world.clock.now_ms + draw(&cl->world.rng, 5, TEARDOWN_MS), on_kill, cl,
			 uid);
}

/* The containers were stopped: half of the kubelets say how they ended before the pod goes, and all
 * do of programs that end in their own way. One that takes longer than the pod's grace period is
 * killed. */
static void stop_pod(struct cluster *cl, const struct version *pod)
{
	struct template_facts t = facts_of(pod);
	if (t.stop_ms > LEASE_GRACE_MS)
		end_pod(cl, pod, 137, "Error");
	else if (t.late_ms && returned_ms(cl, pod, &t) < kubelet_wall(cl, pod))
		end_pod_at(cl, pod, t.exit_code, "Error", returned_ms(cl, pod, &t));
	else
		end_pod(cl, pod, t.term_code, "Error");
}

static bool tells_its_end(struct cluster *cl, const struct version *pod)
{
	struct template_facts t = facts_of(pod);
	return !t.term_code || t.late_ms || draw_percent(&cl->world.rng, 50);
}

static void on_kill(void *self, uint64_t uid)
{
	struct cluster *cl = self;
	struct version *pod = pod_by_number(cl, uid);
	if (!ready_machine(cl, pod, on_kill, uid) || !pod->meta.deleted_ms)
		return;
	if (pod->began_ms && !pod_ended(pod) && tells_its_end(cl, pod)) {
		stop_pod(cl, pod);
		clock_at(&cl->world.clock,
			 cl->world.clock.now_ms + draw(&cl->world.rng, 5, TEARDOWN_MS), on_kill, cl,
			 uid);
		return;
	}
	server_delete_now(&cl->world.server, pod);
}

/* How long the containers of a pod that is being deleted take. */
static int64_t stop_ms(const struct version *pod)
{
	int64_t ms = pod->began_ms ? facts_of(pod).stop_ms : 0;
	return ms < LEASE_GRACE_MS ? ms : LEASE_GRACE_MS;
}

static void see_pod(struct cluster *cl, const struct version *pod, bool is_new)
{
	uint64_t uid = uid_number(pod->meta.uid);
	const struct machine *m = cluster_machine(cl, pod->pod.node);
	int64_t at_ms = cl->world.clock.now_ms;
	if (m && m->slow_ms) {
		server_count(&cl->world.server, FACT_KUBELET_STARTS_LATE);
		at_ms += draw(&cl->world.rng, 0, m->slow_ms);
	}
	if (pod->meta.deleted_ms)
		clock_at(&cl->world.clock, at_ms + draw(&cl->world.rng, 20, 800) + stop_ms(pod),
			 on_kill, cl, uid);
	else if (is_new && !pod->whole && !pod_ended(pod))
		clock_at(&cl->world.clock, at_ms + draw(&cl->world.rng, 100, 1500), on_start, cl,
			 uid);
}

void kubelet_change(struct cluster *cl, const struct change *ch)
{
	if (ch->now->kind != API_POD || ch->ev == WATCH_DELETED)
		return;
	bool newly_deleted = ch->now->meta.deleted_ms && !(ch->prev && ch->prev->meta.deleted_ms);
	if (!ch->prev || newly_deleted)
		see_pod(cl, ch->now, !ch->prev);
}

bool kubelet_renews(const struct machine *m)
{
	return !m->down && !m->kubelet_down && !m->token_stuck;
}

/* When its container ends, or soon when it should have while nobody looked. A clock that was set
 * since it started makes no container run for longer than it takes. */
static int64_t due(struct cluster *cl, const struct version *pod)
{
	int64_t ran_ms = kubelet_wall(cl, pod) - pod->began_ms;
	int64_t left = facts_of(pod).run_ms, soon = draw(&cl->world.rng, 0, 2000);
	left -= ran_ms > 0 ? ran_ms : 0;
	return cl->world.clock.now_ms + (left > soon ? left : soon);
}

void kubelet_look(struct cluster *cl, const struct version *v, bool rebooted)
{
	uint64_t uid = uid_number(v->meta.uid);
	if (v->meta.deleted_ms)
		clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 20, 800),
			 on_kill, cl, uid);
	if (pod_ended(v))
		return;
	if (rebooted && v->began_ms) {
		end_pod(cl, v, 255, "Unknown");
		return;
	}
	if (v->began_ms)
		clock_at(&cl->world.clock, due(cl, v), on_finish, cl, uid);
	see_pod(cl, v, true);
}
