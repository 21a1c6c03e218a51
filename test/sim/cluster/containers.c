/* SPDX-License-Identifier: Apache-2.0 */
/* What the kubelet's generateAPIPodStatus tells: what waits for others is PodInitializing, or
 * ContainerCreating in a pod without init containers; a pod of which any container waits is
 * Pending, whatever else runs; PodReadyToStartContainers is False, without words, while there is no
 * sandbox. A container that waits keeps the error of its last try. */
#include "test/sim/cluster/containers.h"

#include "test/sim/world/clock.h"
#include "test/sim/world/pod_edit.h"

/* By the pod's age: from then on. */
struct times {
	int64_t sandbox, started_up, prepared, main, proxy, ready;
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static struct times times_of(const struct template_facts *t)
{
	struct times at = {.sandbox = t->mount_ms};
	at.started_up = at.sandbox + later(t->sidecar_ms, 0);
	at.prepared = at.started_up + later(t->init_ms, 0);
	at.main = later(at.prepared, later(t->config_ms, t->pull_ms));
	at.proxy = later(at.prepared, t->inject_ms);
	at.ready = later(later(at.main, at.proxy), at.main + t->ready_ms);
	return at;
}

/* The error of the last try, which comes every so often, and in between a pause that quotes it. */
static void pulls(struct version *c, const char *name, int64_t age_ms, struct rng *rng)
{
	const char *why = arena_printf(
		&c->arena, "failed to pull \"nowhere/none:1\": dial tcp 10.0.0.1:%lld: refused",
		(long long)(40000 + age_ms / 20000));
	if (draw_percent(rng, 30))
		pod_container_waits(c, name, "ErrImagePull", why);
	else
		pod_container_waits(c, name, "ImagePullBackOff",
				    arena_printf(&c->arena,
						 "Back-off pulling image \"nowhere/none:1\": "
						 "ErrImagePull: %s",
						 why));
}

static void start_inits(struct version *c, const struct template_facts *t, const struct times *at,
			int64_t age_ms, int64_t now_ms)
{
	if (t->sidecar_ms >= 0 && age_ms < at->sandbox)
		pod_container_waits(c, "logger", "PodInitializing", NULL);
	else if (t->sidecar_ms >= 0)
		pod_sidecar_runs(c, "logger", age_ms >= at->started_up, now_ms);
	if (t->init_ms < 0)
		return;
	if (age_ms < at->started_up || age_ms < at->sandbox)
		pod_container_waits(c, "prepare", "PodInitializing", NULL);
	else
		pod_container_runs(c, "prepare", false, now_ms);
	if (age_ms >= at->prepared)
		pod_container_ends(c, "prepare", t->init_exit, t->init_exit ? "Error" : "Completed",
				   now_ms);
}

static void start_main(struct version *c, const struct template_facts *t, const struct times *at,
		       int64_t age_ms, int64_t now_ms, struct rng *rng)
{
	bool ready = age_ms >= at->main + t->ready_ms;
	if (age_ms < t->config_ms)
		pod_container_waits(c, "main", "CreateContainerConfigError",
				    "configmap \"settings\" not found");
	else if (age_ms < t->pull_ms)
		pulls(c, "main", age_ms, rng);
	else
		pod_container_runs(c, "main", ready, now_ms);
}

static void start_work(struct version *c, const struct template_facts *t, const struct times *at,
		       int64_t age_ms, int64_t now_ms, struct rng *rng)
{
	const char *why =
		t->init_ms >= 0 || t->sidecar_ms >= 0 ? "PodInitializing" : "ContainerCreating";
	bool begins = age_ms >= at->prepared && age_ms >= at->sandbox && !t->init_exit;
	if (begins)
		start_main(c, t, at, age_ms, now_ms, rng);
	else
		pod_container_waits(c, "main", why, NULL);
	if (t->helper && begins)
		pod_container_runs(c, "helper", true, now_ms);
	else if (t->helper)
		pod_container_waits(c, "helper", why, NULL);
	if (t->inject_ms >= 0 && begins && age_ms >= at->proxy)
		pod_container_runs(c, "proxy", true, now_ms);
	else if (t->inject_ms >= 0 && begins)
		pulls(c, "proxy", age_ms, rng);
	else if (t->inject_ms >= 0)
		pod_container_waits(c, "proxy", why, NULL);
}

/* An image or a ConfigMap is missing. */
static bool tries(const struct times *at, int64_t age_ms)
{
	return age_ms >= at->prepared && (age_ms < at->main || age_ms < at->proxy);
}

/* The next moment of these, or one of the tries of what waits. */
static int64_t next_of(const struct times *at, int64_t age_ms, struct rng *rng)
{
	const int64_t all[] = {at->sandbox, at->started_up, at->prepared,
			       at->main,    at->proxy,      at->ready};
	int64_t next = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (all[i] > age_ms && (!next || all[i] - age_ms < next))
			next = all[i] - age_ms;
	}
	int64_t try_ms = draw(rng, 1000, 4000);
	return tries(at, age_ms) && try_ms < next ? try_ms : next;
}

struct start_step containers_start(struct version *c, const struct template_facts *t,
				   int64_t age_ms, int64_t now_ms, struct rng *rng)
{
	struct times at = times_of(t);
	bool failed = t->init_ms >= 0 && t->init_exit && age_ms >= at.prepared;
	bool whole = age_ms >= at.main && age_ms >= at.proxy && !t->init_exit;
	pod_set_condition(c, "PodReadyToStartContainers", age_ms >= at.sandbox, NULL, NULL, now_ms);
	start_inits(c, t, &at, age_ms, now_ms);
	start_work(c, t, &at, age_ms, now_ms, rng);
	pod_set_phase(c, failed ? "Failed" : whole ? "Running" : "Pending");
	pod_set_condition(c, "Ready", whole && age_ms >= at.ready, NULL, NULL, now_ms);
	return (struct start_step){.works = age_ms >= at.main && !t->init_exit,
				   .failed = failed,
				   .waits = tries(&at, age_ms),
				   .next_ms = failed ? 0 : next_of(&at, age_ms, rng)};
}
