/* SPDX-License-Identifier: Apache-2.0 */
/* Turns what the API server and agents send into events for the core: objects from the
 * reflectors, agents from the sessions. Nothing is decided here. */
#include "coordinator/observe.h"

#include "base/mem.h"
#include "coordinator/act.h"
#include "coordinator/proven.h"
#include "coordinator/status_keys.h"

/* An event that the core takes no notice of, because its job was deleted before, leaves no text. */
static void on_job(struct coordinator *c, const struct job *job)
{
	struct core_event ev = {.type = CEV_JOB, .job = job};
	AUTO(mem_freep) char *name = template_name(job->meta.ns, job->spec.template_hash);
	template_store_keep(&c->templates, name, job->spec.template_text);
	shell_step(c, &ev);
	if (!core_template_used(c->core, name))
		template_store_drop(&c->templates, name);
	writeq_seen(c->writeq, status_key_job(c->keys, job->meta.ns, job->meta.name), c->now_ms);
}

static void on_compute_node(struct coordinator *c, const struct compute_node *compute_node)
{
	struct core_event ev = {.type = CEV_COMPUTE_NODE, .compute_node = compute_node};
	shell_step(c, &ev);
	writeq_seen(c->writeq, status_key_compute_node(c->keys, compute_node->meta.name),
		    c->now_ms);
}

static void on_upsert(void *self, const struct api_object *obj)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_NODE};
	if (obj->kind == API_JOB) {
		on_job(c, obj->job);
	} else if (obj->kind == API_COMPUTE_NODE) {
		on_compute_node(c, obj->compute_node);
	} else if (obj->kind == API_POD) {
		ev = (struct core_event){.type = CEV_NOMINATED, .nominated = obj->pod};
		shell_step(c, &ev);
	} else {
		ev.node = obj->node;
		shell_step(c, &ev);
	}
}

static void forget(struct coordinator *c, uint64_t key)
{
	writeq_forget(c->writeq, key);
	intern_put(c->keys, (uint32_t)key);
}

static void job_gone(void *self, const struct meta *meta)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_JOB_GONE, .gone = meta};
	shell_step(c, &ev);
	forget(c, status_key_job(c->keys, meta->ns, meta->name));
}

static void compute_node_gone(void *self, const struct meta *meta)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_COMPUTE_NODE_GONE, .gone = meta};
	shell_step(c, &ev);
	forget(c, status_key_compute_node(c->keys, meta->name));
}

static void node_gone(void *self, const struct meta *meta)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_NODE_GONE, .gone = meta};
	shell_step(c, &ev);
}

static void nominated_gone(void *self, const struct meta *meta)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_NOMINATED_GONE, .gone = meta};
	shell_step(c, &ev);
}

/* The core decides nothing before it has seen everything: jobs, Nodes, ComputeNodes and all
 * pods. */
void observe_synced(void *self)
{
	struct coordinator *c = coordinator_of(self);
	struct core_event ev = {.type = CEV_SYNCED};
	if (c->pods_ended && c->pods_again && reflector_synced(c->jobs))
		observe_pods(c);
	if (c->synced || !c->pods_listed || !reflector_synced(c->jobs) ||
	    !reflector_synced(c->nodes) || !reflector_synced(c->compute_nodes))
		return;
	c->synced = true;
	ev.old_pods_come = c->proofs && proofs_old_pods_come(c->proofs);
	log_info(c->log, "caches synced", KI("epoch", c->epoch));
	shell_step(c, &ev);
	reflector_start(c->nominated, c->now_ms);
	/* Agents are accepted from now on: the core can compare their reports with what it
	 * knows. */
	server_sessions_lead(c->sessions, c->epoch);
}

void observe_pods(struct coordinator *c)
{
	c->pods_retry_ms = INT64_MAX;
	c->pods_ended = c->pods_again = false;
	op_queue(op_new(&c->ops, OP_LIST_PODS, NULL, NULL, NULL));
}

/* One watch for the cluster: the API server looks up watches by spec.nodeName, so this one sees
 * pods without a node alone; a watch in each agent would see them all, too. Nobody waits for its
 * first list: a coordinator that may not watch pods (its role is older) does without. */
