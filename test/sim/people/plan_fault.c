/* SPDX-License-Identifier: Apache-2.0 */
/* How the plan's faults begin. */
#include "base/mem.h"
#include "test/sim/cluster/lifecycle.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/people/hostile.h"
#include "test/sim/people/plan_step.h"
#include "test/sim/people/user_node.h"

static struct proc *leader(struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		struct proc *p = &cl->coordinator[i];
		if (p->host.alive && coordinator_leading(p->c))
			return p;
	}
	return NULL;
}

struct machine *plan_machine(struct cluster *cl, const struct plan_op *op)
{
	return &cl->machine[op->a % cl->cfg.machines];
}

/* A coordinator as often as an agent, or a cluster of many nodes would have few of them. */
static struct proc *any_proc(struct cluster *cl, const struct plan_op *op)
{
	return op->c % 2 ? &cl->coordinator[op->a % cl->cfg.coordinators]
			 : &plan_machine(cl, op)->agent;
}

static bool crash(struct proc *p, bool fin)
{
	bool was = p && p->host.alive;
	if (was)
		proc_crash(p, fin);
	return was;
}

static bool crash_at_action(struct cluster *cl, const struct plan_op *op)
{
	struct proc *p = any_proc(cl, op);
	p->host.crash_at_action = 1 + op->b % (op->b & 1 ? 10 : 100);
	p->host.crash_before = op->b & 2;
	return p->host.alive;
}

static bool break_link(struct cluster *cl, const struct plan_op *op)
{
	struct machine *m = plan_machine(cl, op);
	if (op->b & 1)
		machine_doubt(m, cl->world.clock.now_ms);
	return net_break_node(cl->world.net, m->name, op->b & 1);
}

static bool weather(struct cluster *cl, const struct plan_op *op)
{
	struct weather *w = conns_weather(cl->world.conns);
	uint32_t *knobs[] = {&w->lost,      &w->answer_lost, &w->late,         &w->throttled,
			     &w->failed,    &w->conflicts,   &w->unauthorized, &w->slow,
			     &w->watch_cut, &w->watch_gone};
	*knobs[op->b % ARRAY_LEN(knobs)] = 5 + op->b % 61;
	*knobs[op->c % ARRAY_LEN(knobs)] = 5 + op->b % 37;
	return true;
}

/* It wakes, or is about to, and believes that it leads; all agents look for their leader just then,
 * and what they say to a process that is stopped waits for it. */
static void on_wake(void *self, uint64_t arg)
{
	struct cluster *cl = self;
	(void)arg;
	for (uint32_t i = 0; i < cl->cfg.machines; i++)
		net_break_node(cl->world.net, cl->machine[i].name, false);
}

/* A leader that stalls hears nobody: no node is above doubt. */
static bool pause(struct cluster *cl, const struct plan_op *op)
{
	bool sleeps = op->c % 3;
	struct proc *p = sleeps && leader(cl) ? leader(cl) : any_proc(cl, op);
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		if (p->kind == PROC_COORDINATOR)
			cl->machine[i].unheard_ms = cl->world.clock.now_ms + op->ms;
		else if (p == &cl->machine[i].agent)
			machine_doubt(&cl->machine[i], cl->world.clock.now_ms + op->ms);
	}
	if (!p->host.alive || p->host.paused_until_ms > cl->world.clock.now_ms)
		return false;
	if (p->kind == PROC_COORDINATOR && sleeps) {
		proc_sleep(p, op->ms);
		if (op->b % 4 == 1) /* its clock is set back meanwhile, say from a bad source */
			p->wall_offset_ms -= 3600000;
		conns_roughen(cl->world.conns); /* two write for a while */
		int64_t early_ms = draw(&cl->world.rng, 0, op->ms < 4000 ? op->ms : 4000);
		clock_at(&cl->world.clock, cl->world.clock.now_ms + op->ms - early_ms, on_wake, cl,
			 0);
	} else {
		proc_pause(p, op->ms);
	}
	return true;
}

/* Its node may fall silent until then; checks allow for what that does. */
static void doubt(struct cluster *cl, struct machine *one, int64_t ms)
{
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		struct machine *m = &cl->machine[i];
		if (!one || m == one)
			machine_doubt(m, cl->world.clock.now_ms + ms);
	}
}

/* What makes the leader write so, where it would hardly do in that time. */
static void provoke(struct step *st, const struct plan_op *op, enum write w)
{
	struct machine *m = plan_machine(st->cluster, op);
	if (w == WRITE_COMPUTE_NODE_DELETE)
		machine_register(m, false);
	else if (w == WRITE_COMPUTE_NODE_APPLY)
		user_delete_compute_node(&st->cluster->world, m->name);
	else if (w == WRITE_JOB_DELETE)
		user_edit(&st->cluster->world, st->plan->job[op->job].name, EDIT_TTL, 1);
	else if (w == WRITE_POD)
		st->cluster->world.server.deny_agent_pods = true;
}

