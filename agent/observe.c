/* SPDX-License-Identifier: Apache-2.0 */
/* Turns what the API server and the coordinator send into events for the core. Of its own Node the
 * agent wants to know which resources there are, and that it exists, for the log and /readyz: the
 * coordinator reads labels, taints and readiness itself. */
#include "agent/observe.h"

#include "agent/act.h"

/* ---- pods ---- */

static void on_pod(void *self, const struct api_object *obj)
{
	agent_step(agent_of(self), &(struct agent_event){.type = AEV_POD, .pod = obj->pod});
}

static void on_pod_gone(void *self, const struct meta *meta)
{
	agent_step(agent_of(self), &(struct agent_event){.type = AEV_POD_GONE, .gone = meta});
}

static void on_pods_synced(void *self)
{
	struct agent *a = agent_of(self);
	agent_step(a, &(struct agent_event){.type = AEV_PODS_SYNCED});
	/* A Hello carries all members of the node, so the session starts when all pods are
	 * known. */
	if (!a->session_started)
		agent_session_start(a->session, a->now_ms);
	a->session_started = true;
}

struct reflector *agent_observe_pods(struct agent *a)
{
	struct reflector_config cfg = {.kind = API_POD,
				       .field_selector = a->pods_of_node,
				       .page = PODS_PAGE,
				       .watch_silence_ms = WATCH_SILENCE_MS,
				       .self = a,
				       .on_upsert = on_pod,
				       .on_gone = on_pod_gone,
				       .on_synced = on_pods_synced};
	return reflector_new(&cfg, &a->api, a->log, a->cfg.seed + 1);
}

/* ---- own node ---- */

static const char *ready_text(enum cond_status s)
{
	return s == COND_TRUE ? "True" : s == COND_FALSE ? "False" : "Unknown";
}

static void own_node_is(struct agent *a, struct own_node n)
{
	const struct own_node *o = &a->self_node;
	if (o->known && o->exists == n.exists && o->unschedulable == n.unschedulable &&
	    o->ready == n.ready)
		return;
	a->self_node = n;
	if (n.exists)
		log_info(a->log, "Node seen", KS("node", a->node), KS("ready", ready_text(n.ready)),
			 KS("unschedulable", n.unschedulable ? "true" : "false"));
	else
		log_warn(a->log, "Node not found", KS("node", a->node));
}

static void on_own_node(void *self, const struct api_object *obj)
{
	own_node_is(agent_of(self), (struct own_node){.known = true,
						      .exists = true,
						      .unschedulable = obj->node->unschedulable,
						      .ready = obj->node->ready});
	agent_step(agent_of(self),
		   &(struct agent_event){.type = AEV_NODE, .allocatable = &obj->node->allocatable});
}

static void on_own_node_gone(void *self, const struct meta *meta)
{
	(void)meta;
	own_node_is(agent_of(self), (struct own_node){.known = true});
}

static void on_own_node_synced(void *self)
{
	struct agent *a = agent_of(self);
	if (!a->self_node.known)
		own_node_is(a, (struct own_node){.known = true});
}

struct reflector *agent_observe_own_node(struct agent *a)
{
	struct reflector_config cfg = {.kind = API_NODE,
				       .field_selector = a->node_by_name,
				       .page = PODS_PAGE,
				       .watch_silence_ms = WATCH_SILENCE_MS,
				       .self = a,
				       .on_upsert = on_own_node,
				       .on_gone = on_own_node_gone,
				       .on_synced = on_own_node_synced};
	return reflector_new(&cfg, &a->api, a->log, a->cfg.seed + 2);
}

/* ---- session ---- */

static const char *token(void *self)
{
	struct agent *a = agent_of(self);
	return a->cfg.token(a->cfg.self);
}

static void take_snapshot(void *self, struct capacity *cap, const struct member **ret,
			  uint32_t *ret_n)
{
	struct agent_core *core = agent_of(self)->core;
	agent_core_snapshot(core, cap, ret, ret_n);
	agent_core_told(core);
}

static bool take_changes(void *self, struct msg_report *rep)
{
	struct agent_core *core = agent_of(self)->core;
	bool any = agent_core_changes(core, PAGE_MEMBERS_MAX, &rep->capacity, &rep->has_capacity,
				      &rep->members, &rep->nmembers);
	agent_core_told(core);
	return any;
}

static void on_orders(void *self, uint64_t epoch, const struct order *v, uint32_t n)
{
	agent_step(agent_of(self),
		   &(struct agent_event){.type = AEV_ORDERS,
					 .orders = {.epoch = epoch, .v = v, .n = n}});
}

static void on_template(void *self, const char *name, const char *text)
{
	struct agent *a = agent_of(self);
	template_store_keep(&a->templates, name, text);
	agent_step(a, &(struct agent_event){.type = AEV_TEMPLATE, .template_name = name});
}

static void templates(void *self, struct strs *ret)
{
	*ret = template_store_names(&agent_of(self)->templates);
}

static void on_state(void *self, bool connected, const char *why)
{
	(void)why;
	agent_of(self)->stats.connected = connected;
}

struct agent_session *agent_observe_session(struct agent *a, const struct link_client *link)
{
	struct agent_session_config cfg = {.node = a->node,
					   .boot_id = a->boot_id,
					   .version = a->version,
					   .agent = a->identity,
					   .address = a->coordinator,
					   .dial_ms = 3000,
					   .ack_ms = 3000,
					   .backoff_base_ms = 200,
					   .backoff_cap_ms = 5000,
					   .self = a,
					   .token = token,
					   .take_snapshot = take_snapshot,
					   .take_changes = take_changes,
					   .on_orders = on_orders,
					   .on_template = on_template,
					   .templates = templates,
					   .on_state = on_state};
	return agent_session_new(&cfg, link, a->log, a->cfg.seed + 3);
}
