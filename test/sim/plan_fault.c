/* SPDX-License-Identifier: Apache-2.0 */
/* How the plan's faults take place, and end where they last. */
#include "base/mem.h"
#include "plan_impl.h"

static struct proc *leader(struct sim *s)
{
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		struct proc *p = &s->coordinator[i];
		if (p->alive && coordinator_leading(p->c))
			return p;
	}
	return NULL;
}

static struct machine *machine_of(struct sim *s, const struct plan_op *op)
{
	return &s->machine[op->a % s->cfg.machines];
}

/* A coordinator as often as an agent, or a cluster of many nodes would have few of them. */
static struct proc *any_proc(struct sim *s, const struct plan_op *op)
{
	return op->c % 2 ? &s->coordinator[op->a % s->cfg.coordinators] : &machine_of(s, op)->agent;
}

static bool crash(struct proc *p, bool fin)
{
	bool was = p && p->alive;
	if (was)
		proc_crash(p, fin);
	return was;
}

static bool crash_at_action(struct sim *s, const struct plan_op *op)
{
	struct proc *p = any_proc(s, op);
	p->crash_at_action = 1 + op->b % (op->b & 1 ? 10 : 100);
	p->crash_before = op->b & 2;
	return p->alive;
}

static bool break_link(struct sim *s, const struct plan_op *op)
{
	struct machine *m = machine_of(s, op);
	m->faulty_ms = op->b & 1 ? s->clock.now_ms : m->faulty_ms;
	return net_break_node(s->net, m->name, op->b & 1);
}

static bool weather(struct sim *s, const struct plan_op *op)
{
	struct weather *w = conns_weather(s->conns);
	uint32_t *knobs[] = {&w->lost,      &w->answer_lost, &w->throttled, &w->failed,
			     &w->conflicts, &w->slow,        &w->watch_cut, &w->watch_gone};
	*knobs[op->b % ARRAY_LEN(knobs)] = 5 + op->b % 61;
	*knobs[(op->b / 8) % ARRAY_LEN(knobs)] = 5 + op->b % 37;
	return true;
}

/* A leader that stalls hears nobody: no node is above doubt. */
static bool pause(struct sim *s, const struct plan_op *op)
{
	struct proc *p = any_proc(s, op);
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		if (p->kind == PROC_COORDINATOR || p == &s->machine[i].agent)
			s->machine[i].faulty_ms = s->clock.now_ms + op->ms;
	}
	if (p->alive)
		proc_pause(p, op->ms);
	return p->alive;
}

static void set_quota(struct sim *s, uint32_t pods)
{
	if (s->server.pod_quota && !pods)
		s->server.quota_ended_ms = s->clock.now_ms;
	s->server.pod_quota = pods;
}

static const struct taint service = {TAINT_OUT_OF_SERVICE, "nodeshutdown", EFFECT_NO_EXECUTE};

/* An administrator saw that the machine is off, and says so. */
static void on_out_of_service(void *self, uint64_t i)
{
	struct machine *m = self;
	(void)i;
	if (m->down && user_taint(m->sim, m->name, &service, true))
		m->unregistered_ms = m->sim->clock.now_ms;
}

static bool out_of_service(struct sim *s, const struct plan_op *op)
{
	struct machine *m = machine_of(s, op);
	machine_power_off(m);
	clock_at(&s->clock, s->clock.now_ms + draw(&s->rng, 100, 60000), on_out_of_service, m, 0);
	return true;
}

bool plan_fault_begin(struct step *st, const struct plan_op *op)
{
	struct sim *s = st->sim;
	struct machine *m = machine_of(s, op);
	switch ((int)op->type) {
	case OP_CRASH_COORDINATOR:
		return crash(&s->coordinator[op->a % s->cfg.coordinators], op->b % 2);
	case OP_CRASH_LEADER: return crash(leader(s), op->b % 2);
	case OP_CRASH_AGENT: return crash(&m->agent, true);
	case OP_CRASH_AT_ACTION: return crash_at_action(s, op);
	case OP_BREAK_LINK: return break_link(s, op);
	case OP_WEATHER: return weather(s, op);
	case OP_CUT_WATCHES: conns_cut_watches(s->conns); break;
	case OP_COMPACT: store_compact(&s->server.store, 0); break;
	case OP_SLOW_LINK: net_slow(s->net, 5 + op->b % 60); break;
	case OP_PAUSE: return pause(s, op);
	case OP_CUT_MACHINE: machine_cut(m, op->ms); break;
	case OP_POWER: machine_power_off(m); break;
	case OP_KUBELET: machine_kubelet(m, false); break;
	case OP_CLOCK_JUMP:
		any_proc(s, op)->wall_offset_ms += op->b & 1 ? 3600000 : -3600000;
		break;
	case OP_QUOTA: set_quota(s, 1 + op->b % 6); break;
	case OP_OUT_OF_SERVICE: return out_of_service(s, op);
	default: must(!"a fault");
	}
	return true;
}

static void start_all(struct sim *s)
{
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		proc_start(&s->coordinator[i]);
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		if (!s->machine[i].down)
			proc_start(&s->machine[i].agent);
	}
}

void plan_fault_end(struct step *st, const struct plan_op *op)
{
	struct sim *s = st->sim;
	struct machine *m = machine_of(s, op);
	switch ((int)op->type) {
	case OP_WEATHER: *conns_weather(s->conns) = (struct weather){0}; break;
	case OP_SLOW_LINK: net_slow(s->net, 0); break;
	case OP_POWER: machine_power_on(m); break;
	case OP_KUBELET: machine_kubelet(m, true); break;
	case OP_QUOTA: set_quota(s, 0); break;
	case OP_OUT_OF_SERVICE:
		machine_power_on(m);
		user_taint(s, m->name, &service, false);
		break;
	default: break;
	}
	start_all(s);
}

/* All is well from here on, whatever was cut off by another fault's end. */
void plan_fault_end_all(struct step *st)
{
	struct sim *s = st->sim;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		s->coordinator[i].crash_at_action = 0;
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		s->machine[i].agent.crash_at_action = 0;
		machine_power_on(&s->machine[i]);
		machine_kubelet(&s->machine[i], true);
		user_taint(s, s->machine[i].name, &service, false);
	}
	*conns_weather(s->conns) = (struct weather){0};
	net_slow(s->net, 0);
	set_quota(s, 0);
	start_all(s);
}