static void aim(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	enum write w = (enum write)(op->b % WRITE_N);
	enum mishap m = (enum mishap)(1 + op->c % (MISHAP_N - 1));
	conns_shoot(cl->world.conns, w, mishap_can(w, m) ? m : MISHAP_ANSWER_LOST, 1 + op->a % 4);
	provoke(st, op, w);
}

static void on_hand_over(void *self, uint64_t arg)
{
	struct cluster *cl = self;
	struct proc *p = leader(cl);
	(void)arg;
	if (p)
		proc_stop(p);
	if (!cl->world.older_version)
		return;
	/* Each pod of the Deployment is replaced, so no process sees the jobs of both versions. */
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		if (&cl->coordinator[i] != p && cl->coordinator[i].host.alive)
			proc_crash(&cl->coordinator[i], true);
	}
	user_upgrade(&cl->world, false);
}

/* At times with writes on their way that arrive when the next one leads. */
static bool hand_over(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	bool late = op->b & 1;
	if (late) {
		conns_shoot(cl->world.conns, WRITE_JOB_STATUS, MISHAP_LATE, 2);
		user_scale(&cl->world, st->plan->job[op->job].name, 1 + op->b % 4);
	}
	clock_at(&cl->world.clock, cl->world.clock.now_ms + (late ? 1100 : 0), on_hand_over, cl, 0);
	return leader(cl);
}

/* At least one machine is left. */
static bool lose(struct machine *m, const struct plan_op *op)
{
	const struct cluster *cl = m->cluster;
	uint32_t left = 0;
	for (uint32_t i = 0; i < cl->cfg.machines; i++)
		left += !cl->machine[i].gone && !cl->machine[i].agentless;
	if (m->gone || left < 2)
		return false;
	machine_lose(m, op->b & 1);
	return true;
}

/* Neighbours, from two of them to all. */
static void cut_several(struct cluster *cl, const struct plan_op *op)
{
	uint32_t n = 2 + op->b % cl->cfg.machines;
	for (uint32_t i = 0; i < n && i < cl->cfg.machines; i++)
		machine_cut(&cl->machine[(op->a + i) % cl->cfg.machines], op->ms);
}

static bool flap(struct machine *m, const struct plan_op *op)
{
	(void)op;
	if (machine_absent(m) || !m->registered)
		return false;
	machine_ready(m, false);
	return true;
}

static void admission(struct cluster *cl, const struct plan_op *op)
{
	cl->world.server.deny_agent_pods = op->b % 3 == 0;
	if (op->b % 3)
		cl->world.server.deny_pods = op->b % 3 == 1 ? "violates PodSecurity \"restricted\""
							    : "spec.containers: Invalid value";
	cl->world.server.deny_invalid = op->b % 3 == 2;
}

/* From now on a leader may not know what is said. */
static void deaf(struct cluster *cl, int64_t ms)
{
	int64_t until = cl->world.clock.now_ms + ms;
	if (cl->deaf_from_ms > cl->world.clock.now_ms)
		cl->deaf_from_ms = cl->world.clock.now_ms;
	cl->deaf_until_ms = cl->deaf_until_ms < until ? until : cl->deaf_until_ms;
}

/* Some users then delete a job so that its pods stay, when its leader hears of what was before. */
static void lag(struct step *st, const struct plan_op *op)
{
	const char *job = st->plan->job[op->job].name;
	conns_weather(st->cluster->world.conns)->watch_lag_ms = 500 + (int64_t)op->b * 8;
	if (op->c % 3)
		return;
	user_scale(&st->cluster->world, job, 1);
	user_delete_job(&st->cluster->world, job, DELETE_ORPHAN);
}

/* The Lease goes over a connection of its own: that one, the other, or both. */
static bool cut_api(struct cluster *cl, const struct plan_op *op)
{
	struct proc *p = &cl->coordinator[op->a % cl->cfg.coordinators];
	if (!p->host.alive)
		return false;
	if (op->b % 3 != 1)
		conn_blackhole(p->lease_conn, cl->world.clock.now_ms + op->ms);
	if (op->b % 3 != 0) {
		conn_blackhole(p->conn, cl->world.clock.now_ms + op->ms);
		deaf(cl, op->ms);
		doubt(cl, NULL, op->ms);
	}
	return true;
}

const struct taint plan_out_of_service = {TAINT_OUT_OF_SERVICE, "nodeshutdown", EFFECT_NO_EXECUTE};

/* An administrator saw that the machine is off, and says so. */
static void on_out_of_service(void *self, uint64_t i)
{
	struct machine *m = self;
	(void)i;
	if (m->down)
		(void)user_taint(&m->cluster->world, m->name, &plan_out_of_service, true);
}

static bool out_of_service(struct cluster *cl, const struct plan_op *op)
{
	struct machine *m = plan_machine(cl, op);
	machine_power_off(m);
	clock_at(&cl->world.clock, cl->world.clock.now_ms + draw(&cl->world.rng, 100, 60000),
		 on_out_of_service, m, 0);
	return true;
}