static const char nominated_pods[] = "status.nominatedNodeName!=,spec.nodeName=";

struct reflector *observe_new(struct coordinator *c, enum api_kind kind)
{
	struct reflector_config cfg = {.kind = kind,
				       .page = 500,
				       .watch_silence_ms = 90000,
				       .self = c,
				       .on_upsert = on_upsert,
				       .field_selector = kind == API_POD ? nominated_pods : NULL,
				       .on_synced = observe_synced,
				       .on_gone = kind == API_JOB    ? job_gone
						  : kind == API_NODE ? node_gone
						  : kind == API_POD  ? nominated_gone
								     : compute_node_gone};
	/* The seed of its pauses; the last of them takes none of the coordinator's. */
	uint64_t seed = kind == API_POD ? c->epoch : rng_next(&c->rng);
	return reflector_new(&cfg, &c->api, c->log, seed);
}

static void on_hello(void *self, const char *node, uint64_t session, const struct msg_hello *hello)
{
	struct coordinator *c = coordinator_of(self);
	AUTO(mem_freep)
	struct member *members = proven_members(c, node, hello->members, hello->nmembers);
	struct core_event ev = {.type = CEV_HELLO,
				.agent = {.node = node,
					  .session = session,
					  .boot_id = hello->boot_id,
					  .version = hello->version,
					  .capacity = &hello->capacity,
					  .proofs = hello->proofs,
					  .completions = hello->completions,
					  .members = members,
					  .nmembers = hello->nmembers}};
	shell_step(c, &ev);
}

static void on_report(void *self, const char *node, uint64_t session, const struct msg_report *rep)
{
	struct coordinator *c = coordinator_of(self);
	AUTO(mem_freep)
	struct member *members = proven_members(c, node, rep->members, rep->nmembers);
	struct core_event ev = {.type = CEV_REPORT,
				.agent = {.node = node,
					  .session = session,
					  .capacity = rep->has_capacity ? &rep->capacity : NULL,
					  .members = members,
					  .nmembers = rep->nmembers}};
	shell_step(c, &ev);
}

static void agent_event(struct coordinator *c, enum core_event_type type, const char *node,
			uint64_t session)
{
	struct core_event ev = {.type = type, .agent = {.node = node, .session = session}};
	shell_step(c, &ev);
}

static void on_heard(void *self, const char *node, uint64_t session)
{
	agent_event(coordinator_of(self), CEV_HEARD, node, session);
}

static void on_hangup(void *self, const char *node, uint64_t session)
{
	agent_event(coordinator_of(self), CEV_HANGUP, node, session);
}

static void on_dropped(void *self, const char *node, uint64_t session)
{
	agent_event(coordinator_of(self), CEV_DROPPED, node, session);
}

static struct orders_view orders(void *self, const char *node)
{
	struct coordinator *c = coordinator_of(self);
	struct orders_view view = {0};
	core_orders(c->core, node, &view.v, &view.n, &view.revision);
	return view;
}

static void prove(void *self, const char *node, const struct order *o, char ret[PROOF_TEXT_BYTES])
{
	proven_order(coordinator_of(self), node, o, ret);
}

static const char *template_text(void *self, const char *ns, const char *hash)
{
	AUTO(mem_freep) char *name = template_name(ns, hash);
	return template_store_find(&coordinator_of(self)->templates, name);
}

struct server_sessions *observe_sessions(struct coordinator *c)
{
	struct server_sessions_config cfg = {.agent_username = c->cfg.agent_username,
					     .heartbeat_ms = c->cfg.heartbeat_ms,
					     .hold_ms = 30000,
					     .hello_wait_ms = 5000,
					     .reviews_max = 128,
					     .pipes_waiting_max =
						     2048, /* the port has a tighter bound */
					     .look = c->cfg.token_look,
					     .drafts_bytes_max = 64 << 20,
					     .self = c,
					     .on_hello = on_hello,
					     .on_report = on_report,
					     .on_heard = on_heard,
					     .on_hangup = on_hangup,
					     .on_dropped = on_dropped,
					     .orders = orders,
					     .prove = prove,
					     .template_text = template_text};
	return server_sessions_new(&cfg, &c->api, &c->link, c->log);
}
