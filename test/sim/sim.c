/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/sim.h"
#include "test/sim/checks/budget.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

static const int64_t wall_at_start_ms = 1767225600000; /* 2026-01-01T00:00:00Z */
static const char service[] = "muster-coordinator.muster.svc:7117";

uint64_t uid_number(const char *uid)
{
	return strtoull(uid + 1, NULL, 10);
}

struct machine *sim_machine(struct sim *s, const char *name)
{
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		if (str_eq(s->machine[i].name, name))
			return &s->machine[i];
	}
	return NULL;
}

struct proc *sim_proc(struct sim *s, const char *name)
{
	for (uint32_t i = 0; i < s->cfg.coordinators; i++) {
		if (str_eq(s->coordinator[i].host.name, name))
			return &s->coordinator[i];
	}
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		if (str_eq(s->machine[i].agent.host.name, name))
			return &s->machine[i].agent;
	}
	return NULL;
}

struct version *sim_by_uid(struct sim *s, enum api_kind kind, const char *uid)
{
	const struct shelf *sh = &s->server.store.shelf[kind];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.uid, uid))
			return sh->v[i];
	}
	return NULL;
}

struct tally *sim_tally(struct sim *s, const char *uid, const char *index)
{
	AUTO(buf_done) struct buf key = BUF_INIT(sizeof(((struct tally *)0)->key) - 1);
	struct tally *t;
	buf_printf(&key, "%s/%s", uid, index);
	must(buf_rc(&key) == RC_OK);
	HASH_FIND(hh, s->tallies, key.data, key.len, t);
	if (t)
		return t;
	t = mem_zalloc(1, sizeof *t);
	for (size_t i = 0; i < key.len; i++)
		t->key[i] = key.data[i];
	HASH_ADD_KEYPTR(hh, s->tallies, t->key, key.len, t);
	return t;
}

void sim_log(struct sim *s, const char *who, enum log_level level, const char *msg,
	     const struct log_kv *kv, size_t n)
{
	AUTO(buf_done) struct buf line = BUF_INIT(1 << 16);
	AUTO(buf_done) struct buf rest = BUF_INIT(1 << 16);
	if (level < s->log_level || (!s->cfg.trace && !s->cfg.keep_log))
		return;
	log_format_logfmt(&rest, NULL, level, msg, kv, n);
	buf_printf(&line, "%" PRId64 ".%03d %s %s\n", s->clock.now_ms / 1000,
		   (int)(s->clock.now_ms % 1000), who, buf_str(&rest));
	if (s->cfg.trace)
		fputs(buf_str(&line), stdout);
	if (s->cfg.keep_log)
		buf_puts(&s->log, buf_str(&line));
}

void sim_fail(struct sim *s, const char *invariant, const char *fmt, ...)
{
	AUTO(buf_done) struct buf b = BUF_INIT(FAILURE_BYTES - 1);
	va_list ap;
	if (s->failed)
		return;
	s->failed = true;
	buf_printf(&b, "t=%" PRId64 ".%03d ", s->clock.now_ms / 1000,
		   (int)(s->clock.now_ms % 1000));
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < b.len; i++)
		s->failure[i] = b.data[i];
	for (size_t i = 0; invariant[i] && i + 1 < sizeof s->invariant; i++)
		s->invariant[i] = invariant[i];
	sim_log(s, "world", LOG_ERROR, "invariant broken",
		(struct log_kv[]){KS("invariant", invariant), KS("what", s->failure)}, 2);
}

static void on_change(void *self, const struct change *ch)
{
	struct sim *s = self;
	checks_change(s->checks, ch);
	heard_change(s->heard, ch);
	budget_change(s->budget, ch);
	conns_change(s->conns, ch);
	machines_change(s, ch);
	gc_change(s, ch);
	taints_change(s, ch);
	if (ch->now->kind == API_POD)
		s->pods_changed_ms = s->clock.now_ms;
}

static void on_request(void *self, const char *who, const struct api_request *req)
{
	struct sim *s = self;
	witness_request(s, who, req);
	checks_request(s->checks, who, req);
	heard_request(s->heard, who, req);
	budget_request(s->budget, who, req);
}

static void on_saw(void *self, const struct host *host, enum watch_event ev, struct version *v)
{
	struct sim *s = self;
	checks_saw(s->checks, proc_of(host), ev, v);
}

static void on_list(void *self, const struct host *host, enum api_kind kind, bool ends)
{
	struct sim *s = self;
	checks_list(s->checks, proc_of(host), kind, ends);
}

struct coordinator_config sim_coordinator_config(const struct sim *s)
{
	return (struct coordinator_config){
		.core = {.node_silent_grace_ms = 6000,
			 .node_unheard_ms = 30000,
			 .loop_gap_ms = 1000,
			 .retry_base_ms = 10000,
			 .retry_cap_ms = 360000,
			 .cnode_numbers_ms = 30000,
			 .message_refresh_ms = 60000,
			 .step_jobs = s->cfg.seed % 4 ? 0 : 1 + (uint32_t)(s->cfg.seed / 4 % 3),
			 .spread = true,
			 .agent_launch = true},
		.namespace = "muster",
		.lease = "muster-coordinator",
		.lease_duration_ms = 15000,
		.renew_deadline_ms = 10000,
		.retry_period_ms = 2000,
		.agent_username = "system:serviceaccount:muster:muster-agent",
		.heartbeat_ms = 2000,
	};
}

