/* SPDX-License-Identifier: Apache-2.0 */
/* While the coordinator leads, it has reflectors, a filled core and sessions. When it loses the
 * Lease, it drops all of them, so that nothing of an old epoch acts in a new one. */
#include "coordinator/coordinator.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "coordinator/act.h"
#include "coordinator/observe.h"
#include "coordinator/ops_end.h"
#include "coordinator/proven.h"
#include "coordinator/write.h"

static struct reflector **reflectors(struct coordinator *c, size_t i)
{
	struct reflector **v[] = {&c->nodes, &c->compute_nodes, &c->jobs, &c->nominated};
	return i < ARRAY_LEN(v) ? v[i] : NULL;
}

static void on_gained(void *self, uint64_t epoch)
{
	static const enum api_kind kinds[] = {API_NODE, API_COMPUTE_NODE, API_JOB, API_POD};
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_LEAD, .epoch = epoch};
	must(!c->leading);
	log_info(c->log, "coordinator leads", KI("epoch", epoch), KS("lease", c->cfg.lease));
	c->leading = true;
	c->epoch = epoch;
	shell_step(c, &ev);
	if (c->agent_policy)
		agent_policy_lead(c->agent_policy);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct reflector **r = reflectors(c, i);
		*r = observe_new(c, kinds[i]);
		if (*r != c->nominated) /* nobody waits for that: observe_synced() */
			reflector_start(*r, c->now_ms);
	}
	if (c->proofs)
		/* What a pod is worth is asked when it is listed. */
		proofs_lead(c->proofs, epoch, elect_lease_uid(c->elect),
			    elect_transitions(c->elect));
	else
		observe_pods(c);
}

static void drop_leadership(struct coordinator *c)
{
	struct reflector **r;
	for (size_t i = 0; (r = reflectors(c, i)); i++)
		*r = reflector_free(*r);
	ops_cancel(&c->ops);
	writeq_clear(c->writeq);
	if (c->proofs)
		proofs_unlead(c->proofs);
	if (c->agent_policy)
		agent_policy_unlead(c->agent_policy);
	template_store_done(&c->templates);
	c->keys = intern_free(c->keys);
	c->keys = intern_new();
	c->leading = c->synced = c->pods_listed = c->pods_ended = c->pods_again = false;
	c->pods_retry_ms = INT64_MAX;
}

static void on_lost(void *self)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_UNLEAD};
	must(c->leading);
	log_warn(c->log, "coordinator leads no longer", KI("epoch", c->epoch));
	shell_step(c, &ev);
	drop_leadership(c);
	server_sessions_follow(c->sessions, elect_leader_address(c->elect));
}

static void on_leader(void *self, const char *identity, const char *address)
{
	struct coordinator *c = coordinator_of(self);
	if (c->leading)
		return;
	log_info(c->log, "leader seen", KS("leader", identity), KS("address", address));
	server_sessions_follow(c->sessions, address);
}

static struct elect *make_elect(struct coordinator *c)
{
	struct elect_config cfg = {.ns = c->cfg.namespace,
				   .name = c->cfg.lease,
				   .identity = c->cfg.identity,
				   .predecessors = c->cfg.predecessors,
				   .address = c->cfg.address,
				   .lease_duration_ms = c->cfg.lease_duration_ms,
				   .renew_deadline_ms = c->cfg.renew_deadline_ms,
				   .retry_period_ms = c->cfg.retry_period_ms,
				   .self = c,
				   .on_gained = on_gained,
				   .on_lost = on_lost,
				   .on_leader = on_leader};
	return elect_new(&cfg, &c->lease_api, c->log, rng_next(&c->rng));
}

static void on_keys(void *self)
{
	observe_pods(coordinator_of(self));
}

static struct proofs *make_proofs(struct coordinator *c)
{
	c->proofs_cfg = (struct proofs_config){.namespace = c->cfg.namespace,
					       .secret = c->cfg.order_secret,
					       .random = c->cfg.random,
					       .self = c,
					       .on_ready = on_keys};
	return proofs_new(&c->proofs_cfg, &c->api, c->log);
}

