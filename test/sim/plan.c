/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

#include <inttypes.h>

#include "base/mem.h"

enum { CALM_START_MS = 3000, BUSY_MS = 120000 };

static void put(char *ret, size_t size, const struct buf *b)
{
	must(b->len < size);
	for (size_t i = 0; i <= b->len; i++)
		ret[i] = buf_str(b)[i];
}

static struct plan_op *add(struct plan *p, enum plan_op_type type, int64_t at_ms)
{
	static struct plan_op nowhere;
	if (p->nops == PLAN_OPS_MAX)
		return &nowhere;
	struct plan_op *op = &p->op[p->nops++];
	*op = (struct plan_op){.at_ms = at_ms, .type = type};
	return op;
}

static void make_text(struct plan_job *j, struct rng *r)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof j->template_text - 1);
	bool bad = draw_percent(r, 12), flaky = !bad && draw_percent(r, 20);
	buf_printf(&b, "run=%" PRId64 " exit=%d cpu=%" PRId64 " memory=%" PRId64,
		   draw(r, 200, 30000), bad ? 3 : 0, draw(r, 1, 8) * 250, draw(r, 1, 4) * 1000);
	if (flaky)
		buf_puts(&b, " fails=1");
	if (draw_percent(r, 10))
		buf_puts(&b, " refuse=1");
	put(j->template_text, sizeof j->template_text, &b);
	j->expect_failed = bad;
	j->may_fail = flaky;
}

/* What few jobs have; some of it makes more than one end right. */
static void make_rare(struct plan_job *j, struct rng *r)
{
	if (draw_percent(r, 15))
		j->want.on_node_loss = LOSS_WAIT;
	else if (draw_percent(r, 10))
		j->want.on_node_loss = LOSS_FAIL;
	if (draw_percent(r, 25))
		j->want.min_parallelism = (uint32_t)draw(r, 1, j->want.parallelism);
	if (draw_percent(r, 10))
		j->want.deadline_s = draw(r, 5, 90);
	if (draw_percent(r, 10))
		j->want.ttl_s = draw(r, 0, 60);
	j->may_fail = j->may_fail || j->want.deadline_s >= 0 || j->want.on_node_loss == LOSS_FAIL;
}

static void make_job(struct plan *p, const struct plan_config *cfg, const struct sim_config *sim,
		     struct rng *r)
{
	struct plan_job *j = &p->job[p->njobs];
	AUTO(buf_done) struct buf name = BUF_INIT(sizeof j->name - 1);
	buf_printf(&name, "j%u", p->njobs);
	put(j->name, sizeof j->name, &name);
	make_text(j, r);
	uint32_t most = sim->machines < 6 ? sim->machines : 6;
	j->want = (struct job_want){.name = j->name,
				    .parallelism = (uint32_t)draw(r, 1, most),
				    .backoff_limit = (uint32_t)draw(r, 0, 3),
				    .priority = (int32_t)draw(r, -1, 1),
				    .deadline_s = -1,
				    .ttl_s = -1,
				    .template_text = j->template_text,
				    .credentials = draw_percent(r, 20)};
	if (draw_percent(r, 15)) {
		j->want.selector_key = "kubernetes.io/hostname";
		j->want.selector_value = draw_percent(r, 70) ? "n1" : "nowhere";
		j->want.parallelism = 1;
	}
	if (cfg->wide)
		make_rare(j, r);
	p->njobs++;
}

static void make_users(struct plan *p, const struct plan_config *cfg, const struct sim_config *sim,
		       struct rng *r)
{
	uint32_t n = cfg->jobs ? cfg->jobs : (uint32_t)draw(r, 1, 6);
	for (uint32_t i = 0; i < n && i < PLAN_JOBS_MAX; i++) {
		make_job(p, cfg, sim, r);
		struct plan_op *op = add(p, OP_JOB, draw(r, 0, BUSY_MS / 2));
		op->job = i;
		if (draw_percent(r, 20)) {
			struct plan_op *del = add(p, OP_JOB_DELETE, op->at_ms + draw(r, 0, 40000));
			del->job = i;
			del->a = (uint32_t)draw(r, DELETE_BACKGROUND, DELETE_ORPHAN);
		}
	}
	for (int64_t k = draw(r, 0, 4); k > 0; k--) {
		static const enum plan_op_type basic[] = {OP_TOUCH, OP_CORDON, OP_CORDON_CNODE,
							  OP_POD_DELETE, OP_DRAIN};
		static const enum plan_op_type wide[] = {
			OP_TOUCH,   OP_CORDON, OP_CORDON_CNODE, OP_POD_DELETE,  OP_DRAIN, OP_SCALE,
			OP_SUSPEND, OP_EDIT,   OP_CNODE_DELETE, OP_NODE_DELETE, OP_LIMIT};
		struct plan_op *op = add(p,
					 cfg->wide ? wide[rng_below(r, ARRAY_LEN(wide))]
						   : basic[rng_below(r, ARRAY_LEN(basic))],
					 draw(r, CALM_START_MS, BUSY_MS));
		op->a = (uint32_t)rng_below(r, sim->machines);
		op->b = (uint32_t)draw(r, 1, sim->machines < 6 ? sim->machines : 6);
		op->job = (uint32_t)rng_below(r, p->njobs);
		op->ms = draw(r, 500, 30000);
	}
}

