/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/cluster/proc.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "test/sim/cluster/cluster.h"
#include "test/sim/cluster/config.h"
#include "test/sim/world/conns.h"
#include "test/sim/world/net.h"

enum { BUSY_TURNS_MAX = 2000 };

static void on_turn(void *self, uint64_t seq);

static void log_sink(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		     size_t n)
{
	struct proc *p = self;
	const struct cluster_watch *w = &p->cluster->watch;
	if (w->log)
		w->log(w->self, p, msg, kv, n);
	world_log(&p->cluster->world, p->host.name, level, msg, kv, n);
}

void proc_init(struct proc *p, struct cluster *cluster, enum proc_kind kind, const char *name)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof p->host.name - 1);
	buf_puts(&b, name);
	must(buf_rc(&b) == RC_OK);
	*p = (struct proc){.cluster = cluster, .kind = kind, .token = BUF_INIT(64)};
	p->host = (struct host){.clock = &cluster->world.clock,
				.counts = &cluster->world.server.counts,
				.on_turn = on_turn,
				.self = p};
	for (size_t i = 0; i < b.len; i++)
		p->host.name[i] = b.data[i];
	/* Checks hear all that a coordinator says. */
	p->log =
		(struct log){.min = kind == PROC_COORDINATOR ? LOG_DEBUG : cluster->world.log_level,
			     .self = p,
			     .sink = log_sink};
}

const struct proc *proc_of(const struct host *h)
{
	return h->self;
}

int64_t proc_wall(const struct proc *p)
{
	return server_wall(&p->cluster->world.server) + p->wall_offset_ms;
}

/* What its monotonic clock shows: a machine that sleeps counts no time. */
static int64_t proc_now(const struct proc *p)
{
	return p->cluster->world.clock.now_ms - p->slept_ms;
}

static int64_t deadline(const struct proc *p)
{
	return p->c ? coordinator_deadline(p->c) : agent_deadline(p->a);
}

static void turn(struct proc *p)
{
	int64_t now = proc_now(p), wall = proc_wall(p);
	if (p->c)
		coordinator_now(p->c, now, wall);
	else
		agent_now(p->a, now, wall);
	p->idle_turns = host_read_mail(&p->host) ? 0 : p->idle_turns + 1;
	if (p->host.doomed)
		return;
	if (p->c)
		coordinator_turn(p->c, now, wall);
	else
		agent_turn(p->a, now, wall);
	if (p->cluster->watch.turn)
		p->cluster->watch.turn(p->cluster->watch.self, p);
	if (p->stopping && coordinator_idle(p->c)) {
		server_count(&p->cluster->world.server, FACT_HANDED_OVER);
		p->host.doomed = true;
	}
}

/* A loop that turns again and again with nothing to do would burn a processor. */
static void check_busy(struct proc *p)
{
	int64_t now = p->cluster->world.clock.now_ms;
	if (now - p->idle_since_ms > 1000) {
		p->idle_since_ms = now;
		p->idle_turns = 0;
	}
	if (p->idle_turns > BUSY_TURNS_MAX)
		world_fail(&p->cluster->world, "busy-loop",
			   "%s turns without end, its deadline is always now", p->host.name);
}

static void on_turn(void *self, uint64_t seq)
{
	struct proc *p = self;
	int64_t now = p->cluster->world.clock.now_ms;
	if (!p->host.alive || seq != p->host.turn_seq)
		return;
	p->host.turn_at_ms = INT64_MAX;
	if (now < p->host.paused_until_ms) {
		host_turn_at(&p->host, p->host.paused_until_ms);
		return;
	}
	p->in_turn = true;
	turn(p);
	p->in_turn = false;
	if (p->host.doomed) {
		proc_crash(p, true);
		return;
	}
	check_busy(p);
	int64_t due = deadline(p);
	if (due != INT64_MAX)
		host_turn_at(&p->host, due + p->slept_ms <= now ? now + 1 : due + p->slept_ms);
	if (p->host.nmail)
		host_turn_at(&p->host, now);
}

/* In half of the seeds the pod's UID is known. Each process has ended when the next one starts. */
static bool knows_predecessors(const struct cluster *cl)
{
	return hash_u64(cl->cfg.seed, 1) % 2 == 0;
}

