/* SPDX-License-Identifier: Apache-2.0 */
/* How a plan's operations take place, and what end they let expect. */
#include "base/mem.h"
#include "model/quantity.h"
#include "model/selector.h"
#include "plan.h"

struct step { /* self of a queued operation; lives as long as the plan */
	struct sim *sim;
	struct plan *plan;
};

static struct proc *leader(struct sim *s)
{
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		struct proc *p = &s->coordinator[i];
		if (p->alive && coordinator_leading(p->c))
			return p;
	}
	return &s->coordinator[0];
}

static struct proc *any_proc(struct sim *s, const struct plan_op *op)
{
	uint32_t i = op->a % (s->cfg.machines + s->cfg.coordinators);
	return i < s->cfg.coordinators ? &s->coordinator[i]
				       : &s->machine[i - s->cfg.coordinators].agent;
}

static void weather(struct sim *s, const struct plan_op *op)
{
	struct weather *w = conns_weather(s->conns);
	uint32_t *knobs[] = {&w->lost,      &w->answer_lost, &w->throttled, &w->failed,
			     &w->conflicts, &w->slow,        &w->watch_cut, &w->watch_gone};
	*knobs[op->b % ARRAY_LEN(knobs)] = 5 + op->b % 61;
	*knobs[(op->b / 8) % ARRAY_LEN(knobs)] = 5 + op->b % 37;
}

static void delete_some_pod(struct sim *s, const struct plan_op *op)
{
	const struct shelf *sh = &s->server.store.shelf[API_POD];
	if (sh->n)
		user_delete_pod(s, sh->v[op->b % sh->n]->meta.ns, sh->v[op->b % sh->n]->meta.name);
}

static void edit(struct sim *s, const struct plan_op *op, const struct plan *p)
{
	AUTO(buf_done) struct buf text = BUF_INIT(256);
	struct job_want want = p->job[op->job].want;
	const struct version *v = user_job(s, want.name);
	if (!v || v->meta.deleted_ms || v->job.status.state == JOB_COMPLETED ||
	    v->job.status.state == JOB_FAILED)
		return;
	buf_printf(&text, "%s v=%u", want.template_text, op->b);
	want.template_text = buf_str(&text);
	want.parallelism = v->job.spec.parallelism;
	want.suspend = v->job.spec.suspend;
	user_apply_job(s, &want);
}

static void begin_user(struct sim *s, const struct plan_op *op, const struct plan *p)
{
	const char *node = s->machine[op->a % s->cfg.machines].name;
	const char *job = p->njobs ? p->job[op->job].name : "";
	if (op->type == OP_JOB)
		user_apply_job(s, &p->job[op->job].want);
	else if (op->type == OP_JOB_DELETE)
		user_delete_job(s, job, (enum deletion)op->a);
	else if (op->type == OP_TOUCH)
		user_touch(s, job);
	else if (op->type == OP_CORDON)
		user_cordon(s, node, true);
	else if (op->type == OP_CORDON_CNODE)
		user_cordon_cnode(s, node, true);
	else if (op->type == OP_POD_DELETE)
		delete_some_pod(s, op);
	else if (op->type == OP_DRAIN) {
		user_cordon(s, node, true);
		user_evict_node(s, node);
	} else if (op->type == OP_SCALE)
		user_scale(s, job, op->b);
	else if (op->type == OP_SUSPEND)
		user_suspend(s, job, true);
	else if (op->type == OP_EDIT)
		edit(s, op, p);
	else if (op->type == OP_CNODE_DELETE)
		user_delete_cnode(s, node);
	else if (op->type == OP_NODE_DELETE)
		machine_register(&s->machine[op->a % s->cfg.machines], false);
	else if (op->type == OP_LIMIT)
		user_limit(s, node, "cpu", (int64_t)op->b * 500);
}

static void set_quota(struct sim *s, uint32_t pods)
{
	if (s->server.pod_quota && !pods)
		s->server.quota_ended_ms = s->clock.now_ms;
	s->server.pod_quota = pods;
}