static void on_bound(void *self, bool bound)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_AGENTS_BOUND, .bound = bound};
	shell_step(c, &ev);
}

static struct agent_policy *make_agent_policy(struct coordinator *c)
{
	c->agent_policy_cfg = (struct agent_policy_config){
		.name = c->cfg.agent_policy, .self = c, .on_bound = on_bound};
	return agent_policy_new(&c->agent_policy_cfg, &c->api, c->log);
}

static const char *own(struct coordinator *c, size_t i, const char *s)
{
	c->own[i] = mem_strdup(s);
	return c->own[i];
}

struct coordinator *coordinator_new(const struct coordinator_config *cfg, const struct api *api,
				    const struct api *lease_api, const struct link_server *link,
				    const struct log *log)
{
	struct coordinator *c = mem_zalloc(1, sizeof *c);
	c->magic = SHELL_MAGIC;
	c->cfg = *cfg;
	c->cfg.namespace = own(c, 0, cfg->namespace);
	c->cfg.lease = own(c, 1, cfg->lease);
	c->cfg.identity = own(c, 2, cfg->identity);
	c->cfg.address = own(c, 3, cfg->address);
	c->cfg.agent_username = own(c, 4, cfg->agent_username);
	c->cfg.order_secret = own(c, 5, cfg->order_secret);
	c->cfg.core.proofs = *c->cfg.order_secret;
	c->cfg.agent_policy = own(c, 6, cfg->agent_policy);
	c->cfg.predecessors = own(c, 7, str_or_empty(cfg->predecessors));
	c->cfg.core.agent_policy = *c->cfg.agent_policy;
	c->log = log;
	c->api = *api;
	c->lease_api = *lease_api;
	c->link = *link;
	c->rng.s = cfg->seed;
	c->pods_retry_ms = INT64_MAX;
	c->keys = intern_new();
	c->core = core_new(&c->cfg.core, log);
	c->ops = (struct ops){
		.api = *api, .core = c->core, .templates = &c->templates, .sink = ops_end_sink(c)};
	ops_init(&c->ops);
	c->writeq = write_queue(c);
	c->sessions = observe_sessions(c);
	c->elect = make_elect(c);
	if (c->cfg.core.proofs)
		c->proofs = make_proofs(c);
	if (c->cfg.core.agent_policy)
		c->agent_policy = make_agent_policy(c);
	return c;
}

struct coordinator *coordinator_free(struct coordinator *c)
{
	if (!c)
		return NULL;
	c->elect = elect_free(c->elect);
	drop_leadership(c);
	c->sessions = server_sessions_free(c->sessions);
	c->writeq = writeq_free(c->writeq);
	c->core = core_free(c->core);
	c->proofs = proofs_free(c->proofs);
	c->agent_policy = agent_policy_free(c->agent_policy);
	c->keys = intern_free(c->keys);
	write_done(c);
	for (size_t i = 0; i < ARRAY_LEN(c->own); i++)
		free(c->own[i]);
	c->magic = 0;
	free(c);
	return NULL;
}

struct link_server_sink coordinator_link_sink(struct coordinator *c)
{
	return server_sessions_sink(c->sessions);
}

void coordinator_now(struct coordinator *c, int64_t now_ms, int64_t wall_ms)
{
	struct reflector **r;
	c->now_ms = now_ms;
	c->wall_ms = wall_ms;
	for (size_t i = 0; (r = reflectors(c, i)); i++) {
		if (*r)
			reflector_now(*r, now_ms);
	}
	writeq_now(c->writeq, now_ms);
	ops_now(&c->ops, now_ms);
	if (c->proofs)
		proofs_now(c->proofs, now_ms, wall_ms);
	if (c->agent_policy)
		agent_policy_now(c->agent_policy, now_ms);
	elect_now(c->elect, now_ms, wall_ms);
	server_sessions_now(c->sessions, now_ms, wall_ms);
}

void coordinator_start(struct coordinator *c, int64_t now_ms, int64_t wall_ms)
{
	coordinator_now(c, now_ms, wall_ms);
	server_sessions_follow(c->sessions, "");
	elect_start(c->elect, now_ms, wall_ms);
}

