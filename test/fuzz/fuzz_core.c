/* SPDX-License-Identifier: Apache-2.0 */
/* Any order of events of the coordinator's core, from hostile agents, pods and tenants, and from an
 * API server that fails as it likes: the core's invariants hold, every order that it makes fits
 * into a frame, every status into a patch, and nothing counts that was neither ordered nor proven.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "model/job_bounds.h"
#include "test/fuzz/core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

uint32_t in_number(struct input *in, uint32_t below)
{
	return in->p < in->end ? *in->p++ % below : 0;
}

const char *core_node_name(uint32_t node)
{
	return (const char *[]){"n1", "n2", "n3"}[node];
}

const char *core_job_name(uint32_t job)
{
	return (const char *[]){"a", "b", "c", "d"}[job];
}

static void lead(struct world *w)
{
	struct core_event ev = {.type = CEV_LEAD, .epoch = ++w->epoch};
	w->npending = 0;
	w->synced = false;
	w->leading = true;
	world_step(w, &ev);
}

static void unlead(struct world *w)
{
	struct core_event ev = {.type = CEV_UNLEAD};
	w->npending = 0;
	w->leading = w->synced = false;
	world_step(w, &ev);
}

static void sync_all(struct world *w)
{
	struct core_event ev = {.type = CEV_SYNCED, .old_pods_come = in_number(&w->in, 2)};
	if (!w->leading || w->synced)
		return;
	w->synced = true;
	world_step(w, &ev);
}

static void job(struct world *w)
{
	uint32_t i = in_number(&w->in, CORE_JOBS);
	struct fuzz_job *j = &w->jobs[i];
	if (!j->exists && in_number(&w->in, 4) == 0)
		j->uid = (j->uid + 1) % CORE_UIDS;
	j->exists = true;
	struct core_event ev = {.type = CEV_JOB, .job = make_job(w, i)};
	world_step(w, &ev);
}

static void job_gone(struct world *w)
{
	uint32_t i = in_number(&w->in, CORE_JOBS);
	struct fuzz_job *j = &w->jobs[i];
	struct meta meta = {.ns = "t",
			    .name = core_job_name(i),
			    .uid = core_job_uid(i, j->uid),
			    .rv = "1",
			    .orphan_finalizer = in_number(&w->in, 2)};
	struct core_event ev = {.type = CEV_JOB_GONE, .gone = &meta};
	if (!j->exists)
		return;
	j->exists = false;
	j->stored = (struct job_status){0};
	world_step(w, &ev);
}

static void node(struct world *w)
{
	uint32_t i = in_number(&w->in, CORE_NODES);
	struct core_event ev = {.type = CEV_NODE};
	struct node *n = make_node(w, i);
	ev.node = n;
	if (in_number(&w->in, 8) == 7) {
		ev.type = CEV_NODE_GONE;
		ev.gone = &n->meta;
	}
	world_step(w, &ev);
}

static void compute_node(struct world *w)
{
	struct compute_node *n = make_compute_node(w, in_number(&w->in, CORE_NODES));
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = n};
	if (in_number(&w->in, 6) == 5) {
		ev.type = CEV_COMPUTE_NODE_GONE;
		ev.gone = &n->meta;
	}
	world_step(w, &ev);
}

/* As the sessions let an agent speak: its own node, with a session of its own. */
static void agent(struct world *w, enum core_event_type type)
{
	uint32_t i = in_number(&w->in, CORE_NODES), n = 0;
	struct core_event ev = {.type = type, .agent = {.node = core_node_name(i)}};
	if (!w->synced)
		return;
	ev.agent.session = type == CEV_HELLO ? ++w->session : w->session - in_number(&w->in, 3);
	if (type == CEV_HELLO || type == CEV_REPORT) {
		ev.agent.members = make_members(w, i, &n);
		ev.agent.nmembers = n;
		ev.agent.capacity = type == CEV_HELLO || n & 1 ? make_capacity(w) : NULL;
	}
	if (type == CEV_HELLO) {
		ev.agent.boot_id = in_text(&w->in, "b1", "b2", "");
		ev.agent.version = "v";
		ev.agent.proofs = in_number(&w->in, 4);
		ev.agent.completions = ev.agent.proofs;
	}
	world_step(w, &ev);
}

/* A list of pods that anybody may have made. */
static void pods(struct world *w)
{
	uint32_t i = in_number(&w->in, CORE_NODES + 1), n = 0;
	struct core_event ev = {.type = CEV_PODS,
				.pods = {.node = i < CORE_NODES ? core_node_name(i) : NULL}};
	ev.pods.members = make_members(w, i < CORE_NODES ? i : 0, &n);
	ev.pods.nmembers = n;
	ev.pods.last = in_number(&w->in, 2);
	ev.pods.rc = in_number(&w->in, 8) == 7 ? RC_TIMEOUT : RC_OK;
	if (ev.pods.last && in_number(&w->in, 2))
		ev.pods.capacity = make_capacity(w);
	if (w->leading)
		world_step(w, &ev);
}