static void begin_fault(struct sim *s, const struct plan_op *op)
{
	struct machine *m = &s->machine[op->a % s->cfg.machines];
	struct proc *p = any_proc(s, op);
	if (op->type == OP_CRASH_COORDINATOR)
		proc_crash(&s->coordinator[op->a % s->cfg.coordinators], op->b % 2);
	else if (op->type == OP_CRASH_LEADER)
		proc_crash(leader(s), op->b % 2);
	else if (op->type == OP_CRASH_AGENT)
		proc_crash(&m->agent, true);
	else if (op->type == OP_CRASH_AT_ACTION) {
		p->crash_at_action = 1 + op->b % 40;
		p->crash_before = op->b & 1;
	} else if (op->type == OP_BREAK_LINK) {
		m->faulty_ms = op->b & 1 ? s->clock.now_ms : m->faulty_ms;
		net_break_node(s->net, m->name, op->b & 1);
	} else if (op->type == OP_WEATHER)
		weather(s, op);
	else if (op->type == OP_CUT_WATCHES)
		conns_cut_watches(s->conns);
	else if (op->type == OP_COMPACT)
		store_compact(&s->server.store, 0);
	else if (op->type == OP_SLOW_LINK)
		net_slow(s->net, 5 + op->b % 60);
	else if (op->type == OP_PAUSE && p->alive) {
		for (uint32_t i = 0; i < s->cfg.machines;
		     i++) /* a leader that stalls hears nobody */
			if (p->kind == PROC_COORDINATOR || p == &s->machine[i].agent)
				s->machine[i].faulty_ms = s->clock.now_ms + op->ms;
		proc_pause(p, op->ms);
	} else if (op->type == OP_CUT_MACHINE)
		machine_cut(m, op->ms);
	else if (op->type == OP_POWER)
		machine_power_off(m);
	else if (op->type == OP_KUBELET)
		machine_kubelet(m, false);
	else if (op->type == OP_CLOCK_JUMP)
		p->wall_offset_ms += op->b & 1 ? 3600000 : -3600000;
	else if (op->type == OP_QUOTA)
		set_quota(s, 1 + op->b % 6);
}

static void on_begin(void *self, uint64_t i)
{
	struct step *step = self;
	const struct plan_op *op = &step->plan->op[i];
	AUTO(buf_done) struct buf text = BUF_INIT(256);
	sim_note(step->sim, plan_op_text(op, &text));
	if (op->type < OP_CRASH_COORDINATOR)
		begin_user(step->sim, op, step->plan);
	else
		begin_fault(step->sim, op);
}

static void end_fault(struct sim *s, const struct plan_op *op)
{
	struct machine *m = &s->machine[op->a % s->cfg.machines];
	if (op->type == OP_WEATHER)
		*conns_weather(s->conns) = (struct weather){0};
	else if (op->type == OP_SLOW_LINK)
		net_slow(s->net, 0);
	else if (op->type == OP_POWER)
		machine_power_on(m);
	else if (op->type == OP_KUBELET)
		machine_kubelet(m, true);
	else if (op->type == OP_QUOTA)
		set_quota(s, 0);
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		proc_start(&s->coordinator[i]);
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		if (!s->machine[i].down)
			proc_start(&s->machine[i].agent);
	}
}

static void on_end(void *self, uint64_t i)
{
	struct step *step = self;
	const struct plan_op *op = &step->plan->op[i];
	const char *node = step->sim->machine[op->a % step->sim->cfg.machines].name;
	if (op->type == OP_CORDON || op->type == OP_DRAIN)
		user_cordon(step->sim, node, false);
	else if (op->type == OP_CORDON_CNODE)
		user_cordon_cnode(step->sim, node, false);
	else if (op->type == OP_SUSPEND)
		user_suspend(step->sim, step->plan->job[op->job].name, false);
	else if (op->type == OP_NODE_DELETE)
		machine_register(&step->sim->machine[op->a % step->sim->cfg.machines], true);
	else
		end_fault(step->sim, op);
}

/* All is well from here on, whatever was cut off by another fault's end. */
static void on_calm(void *self, uint64_t arg)
{
	struct step *step = self;
	struct sim *s = step->sim;
	(void)arg;
	sim_note(s, "calm");
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		s->coordinator[i].crash_at_action = 0;
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		s->machine[i].agent.crash_at_action = 0;
		machine_power_on(&s->machine[i]);
		machine_kubelet(&s->machine[i], true);
	}
	*conns_weather(s->conns) = (struct weather){0};
	end_fault(s, &(struct plan_op){.type = OP_QUOTA});
	s->calm_since_ms = s->clock.now_ms;
}

