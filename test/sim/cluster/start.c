/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/cluster/start.h"

#include "base/mem.h"
#include "test/sim/cluster/attach.h"
#include "test/sim/cluster/config.h"
#include "test/sim/cluster/gc.h"
#include "test/sim/cluster/kubelet.h"
#include "test/sim/cluster/lifecycle.h"
#include "test/sim/cluster/proc.h"
#include "test/sim/cluster/resize.h"
#include "test/sim/cluster/taints.h"
#include "test/sim/cluster/volumes.h"

/* Who watches is told first: it judges by what was so before anybody acted upon the change. */
static void on_change(void *self, const struct change *ch)
{
	struct cluster *cl = self;
	if (cl->watch.change)
		cl->watch.change(cl->watch.self, ch);
	conns_change(cl->world.conns, ch);
	kubelet_change(cl, ch);
	resize_change(cl, ch);
	gc_change(cl, ch);
	volumes_change(cl, ch);
	attach_change(cl, ch);
	taints_change(cl, ch);
	if (ch->now->kind == API_POD)
		cl->pods_changed_ms = cl->world.clock.now_ms;
}

static void on_request(void *self, const char *who, const struct api_request *req)
{
	struct cluster *cl = self;
	if (cl->watch.request)
		cl->watch.request(cl->watch.self, who, req);
}

static void name_machine(struct machine *m, uint32_t i)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof m->name - 1);
	buf_printf(&b, "n%u", i + 1);
	for (size_t k = 0; k < b.len; k++)
		m->name[k] = b.data[k];
}

static void init_machine(struct cluster *cl, uint32_t i)
{
	struct machine *m = &cl->machine[i];
	AUTO(buf_done) struct buf b = BUF_INIT(32);
	m->cluster = cl;
	m->agentless = i + cl->cfg.agentless >= cl->cfg.machines;
	m->faulty_ms = m->unheard_ms = m->unregistered_ms = m->refused_ms = INT64_MIN / 2;
	name_machine(m, i);
	buf_printf(&b, "agent/%s", m->name);
	proc_init(&m->agent, cl, PROC_AGENT, buf_str(&b));
	m->agent.host.node = m->name;
	proc_init(&m->rival, cl, PROC_AGENT, buf_str(&b));
	m->rival.host.node = m->name;
}

static void init_coordinator(struct cluster *cl, uint32_t i)
{
	struct proc *p = &cl->coordinator[i];
	AUTO(buf_done) struct buf b = BUF_INIT(32);
	AUTO(buf_done) struct buf at = BUF_INIT(sizeof p->address - 1);
	buf_printf(&b, "coordinator-%u", i);
	proc_init(p, cl, PROC_COORDINATOR, buf_str(&b));
	buf_printf(&at, "10.0.1.%u:7117", i + 1);
	for (size_t k = 0; k < at.len; k++)
		p->address[k] = at.data[k];
}

void cluster_init(struct cluster *cl, const struct cluster_config *cfg)
{
	must(cfg->machines <= MACHINES_MAX && cfg->coordinators <= COORDINATORS);
	*cl = (struct cluster){.cfg = *cfg, .deaf_from_ms = INT64_MAX};
	world_init(&cl->world, cfg->seed);
	cl->world.log_level = cfg->log_level;
	cl->world.trace = cfg->trace;
	cl->world.keep_log = cfg->keep_log;
	cl->world.server.self = cl;
	cl->world.server.on_change = on_change;
	cl->world.server.on_request = on_request;
	net_service(cl->world.net, cluster_service);
}

void cluster_start(struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.machines; i++)
		init_machine(cl, i);
	machines_init(cl);
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++) {
		init_coordinator(cl, i);
		proc_start(&cl->coordinator[i]);
	}
	for (uint32_t i = 0; i < cl->cfg.machines; i++)
		machine_start_agent(&cl->machine[i]);
}

void cluster_stop(struct cluster *cl)
{
	for (uint32_t i = 0; i < cl->cfg.coordinators; i++)
		proc_done(&cl->coordinator[i]);
	for (uint32_t i = 0; i < cl->cfg.machines; i++) {
		proc_done(&cl->machine[i].agent);
		proc_done(&cl->machine[i].rival);
	}
}

void cluster_done(struct cluster *cl)
{
	world_done(&cl->world);
	cluster_tallies_free(cl);
}