/* The projected token; the kubelet renews it when a fifth of its life is left. */
static const char *token(void *self)
{
	struct proc *p = self;
	struct sim *s = p->sim;
	int64_t life_ms = s->cfg.token_ms, now = server_wall(&s->server);
	if (life_ms && kubelet_renews(sim_machine(s, p->host.node)) &&
	    p->token_until_ms - now < life_ms / 5)
		p->token_until_ms = now + life_ms;
	buf_reset(&p->token);
	buf_printf(&p->token, "token %s", p->host.node);
	if (p->token_until_ms)
		buf_printf(&p->token, " %" PRId64, p->token_until_ms);
	return buf_str(&p->token);
}

struct agent_config sim_agent_config(const struct sim *s, struct proc *p)
{
	const struct version *node = store_find(&s->server.store, API_NODE, NULL, p->host.node);
	return (struct agent_config){.node = p->host.node,
				     .boot_id = node ? node->node.boot_id : "boot",
				     .version = "0.1.0",
				     .coordinator = service,
				     .launch = true,
				     .self = p,
				     .token = token};
}

static void name_machine(struct machine *m, uint32_t i)
{
	AUTO(buf_done) struct buf b = BUF_INIT(sizeof m->name - 1);
	buf_printf(&b, "n%u", i + 1);
	for (size_t k = 0; k < b.len; k++)
		m->name[k] = b.data[k];
}

static void start_machine(struct sim *s, uint32_t i)
{
	struct machine *m = &s->machine[i];
	AUTO(buf_done) struct buf b = BUF_INIT(32);
	m->sim = s;
	m->faulty_ms = m->unheard_ms = m->unregistered_ms = m->refused_ms = INT64_MIN / 2;
	name_machine(m, i);
	buf_printf(&b, "agent/%s", m->name);
	proc_init(&m->agent, s, PROC_AGENT, buf_str(&b));
	m->agent.host.node = m->name;
	proc_init(&m->rival, s, PROC_AGENT, buf_str(&b));
	m->rival.host.node = m->name;
}

static void init_coordinator(struct sim *s, uint32_t i)
{
	struct proc *p = &s->coordinator[i];
	AUTO(buf_done) struct buf b = BUF_INIT(32);
	AUTO(buf_done) struct buf at = BUF_INIT(sizeof p->address - 1);
	buf_printf(&b, "coordinator-%u", i);
	proc_init(p, s, PROC_COORDINATOR, buf_str(&b));
	buf_printf(&at, "10.0.1.%u:7117", i + 1);
	for (size_t k = 0; k < at.len; k++)
		p->address[k] = at.data[k];
}

struct sim *sim_new(const struct sim_config *cfg)
{
	struct sim *s = mem_zalloc(1, sizeof *s);
	must(cfg->machines <= MACHINES_MAX && cfg->coordinators <= COORDINATORS);
	s->cfg = *cfg;
	s->log_level = cfg->log_level;
	s->rng.s = cfg->seed;
	s->log = (struct buf)BUF_INIT(256 << 20);
	s->scratch = ARENA_INIT(1 << 20);
	s->calm_since_ms = INT64_MAX;
	s->deaf_from_ms = INT64_MAX;
	server_init(&s->server, &s->clock, wall_at_start_ms);
	s->server.self = s;
	s->server.on_change = on_change;
	s->server.on_request = on_request;
	s->conns = conns_new(&s->server, &s->clock, rng_next(&s->rng));
	s->net = net_new(&s->clock, &s->server.counts, rng_next(&s->rng));
	net_service(s->net, service);
	s->checks = checks_new(s);
	s->heard = heard_new(s);
	s->budget = budget_new(s);
	net_watch(s->net, s->checks, checks_message, checks_reply);
	conns_watch(s->conns, &(struct conns_witness){s, on_saw, on_list});
	for (uint32_t i = 0; i < cfg->machines; i++)
		start_machine(s, i);
	machines_init(s);
	for (uint32_t i = 0; i < cfg->coordinators; i++) {
		init_coordinator(s, i);
		proc_start(&s->coordinator[i]);
	}
	for (uint32_t i = 0; i < cfg->machines; i++)
		proc_start(&s->machine[i].agent);
	return s;
}

struct sim *sim_free(struct sim *s)
{
	struct tally *t, *tmp;
	if (!s)
		return NULL;
	for (uint32_t i = 0; i < s->cfg.coordinators; i++)
		proc_done(&s->coordinator[i]);
	for (uint32_t i = 0; i < s->cfg.machines; i++) {
		proc_done(&s->machine[i].agent);
		proc_done(&s->machine[i].rival);
	}
	s->net = net_free(s->net);
	s->conns = conns_free(s->conns);
	server_done(&s->server);
	s->checks = checks_free(s->checks);
	s->heard = heard_free(s->heard);
	s->budget = budget_free(s->budget);
	HASH_ITER (hh, s->tallies, t, tmp) {
		HASH_DEL(s->tallies, t);
		free(t);
	}
	clock_done(&s->clock);
	arena_done(&s->scratch);
	buf_done(&s->log);
	free(s);
	return NULL;
}

void sim_run_until(struct sim *s, int64_t at_ms)
{
	while (!s->failed && clock_next(&s->clock) <= at_ms)
		clock_step(&s->clock);
	if (!s->failed && s->clock.now_ms < at_ms)
		s->clock.now_ms = at_ms;
}