static void nominated(struct world *w)
{
	struct res res = {"cpu", 1000 * (int64_t)in_number(&w->in, 5)};
	struct pod pod = {
		.meta = {.ns = "t", .name = in_text(&w->in, "x", "y"), .uid = "1", .rv = "1"},
		.node = "",
		.nominated = core_node_name(in_number(&w->in, CORE_NODES)),
		.requests = {&res, 1}};
	struct core_event ev = {.type = CEV_NOMINATED, .nominated = &pod};
	if (in_number(&w->in, 2)) {
		ev.type = CEV_NOMINATED_GONE;
		ev.gone = &pod.meta;
	}
	world_step(w, &ev);
}

static void pass_time(struct world *w)
{
	static const int64_t ms[] = {0, 1, 100, 900, 1001, 2500, 7000, 31000, 61000, 700000};
	int64_t by = ms[in_number(&w->in, ARRAY_LEN(ms))];
	struct core_event ev = {.type = CEV_TICK};
	w->now_ms += by;
	w->wall_ms += in_number(&w->in, 16) == 15 ? -90000 : by; /* somebody sets the clock */
	for (int i = 0; i < 4; i++)
		world_step(w, &ev);
}

/* Whoever asks has put the numbers into their bounds. */
static void question(struct world *w)
{
	struct job *j = make_job(w, in_number(&w->in, CORE_JOBS));
	AUTO(buf_done) struct buf why = BUF_INIT(1024);
	struct what_if ret;
	if (!w->synced || !job_bound(j, &why))
		return;
	core_what_if(w->core, &j->spec, &ret);
	must(ret.n <= j->spec.parallelism && ret.n <= CORE_NODES);
}

static void bound(struct world *w)
{
	struct core_event ev = {.type = CEV_AGENTS_BOUND, .bound = in_number(&w->in, 4)};
	world_step(w, &ev);
}

static void next(struct world *w)
{
	switch (in_number(&w->in, 32)) {
	case 0: in_number(&w->in, 8) ? sync_all(w) : lead(w); break;
	case 1: in_number(&w->in, 8) ? sync_all(w) : unlead(w); break;
	case 2:
	case 3:
	case 4: job(w); break;
	case 5: job_gone(w); break;
	case 6:
	case 7: node(w); break;
	case 8: compute_node(w); break;
	case 9:
	case 10: agent(w, CEV_HELLO); break;
	case 11: agent(w, CEV_HEARD); break;
	case 12: agent(w, in_number(&w->in, 2) ? CEV_HANGUP : CEV_DROPPED); break;
	case 13: pods(w); break;
	case 14: nominated(w); break;
	case 15: question(w); break;
	case 16: bound(w); break;
	case 17:
	case 18:
	case 19:
	case 20: pass_time(w); break;
	case 21:
	case 22:
	case 23:
	case 24:
	case 25: world_answer(w); break;
	default: agent(w, CEV_REPORT); break;
	}
}

/* Three nodes with their agents and a job, so that there is something to attack. Choices of an
 * input that is over are the usual ones. */
static void settle(struct world *w)
{
	struct input in = w->in;
	w->in = (struct input){0};
	for (uint32_t i = 0; i < CORE_NODES; i++)
		world_step(w, &(struct core_event){.type = CEV_NODE, .node = make_node(w, i)});
	job(w);
	sync_all(w);
	for (uint32_t i = 0; i < CORE_NODES; i++)
		world_step(w, &(struct core_event){.type = CEV_HELLO,
						   .agent = {.node = core_node_name(i),
							     .session = ++w->session,
							     .boot_id = "b1",
							     .version = "v",
							     .proofs = true,
							     .completions = true,
							     .capacity = make_capacity(w)}});
	w->in = in;
}

static struct core_config config(struct world *w)
{
	uint32_t bits = in_number(&w->in, 256);
	struct core_config cfg = core_config_usual();
	if (!(bits & 1))
		cfg.node_not_ready_ms = 0;
	cfg.namespace_holds = bits & 2 ? 1 : 0;
	cfg.step_jobs = bits & 4 ? 2 : 0;
	cfg.spread = bits & 8;
	cfg.creates_initial = bits & 16 ? 1 : 0;
	cfg.agent_launch = !(bits & 32);
	cfg.agent_policy = bits & 64;
	cfg.ask_admission = bits & 128;
	cfg.proofs = true;
	return cfg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct world *w = mem_zalloc(1, sizeof *w);
	w->arena = ARENA_INIT(64 << 20);
	w->in = (struct input){data, data + len};
	w->now_ms = 1000;
	w->wall_ms = INT64_C(1750000000000);
	w->session = 3;
	struct core_config cfg = config(w);
	w->core = core_new(&cfg, NULL);
	lead(w);
	if (in_number(&w->in, 4))
		settle(w);
	for (int steps = 0; w->in.p < w->in.end && steps < 400; steps++)
		next(w);
	w->core = core_free(w->core);
	for (uint32_t i = 0; i < CORE_JOBS; i++)
		bitset_done(&w->jobs[i].succeeded);
	arena_done(&w->arena);
	free(w);
	return 0;
}