void plan_schedule(struct plan *p, struct sim *s)
{
	static const bool lasts[OP_N] = {
		[OP_CORDON] = true,
		[OP_CORDON_CNODE] = true,
		[OP_DRAIN] = true,
		[OP_SUSPEND] = true,
		[OP_CRASH_COORDINATOR] = true,
		[OP_CRASH_LEADER] = true,
		[OP_CRASH_AGENT] = true,
		[OP_CRASH_AT_ACTION] = true,
		[OP_WEATHER] = true,
		[OP_SLOW_LINK] = true,
		[OP_POWER] = true,
		[OP_KUBELET] = true,
		[OP_QUOTA] = true,
		[OP_NODE_DELETE] = true,
	};
	struct step *step = arena_alloc(&s->scratch, sizeof *step);
	*step = (struct step){s, p};
	for (uint32_t i = 0; i < p->nops; i++) {
		if (p->op[i].off)
			continue;
		clock_at(&s->clock, p->op[i].at_ms, on_begin, step, i);
		if (lasts[p->op[i].type])
			clock_at(&s->clock, p->op[i].at_ms + p->op[i].ms, on_end, step, i);
	}
	clock_at(&s->clock, p->end_ms + 1, on_calm, step, 0);
}

/* ---- the end ---- */

static bool fits_ever(struct sim *s, const struct job_spec *spec)
{
	const struct shelf *sh = &s->server.store.shelf[API_NODE];
	uint32_t fit = 0;
	for (uint32_t i = 0; i < sh->n; i++) {
		const struct node *n = &sh->v[i]->node;
		const struct version *cn =
			store_find(&s->server.store, API_CNODE, NULL, n->meta.name);
		bool ok = cn != NULL;
		for (uint32_t k = 0; ok && k < spec->requests.n; k++)
			ok = spec->requests.v[k].milli <=
			     reslist_get(&cn->cnode.resources, spec->requests.v[k].name);
		for (uint32_t k = 0; k < spec->requests.n; k++)
			ok = ok && spec->requests.v[k].milli <=
					   reslist_get(&n->allocatable, spec->requests.v[k].name);
		for (uint32_t k = 0; k < spec->node_selector.n; k++)
			ok = ok && str_eq(kvs_get(&n->meta.labels, spec->node_selector.v[k].key),
					  spec->node_selector.v[k].val);
		fit += ok;
	}
	return fit >= spec->min_parallelism;
}

static bool final(enum job_state state)
{
	return state == JOB_COMPLETED || state == JOB_FAILED;
}

/* An edit that met the end of its job changes nothing any more. A job that does not fit now may
 * have fitted before, and ended. */
static bool job_settled(struct sim *s, const struct plan_job *j, const struct version *v)
{
	enum job_state state = v->job.status.state;
	if (v->meta.deleted_ms)
		return false;
	if (v->job.spec.suspend)
		return state == JOB_SUSPENDED || final(state);
	if (!fits_ever(s, &v->job.spec))
		return state == JOB_PENDING || final(state) ||
		       (state == JOB_RUNNING && !v->job.status.active);
	if (j->expect_failed)
		return state == JOB_FAILED; /* by its deadline, if not by its containers */
	if (j->may_fail)
		return state == JOB_COMPLETED || state == JOB_FAILED;
	return state == JOB_COMPLETED;
}

bool plan_settled(const struct plan *p, struct sim *s, struct buf *why)
{
	bool all = true;
	for (uint32_t i = 0; i < p->njobs; i++) {
		const struct version *v = user_job(s, p->job[i].name);
		if (!v || job_settled(s, &p->job[i], v))
			continue;
		all = false;
		buf_printf(why, "job %s is %s (%s); ", p->job[i].name,
			   *job_state_text(v->job.status.state)
				   ? job_state_text(v->job.status.state)
				   : "without state",
			   str_or_empty(v->job.status.message));
	}
	return all;
}