static void make_faults(struct plan *p, const struct plan_config *cfg, const struct sim_config *sim,
			struct rng *r)
{
	uint32_t most = cfg->faults == FAULTS_ALL ? OP_N - 1 : OP_SLOW_LINK;
	if (cfg->faults == FAULTS_NONE)
		return;
	for (int64_t k = draw(r, 1, 8); k > 0; k--) {
		struct plan_op *op = add(p, (enum plan_op_type)draw(r, OP_CRASH_COORDINATOR, most),
					 draw(r, 0, BUSY_MS));
		op->a = (uint32_t)rng_below(r, sim->machines);
		op->b = (uint32_t)rng_below(r, 1000);
		op->ms = draw_percent(r, 70) ? draw(r, 100, 15000) : draw(r, 10000, 120000);
	}
}

void plan_make(struct plan *p, const struct plan_config *cfg, struct sim_config *ret_sim)
{
	struct rng r = {.s = cfg->seed * 2 + 1};
	*p = (struct plan){0};
	*ret_sim = (struct sim_config){.seed = rng_next(&r),
				       .machines = cfg->machines ? cfg->machines
								 : (uint32_t)draw(&r, 1, 7),
				       .cpu_milli = draw(&r, 2, 8) * 1000,
				       .memory_milli = draw(&r, 4, 16) * 1000,
				       .coordinators = 2,
				       .log_level = LOG_INFO};
	must(ret_sim->machines <= MACHINES_MAX);
	make_users(p, cfg, ret_sim, &r);
	make_faults(p, cfg, ret_sim, &r);
	for (uint32_t i = 0; i < p->nops; i++) {
		int64_t end = p->op[i].at_ms + p->op[i].ms;
		p->end_ms = end > p->end_ms ? end : p->end_ms;
	}
}

const char *plan_op_text(const struct plan_op *op, struct buf *b)
{
	static const char *const texts[OP_N] = {
		[OP_JOB] = "create job",
		[OP_JOB_DELETE] = "delete job",
		[OP_TOUCH] = "label job",
		[OP_CORDON] = "cordon node",
		[OP_CORDON_CNODE] = "cordon ComputeNode",
		[OP_POD_DELETE] = "delete a pod",
		[OP_DRAIN] = "drain node",
		[OP_SCALE] = "scale job",
		[OP_SUSPEND] = "suspend job",
		[OP_EDIT] = "change job",
		[OP_CNODE_DELETE] = "delete ComputeNode",
		[OP_NODE_DELETE] = "delete Node",
		[OP_LIMIT] = "limit ComputeNode",
		[OP_CRASH_COORDINATOR] = "crash coordinator",
		[OP_CRASH_LEADER] = "crash leader",
		[OP_CRASH_AGENT] = "crash agent",
		[OP_CRASH_AT_ACTION] = "crash at an action",
		[OP_BREAK_LINK] = "break link",
		[OP_WEATHER] = "API errors",
		[OP_CUT_WATCHES] = "cut watches",
		[OP_COMPACT] = "compact",
		[OP_SLOW_LINK] = "slow link",
		[OP_PAUSE] = "pause a process",
		[OP_CUT_MACHINE] = "cut node off",
		[OP_POWER] = "power off and on",
		[OP_KUBELET] = "kubelet down and up",
		[OP_CLOCK_JUMP] = "clock jump",
		[OP_QUOTA] = "quota",
	};
	buf_printf(b, "at %" PRId64 "ms %s a=%u b=%u job=j%u for %" PRId64 "ms", op->at_ms,
		   texts[op->type], op->a, op->b, op->job, op->ms);
	return buf_str(b);
}