static void tick_leading(struct coordinator *c)
{
	struct core_event tick = {.type = CEV_TICK};
	struct reflector **r;
	for (size_t i = 0; (r = reflectors(c, i)); i++)
		reflector_tick(*r, c->now_ms);
	if (c->proofs)
		proofs_tick(c->proofs);
	if (c->agent_policy)
		agent_policy_tick(c->agent_policy);
	if (c->now_ms >= c->pods_retry_ms)
		observe_pods(c);
	ops_turn(&c->ops);
	if (core_deadline(c->core) <= c->now_ms)
		shell_step(c, &tick);
}

void coordinator_turn(struct coordinator *c, int64_t now_ms, int64_t wall_ms)
{
	coordinator_now(c, now_ms, wall_ms);
	elect_tick(c->elect, now_ms, wall_ms);
	if (c->leading)
		tick_leading(c);
	/* Orders are sent before statuses: a pod does not wait for a status write. */
	server_sessions_tick(c->sessions, now_ms, wall_ms);
	writeq_tick(c->writeq, now_ms);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t coordinator_deadline(const struct coordinator *c)
{
	int64_t at = earlier(elect_deadline(c->elect), server_sessions_deadline(c->sessions));
	at = earlier(at, writeq_deadline(c->writeq));
	if (!c->leading)
		return at;
	at = earlier(at, earlier(c->pods_retry_ms, core_deadline(c->core)));
	at = earlier(at, earlier(reflector_deadline(c->jobs), reflector_deadline(c->nodes)));
	at = earlier(at, reflector_deadline(c->compute_nodes));
	if (c->proofs)
		at = earlier(at, proofs_deadline(c->proofs));
	if (c->agent_policy)
		at = earlier(at, agent_policy_deadline(c->agent_policy));
	at = earlier(at, reflector_deadline(c->nominated));
	return earlier(at, ops_deadline(&c->ops));
}

void coordinator_stop(struct coordinator *c, int64_t now_ms, int64_t wall_ms)
{
	coordinator_now(c, now_ms, wall_ms);
	c->stopping = true;
	elect_release(c->elect, now_ms, wall_ms);
}

bool coordinator_idle(const struct coordinator *c)
{
	return c->stopping && !c->leading && elect_idle(c->elect);
}

bool coordinator_leading(const struct coordinator *c)
{
	return c->leading;
}

bool coordinator_ready(const struct coordinator *c, const char **ret_missing)
{
	*ret_missing = NULL;
	if (c->stopping)
		*ret_missing = "the coordinator is stopping";
	else if (c->leading && c->proofs && proofs_missing(c->proofs))
		*ret_missing = proofs_missing(c->proofs);
	else if (c->leading && !c->synced)
		*ret_missing = "the coordinator leads, but has not read all objects yet";
	else if (!c->leading && !*elect_leader_address(c->elect))
		*ret_missing = "no leader is known yet";
	return !*ret_missing;
}

void coordinator_stats(const struct coordinator *c, struct coordinator_stats *ret)
{
	*ret = c->stats;
	ret->leading = c->leading;
	ret->synced = c->synced;
	ret->epoch = c->epoch;
	ret->agents_create = c->leading && c->cfg.core.agent_launch &&
			     (!c->agent_policy || agent_policy_bound(c->agent_policy));
	ret->pod_creates = c->ops.pod_creates;
	ret->writes_waiting = writeq_depth(c->writeq);
	ret->templates = template_store_count(&c->templates);
	core_stats(c->core, &ret->core);
	ret->sessions = *server_sessions_stats(c->sessions);
	if (c->leading)
		ret->relists = reflector_relists(c->jobs) + reflector_relists(c->nodes) +
			       reflector_relists(c->compute_nodes) +
			       reflector_relists(c->nominated);
}

void coordinator_orders(const struct coordinator *c, const char *node, const struct order **ret,
			uint32_t *ret_n, uint64_t *ret_revision)
{
	*ret = NULL;
	*ret_n = 0;
	*ret_revision = 0;
	if (c->leading && c->core)
		core_orders(c->core, node, ret, ret_n, ret_revision);
}
