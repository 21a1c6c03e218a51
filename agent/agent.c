/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the agent together. A turn passes the time to its parts; everything else happens in
 * callbacks. */
#include "agent/agent.h"

#include <stdlib.h>

#include "agent/act.h"
#include "agent/observe.h"
#include "base/buf.h"
#include "base/mem.h"

enum { CREATE_RETRY_BASE_MS = 200, CREATE_RETRY_CAP_MS = 10000 };

/* "key=value" */
static char *field_selector(const char *key, const char *value)
{
	struct buf b = BUF_INIT(1024);
	buf_printf(&b, "%s=%s", key, value);
	must(buf_rc(&b) == RC_OK);
	return buf_steal(&b);
}

struct agent *agent_new(const struct agent_config *cfg, const struct api *api,
			const struct link_client *link, const struct log *log)
{
	struct agent *a = mem_zalloc(1, sizeof *a);
	a->magic = AGENT_MAGIC;
	a->cfg = *cfg;
	a->node = mem_strdup(cfg->node);
	a->boot_id = mem_strdup(cfg->boot_id);
	a->version = mem_strdup(cfg->version);
	a->identity = mem_strdup(cfg->identity);
	a->coordinator = mem_strdup(cfg->coordinator);
	a->pods_of_node = field_selector("spec.nodeName", cfg->node);
	a->node_by_name = field_selector("metadata.name", cfg->node);
	a->api = *api;
	a->log = log;
	struct agent_core_config core = {.node = a->node,
					 .create_retry_base_ms = CREATE_RETRY_BASE_MS,
					 .create_retry_cap_ms = CREATE_RETRY_CAP_MS,
					 .launch = cfg->launch};
	a->core = agent_core_new(&core, log, cfg->seed);
	a->session = agent_observe_session(a, link);
	a->pods = agent_observe_pods(a);
	a->own = agent_observe_own_node(a);
	return a;
}

struct agent *agent_free(struct agent *a)
{
	if (!a)
		return NULL;
	agent_act_cancel(a);
	reflector_free(a->pods);
	reflector_free(a->own);
	agent_session_free(a->session);
	agent_core_free(a->core);
	template_store_done(&a->templates);
	char *own[] = {a->node,        a->boot_id,      a->version,     a->identity,
		       a->coordinator, a->pods_of_node, a->node_by_name};
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		free(own[i]);
	a->magic = 0;
	free(a);
	return NULL;
}

struct link_client_sink agent_link_sink(struct agent *a)
{
	return agent_session_sink(a->session);
}

void agent_now(struct agent *a, int64_t now_ms, int64_t wall_ms)
{
	a->now_ms = now_ms;
	a->wall_ms = wall_ms;
	reflector_now(a->pods, now_ms);
	reflector_now(a->own, now_ms);
	agent_session_now(a->session, now_ms);
}

void agent_start(struct agent *a, int64_t now_ms, int64_t wall_ms)
{
	agent_now(a, now_ms, wall_ms);
	reflector_start(a->own, now_ms);
	reflector_start(a->pods, now_ms);
}

void agent_turn(struct agent *a, int64_t now_ms, int64_t wall_ms)
{
	agent_now(a, now_ms, wall_ms);
	reflector_tick(a->pods, now_ms);
	reflector_tick(a->own, now_ms);
	if (agent_core_deadline(a->core) <= now_ms)
		agent_step(a, &(struct agent_event){.type = AEV_TICK});
	agent_session_tick(a->session, now_ms);
}

void agent_retry(struct agent *a)
{
	agent_session_retry(a->session);
}

int64_t agent_deadline(const struct agent *a)
{
	const int64_t v[] = {reflector_deadline(a->pods), reflector_deadline(a->own),
			     agent_core_deadline(a->core), agent_session_deadline(a->session)};
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		due = v[i] < due ? v[i] : due;
	return due;
}

bool agent_ready(const struct agent *a, const char **ret_missing)
{
	*ret_missing = "";
	if (!agent_core_synced(a->core))
		*ret_missing = "the pods of this node are not known yet";
	else if (!a->self_node.known)
		*ret_missing = "this node's Node object is not known yet";
	else if (!a->self_node.exists)
		*ret_missing = "there is no Node object of this node's name";
	else if (!agent_session_connected(a->session))
		*ret_missing = "coordinator not connected";
	return (*ret_missing)[0] == '\0';
}

void agent_orders(const struct agent *a, struct agent_orders_view *ret)
{
	agent_session_orders(a->session, ret);
}

void agent_stats(const struct agent *a, struct agent_stats *ret)
{
	struct agent_core_stats core;
	struct agent_session_stats session;
	agent_core_stats(a->core, &core);
	agent_session_stats(a->session, &session);
	*ret = a->stats;
	ret->connected = agent_session_connected(a->session);
	ret->synced = agent_core_synced(a->core);
	ret->sessions = session.sessions;
	ret->reports = session.reports;
	ret->orders_refused = session.orders_refused;
	ret->relists = reflector_relists(a->pods) + reflector_relists(a->own);
	ret->members = core.members;
	ret->pods = core.pods;
	ret->pods_left_out = core.pods_left_out;
	ret->orders = core.orders;
	ret->templates = template_store_count(&a->templates);
}
