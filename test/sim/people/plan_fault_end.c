/* SPDX-License-Identifier: Apache-2.0 */
/* How the plan's faults end: after their time, and all of them when the calm comes. */
#include "base/mem.h"
#include "test/sim/cluster/attach.h"
#include "test/sim/cluster/lifecycle.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/people/hostile.h"
#include "test/sim/people/plan_step.h"
#include "test/sim/people/user_node.h"

static void quota_ends(struct cluster *cl)
{
	if (cl->world.server.pod_quota)
		cl->world.server.quota_ended_ms = cl->world.clock.now_ms;
	cl->world.server.pod_quota = 0;
}

static void admission_ends(struct cluster *cl)
{
	if (cl->world.server.deny_pods)
		cl->world.server.quota_ended_ms = cl->world.clock.now_ms;
	cl->world.server.deny_agent_pods = cl->world.server.deny_invalid = false;
	cl->world.server.deny_pods = NULL;
	cl->world.server.no_dry_run = false;
	server_set_overhead(&cl->world.server, 0);
}

static void start_all(struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++)
		proc_start(&cl->coordinator[i]);
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		if (!cl->machine[i].down)
			machine_start_agent(&cl->machine[i]);
	}
}

static void end_link(struct cluster *cl)
{
	net_slow(cl->world.net, 0);
	net_lossy(cl->world.net, 0, 0, 0);
}

static void end_weather(struct cluster *cl)
{
	*conns_weather(cl->world.conns) = (struct weather){0};
	conns_shoot(cl->world.conns, WRITE_N, MISHAP_NONE, 0);
	cl->world.server.page_max = 0;
}

static void end_kubelet(struct machine *m)
{
	m->offset_ms = m->slow_ms = 0;
	m->refuses = m->evicts = m->token_stuck = false;
	proc_crash(&m->rival, true);
}

void plan_fault_end(struct step *st, const struct plan_op *op)
{
	struct cluster *cl = st->cluster;
	struct machine *m = plan_machine(cl, op);
	switch ((int)op->type) {
	case OP_WEATHER:
	case OP_LAG:
	case OP_PAGES:
	case OP_AIMED:
		end_weather(cl);
		admission_ends(cl);
		machine_register(m, true);
		break;
	case OP_SLOW_LINK:
	case OP_LOSSY: end_link(cl); break;
	case OP_POWER: machine_power_on(m); break;
	case OP_FLAP: machine_ready(m, true); break;
	case OP_HOSTILE: hostile_node(cl, m->name, false); break;
	case OP_KUBELET: machine_kubelet(m, true); break;
	case OP_QUOTA: quota_ends(cl); break;
	case OP_ADMISSION:
	case OP_OVERHEAD: admission_ends(cl); break;
	case OP_TOKEN: cl->world.server.refuse_tokens = m->token_stuck = false; break;
	case OP_RIVAL: proc_crash(&m->rival, true); break;
	case OP_KUBELET_CLOCK:
	case OP_KUBELET_SLOW:
	case OP_KUBELET_REFUSES:
	case OP_KUBELET_EVICTS: end_kubelet(m); break;
	case OP_WEBHOOK: server_set_webhook(&cl->world.server, NULL); break;
	case OP_STATUS_REFUSED: cl->world.server.status_refused = NULL; break;
	case OP_OUT_OF_SERVICE:
		machine_power_on(m);
		user_taint(&cl->world, m->name, &plan_out_of_service, false);
		break;
	default: break;
	}
	start_all(cl);
}

/* All is well from here on, whatever was cut off by another fault's end. */
void plan_fault_end_all(struct step *st)
{
	struct cluster *cl = st->cluster;
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++)
		cl->coordinator[i].host.crash_at_action = 0;
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		cl->machine[i].agent.host.crash_at_action = 0;
		machine_power_on(&cl->machine[i]);
		machine_kubelet(&cl->machine[i], true);
		machine_ready(&cl->machine[i], true);
		end_kubelet(&cl->machine[i]);
		net_lies(cl->world.net, cl->machine[i].name, false);
		machine_register(&cl->machine[i], true);
		/* Somebody has to say that what ran on a machine that never comes back runs no
		 * more: its volumes would stay attached to it. */
		user_taint(&cl->world, cl->machine[i].name, &plan_out_of_service,
			   cl->machine[i].gone && attach_in_use(cl, cl->machine[i].name));
	}
	cl->world.server.refuse_tokens = false;
	cl->world.server.status_refused = NULL;
	server_set_webhook(&cl->world.server, NULL);
	end_weather(cl);
	end_link(cl);
	admission_ends(cl);
	quota_ends(cl);
	start_all(cl);
}