static void start_coordinator(struct proc *p, const char *identity)
{
	AUTO(buf_done) struct buf predecessors = BUF_INIT(128);
	struct coordinator_config cfg = cluster_coordinator_config(p->cluster);
	struct link_server link = port_server(p->port);
	struct api api = conn_api(p->conn), lease_api = conn_api(p->lease_conn);
	cfg.identity = identity;
	buf_printf(&predecessors, "%s_", p->host.name);
	cfg.predecessors = knows_predecessors(p->cluster) ? buf_str(&predecessors) : "";
	cfg.address = p->address;
	cfg.seed = rng_next(&p->cluster->world.rng);
	p->c = coordinator_new(&cfg, &api, &lease_api, &link, &p->log);
	port_server_sink(p->port, coordinator_link_sink(p->c));
	coordinator_start(p->c, proc_now(p), proc_wall(p));
}

static void start_agent(struct proc *p, const char *identity)
{
	struct agent_config cfg = cluster_agent_config(p->cluster, p);
	struct link_client link = port_client(p->port);
	struct api api = conn_api(p->conn);
	cfg.identity = identity;
	cfg.seed = rng_next(&p->cluster->world.rng);
	p->a = agent_new(&cfg, &api, &link, &p->log);
	port_client_sink(p->port, agent_link_sink(p->a));
	agent_start(p->a, proc_now(p), proc_wall(p));
}

/* A quarter of the agents are of an older version; each start may be the one after an upgrade. */
static bool is_older(const struct proc *p)
{
	const struct cluster *cl = p->cluster;
	uint64_t h = hash_u64(hash_str(cl->cfg.seed, p->host.name), p->host.incarnation);
	return p->kind == PROC_COORDINATOR ? cl->world.older_version : h % 4 == 0;
}

void proc_start(struct proc *p)
{
	AUTO(buf_done) struct buf identity = BUF_INIT(128);
	if (p->host.alive)
		return;
	p->host.incarnation++;
	p->host.alive = true;
	p->host.older = is_older(p);
	p->stopping = false;
	p->host.turn_at_ms = INT64_MAX;
	p->host.paused_until_ms = p->slept_ms = 0;
	buf_printf(&identity, "%s_%u", p->host.name, p->host.incarnation);
	p->conn = conn_open(p->cluster->world.conns, &p->host, p->host.name);
	p->port = port_open(p->cluster->world.net, &p->host, p->address);
	if (p->kind == PROC_COORDINATOR) {
		p->lease_conn = conn_open(p->cluster->world.conns, &p->host, p->host.name);
		start_coordinator(p, buf_str(&identity));
	} else {
		start_agent(p, buf_str(&identity));
	}
	world_note(&p->cluster->world, "started", KS("process", p->host.name));
	host_turn_at(&p->host, p->cluster->world.clock.now_ms);
	if (p->host.doomed)
		proc_crash(p, true);
}

void proc_crash(struct proc *p, bool fin)
{
	if (!p->host.alive)
		return;
	if (p->in_turn) { /* its functions are on the stack */
		p->host.doomed = true;
		return;
	}
	p->host.alive = false;
	p->host.crash_at_action = 0;
	p->host.doomed = true; /* what its destructors say goes nowhere */
	port_close(p->port, fin);
	p->c = coordinator_free(p->c);
	p->a = agent_free(p->a);
	conn_close(p->conn);
	if (p->lease_conn)
		conn_close(p->lease_conn);
	p->lease_conn = NULL;
	p->host.doomed = false;
	p->host.nmail = 0;
	p->host.turn_seq++;
	p->host.turn_at_ms = INT64_MAX;
	world_note(&p->cluster->world, "crashed", KS("process", p->host.name));
}

void proc_stop(struct proc *p)
{
	world_note(&p->cluster->world, "stopping", KS("process", p->host.name));
	p->stopping = true;
	coordinator_stop(p->c, proc_now(p), proc_wall(p));
	host_turn_at(&p->host, p->cluster->world.clock.now_ms);
}

bool proc_leads(const struct proc *p)
{
	return p->host.alive && p->c && coordinator_leading(p->c);
}

void proc_pause(struct proc *p, int64_t ms)
{
	p->host.paused_until_ms = p->cluster->world.clock.now_ms + ms;
	world_note(&p->cluster->world, "paused", KS("process", p->host.name), KI("ms", ms));
}

void proc_sleep(struct proc *p, int64_t ms)
{
	proc_pause(p, ms);
	p->slept_ms += ms;
}

void proc_done(struct proc *p)
{
	p->host.doomed = true;
	p->c = coordinator_free(p->c);
	p->a = agent_free(p->a);
	free(p->host.mail);
	buf_done(&p->token);
	*p = (struct proc){0};
}