/* Nobody on its node answers just then, and an administrator deletes by force what runs there. */
static bool crash_agent(struct machine *m, const struct plan_op *op)
{
	struct world *w = &m->cluster->world;
	const struct shelf *pods = &w->server.store.shelf[API_POD];
	bool was = crash(&m->agent, true);
	for (uint32_t i = pods->n; was && op->b % 3 == 0 && i-- > 0;) {
		const struct version *v = pods->v[i];
		if (str_eq(v->pod.node, m->name))
			(void)user_force_delete_pod(w, v->meta.ns, v->meta.name);
	}
	return was;
}

/* One machine, or all those behind a switch. */
static void cut_machines(struct cluster *cl, const struct plan_op *op)
{
	uint32_t n = op->b % 3 ? 1 : 1 + op->c % cl->cfg.machines;
	for (uint32_t i = 0; i < n; i++)
		machine_cut(&cl->machine[(op->a + i) % cl->cfg.machines], op->ms);
}

bool plan_fault_begin(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	struct machine *m = plan_machine(cl, op);
	switch ((int)op->type) {
	case OP_CRASH_COORDINATOR:
		return crash(&cl->coordinator[op->a % cl->cfg.coordinators], op->b % 2);
	case OP_CRASH_LEADER: return crash(leader(cl), op->b % 2);
	case OP_CRASH_AGENT: return crash_agent(m, op);
	case OP_CRASH_AT_ACTION: return crash_at_action(cl, op);
	case OP_BREAK_LINK: return break_link(cl, op);
	case OP_WEATHER: return weather(cl, op);
	case OP_CUT_WATCHES: conns_cut_watches(cl->world.conns); break;
	case OP_COMPACT: store_compact(&cl->world.server.store, 0); break;
	case OP_SLOW_LINK: net_slow(cl->world.net, 5 + op->b % 60); break;
	case OP_AIMED: aim(st, op); break;
	case OP_LAG: lag(st, op); break;
	case OP_PAGES:
		cl->world.server.page_max = 1 + op->b % 3;
		conns_weather(cl->world.conns)->list_gone = op->c % 40;
		break;
	case OP_HANDOVER: return hand_over(st, op);
	case OP_FLAP: return flap(m, op);
	case OP_KEYS_LOST: return user_lose_keys(&cl->world);
	case OP_HOSTILE: hostile_node(cl, m->name, true); break;
	case OP_PAUSE: return pause(cl, op);
	case OP_CUT_MACHINE: cut_machines(cl, op); break;
	case OP_POWER: machine_power_off(m); break;
	case OP_GONE: return lose(m, op);
	case OP_SWITCH: cut_several(cl, op); break;
	case OP_KUBELET: machine_kubelet(m, false); break;
	case OP_CLOCK_JUMP:
		any_proc(cl, op)->wall_offset_ms += op->b & 1 ? 3600000 : -3600000;
		break;
	case OP_QUOTA: cl->world.server.pod_quota = 1 + op->b % 6; break;
	case OP_OUT_OF_SERVICE: return out_of_service(cl, op);
	case OP_ADMISSION: admission(cl, op); break;
	case OP_OVERHEAD:
		server_set_overhead(&cl->world.server, 100 + (int64_t)op->b);
		cl->world.server.no_dry_run = op->c % 2;
		break;
	case OP_CUT_API: return cut_api(cl, op);
	case OP_ONE_WAY:
		doubt(cl, m, op->ms);
		net_cut_one_way(cl->world.net, m->name, op->b & 1, cl->world.clock.now_ms + op->ms);
		break;
	case OP_LOSSY:
		doubt(cl, NULL, op->ms);
		net_lossy(cl->world.net, op->b % 3 ? 0 : 2 + op->c % 20, op->b % 5 * 7,
			  op->b % 7 * 5);
		break;
	case OP_TOKEN:
		m->token_stuck = op->b & 1;
		cl->world.server.refuse_tokens = !m->token_stuck;
		break;
	case OP_RIVAL:
		if (m->down || m->agentless)
			return false;
		proc_start(&m->rival);
		doubt(cl, m, op->ms);
		break;
	case OP_KUBELET_CLOCK:
		m->clock_apart = true;
		m->offset_ms = (op->b & 1 ? 1 : -1) * ((int64_t)op->c * 3600 + 1);
		break;
	case OP_KUBELET_SLOW: m->slow_ms = 1000 + (int64_t)op->b * 20; break;
	case OP_KUBELET_REFUSES: m->refuses = true; break;
	case OP_KUBELET_EVICTS: m->evicts = true; break;
	case OP_WEBHOOK:
		server_set_webhook(
			&cl->world.server,
			"failed calling webhook \"pods.example.com\": connection refused");
		break;
	case OP_STATUS_REFUSED:
		cl->world.server.status_refused = st->plan->job[op->job].name;
		break;
	default: must(!"a fault");
	}
	return true;
}
