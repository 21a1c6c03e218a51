/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/run.h"

#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/quiet.h"
#include "test/sim/sim.h"

enum { SETTLE_MAX_MS = 7200000, SETTLE_STEP_MS = 2000, QUIET_MS = 75000, TRIES_MAX = 300 };
enum { ROUNDS_MAX = 20 };
enum { COLLECTED_MAX_MS = 60000 };

/* Until all jobs have come to their ends. Two hours of virtual time without faults are for ever:
 * what a kubelet has forbidden is tried again after one. */
static void settle(struct plan *p, struct cluster *cl)
{
	AUTO(buf_done) struct buf why = BUF_INIT(400);
	int64_t limit = cl->world.clock.now_ms + SETTLE_MAX_MS;
	while (!cl->world.failed && !plan_settled(p, cl, &why)) {
		if (cl->world.clock.now_ms >= limit) {
			world_fail(&cl->world, "liveness", "%s", buf_str(&why));
			return;
		}
		buf_reset(&why);
		world_run_until(&cl->world, cl->world.clock.now_ms + SETTLE_STEP_MS);
	}
}

/* What looked like an end may have been a pause only: agents that were about to come. */
static void quieten(struct plan *p, struct cluster *cl)
{
	AUTO(buf_done) struct buf why = BUF_INIT(400);
	for (uint32_t i = 0; i < ROUNDS_MAX; i++) {
		settle(p, cl);
		if (!cl->world.failed)
			world_run_until(&cl->world, cl->world.clock.now_ms + QUIET_MS);
		buf_reset(&why);
		if (cl->world.failed || plan_settled(p, cl, &why))
			return;
	}
	world_fail(&cl->world, "liveness", "%s", buf_str(&why));
}

/* A ttl can run out at the very end: what it leaves is the garbage collector's, and kubelets', for
 * a while. Bounded: what is never collected is a leak. */
static void collected(struct cluster *cl)
{
	int64_t limit = cl->world.clock.now_ms + COLLECTED_MAX_MS;
	while (!cl->world.failed && cl->world.clock.now_ms < limit &&
	       (cl->collecting || cl->world.clock.now_ms < cl->pods_changed_ms + SETTLE_STEP_MS))
		world_run_until(&cl->world, cl->world.clock.now_ms + SETTLE_STEP_MS);
}

struct outcome run_plan(struct plan *p, const struct cluster_config *cfg)
{
	struct outcome o = {0};
	struct sim *s = sim_new(cfg);
	struct cluster *cl = &s->cluster;
	const struct world *w = &cl->world;
	plan_schedule(p, cl);
	world_run_until(&cl->world, p->end_ms + 10);
	quieten(p, cl);
	collected(cl);
	if (!w->failed)
		checks_quiet(s->checks);
	twin_note(p, cl, o.end);
	o.failed = w->failed;
	memcpy(o.invariant, w->invariant, sizeof o.invariant);
	memcpy(o.failure, w->failure, sizeof o.failure);
	o.steps = w->clock.steps;
	o.end_ms = w->clock.now_ms;
	o.pods = w->server.pods_created;
	o.status_writes = w->server.status_writes;
	o.ops = p->done;
	o.counts = w->server.counts;
	sim_free(s);
	return o;
}

struct outcome run_with_twin(struct plan *p, const struct cluster_config *cfg)
{
	static struct plan calm; /* large */
	AUTO(buf_done) struct buf why = BUF_INIT(FAILURE_BYTES - 1);
	struct cluster_config quiet = *cfg;
	struct outcome o = run_plan(p, cfg);
	quiet.trace = false;
	if (o.failed || !twin_make(p, &calm))
		return o;
	struct outcome twin = run_plan(&calm, &quiet);
	if (twin.failed)
		return twin;
	if (!twin_differs(p, o.end, twin.end, &why))
		return o;
	o.failed = true;
	memcpy(o.invariant, "twin", sizeof "twin");
	memcpy(o.failure, buf_str(&why), why.len + 1);
	return o;
}

static bool still_fails(struct plan *p, const struct cluster_config *cfg,
			const struct outcome *failure)
{
	struct outcome o = run_with_twin(p, cfg);
	return o.failed && str_eq(o.invariant, failure->invariant);
}

void run_shorten(struct plan *p, const struct cluster_config *cfg, const struct outcome *failure)
{
	struct cluster_config quiet = *cfg;
	uint32_t tries = 0;
	quiet.trace = false;
	for (bool shorter = true; shorter;) {
		shorter = false;
		for (uint32_t i = p->nops; i-- > 0 && tries < TRIES_MAX;) {
			if (p->op[i].off)
				continue;
			p->op[i].off = true;
			tries++;
			if (still_fails(p, &quiet, failure))
				shorter = true;
			else
				p->op[i].off = false;
		}
	}
}
