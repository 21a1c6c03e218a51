/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/service.h"

#include "kube/token.h"
#include "os/random.h"
#include "tls/mac.h"

enum { CERTS_RECHECK_MS = 600000, LISTEN_RETRY_MS = 5000 };

static struct core_config core_options(const struct options *o)
{
	struct core_config cfg = core_config_usual();
	cfg.node_silent_grace_ms = o->grace_ms;
	cfg.node_not_ready_ms = o->not_ready_ms;
	cfg.pass_limit_ms = o->pass_limit_ms;
	cfg.max_hold_ms = o->max_hold_ms;
	cfg.namespace_holds = (uint32_t)o->namespace_holds;
	cfg.spread = o->spread == 0;
	cfg.agent_launch = o->agent_launch;
	cfg.ask_admission = true;
	return cfg;
}

static struct coordinator_config coordinator_options(const struct service *s)
{
	const struct options *o = s->o;
	return (struct coordinator_config){
		.core = core_options(o),
		.namespace = o->namespace,
		.lease = o->lease,
		.identity = s->names->identity,
		.predecessors = s->names->predecessors,
		.address = s->names->address,
		.lease_duration_ms = o->lease_ms,
		.renew_deadline_ms = o->renew_ms,
		.retry_period_ms = o->retry_ms,
		.agent_username = s->names->agent_username,
		.heartbeat_ms = (uint32_t)o->heartbeat_ms,
		.seed = random_seed(),
		.order_secret = o->order_secret,
		.agent_policy = o->agent_policy,
		.token_look = token_look,
		.random = mac_random,
	};
}

static void start_coordinator(struct service *s)
{
	struct link_server link = link_listener_api(s->listener);
	struct coordinator_config ccfg = coordinator_options(s);
	s->coordinator = coordinator_new(&ccfg, &s->api, &s->lease_api, &link, s->log);
	s->sink = coordinator_link_sink(s->coordinator);
	link_listener_set_sink(s->listener, &s->sink);
	coordinator_start(s->coordinator, loop_now_ms(s->loop), loop_wall_ms(s->loop));
}

static void listen_first(struct service *s, const struct tls_pair *pair, const char *bundle)
{
	struct err e;
	struct link_listener_config cfg = {.address = s->o->listen,
					   .cert = pair->cert,
					   .key = pair->key,
					   .bundle = bundle,
					   .server_name = s->names->tls[0],
					   .pipes_max = 8192,
					   .pipes_waiting_max = 1024,
					   .pipes_address_max = 128,
					   .probe_ms = 30000,
					   .probe_wait_ms = 5000,
					   .wake = {s->loop, loop_wake}};
	if (link_listener_new(&cfg, s->log, &s->listener, &e) != RC_OK) {
		log_error(s->log, "port not opened, trying again", KS("address", s->o->listen),
			  KS("error", e.msg));
		s->listen_at_ms = loop_now_ms(s->loop) + LISTEN_RETRY_MS;
		return;
	}
	log_info(s->log, "port opened", KS("address", s->o->listen));
	start_coordinator(s);
}

static void listen_anew(struct service *s, const struct tls_pair *pair, const char *bundle)
{
	struct err e;
	log_info(s->log, "certificate replaced, agents reconnect");
	if (link_listener_replace(s->listener, pair->cert, pair->key, bundle, loop_now_ms(s->loop),
				  &e) != RC_OK)
		log_error(s->log, "port not opened with the new certificate, trying again",
			  KS("error", e.msg));
}

static void follow_certs(struct service *s)
{
	const char *bundle;
	uint64_t version;
	certs_tick(s->certs, loop_now_ms(s->loop), loop_wall_ms(s->loop));
	const struct tls_pair *pair = certs_pair(s->certs, &bundle, &version);
	if (!pair || s->stopping)
		return;
	if (!s->listener && loop_now_ms(s->loop) >= s->listen_at_ms)
		listen_first(s, pair, bundle);
	else if (s->listener && version != s->certs_version)
		listen_anew(s, pair, bundle);
	s->certs_version = version;
}

void service_start(struct service *s)
{
	s->certs_cfg = (struct certs_config){.namespace = s->o->namespace,
					     .secret = s->o->tls_secret,
					     .ca_secret = s->o->ca_secret,
					     .configmap = s->o->ca_configmap,
					     .names = (const char *const *)s->names->tls,
					     .nnames = NAMES_TLS,
					     .recheck_ms = CERTS_RECHECK_MS};
	s->certs = certs_new(&s->certs_cfg, &s->api, s->log);
}

void service_now(struct service *s)
{
	if (s->coordinator)
		coordinator_now(s->coordinator, loop_now_ms(s->loop), loop_wall_ms(s->loop));
}

void service_turn(struct service *s)
{
	if (s->listener) {
		link_listener_drain(s->listener);
		link_listener_tick(s->listener, loop_now_ms(s->loop));
		coordinator_turn(s->coordinator, loop_now_ms(s->loop), loop_wall_ms(s->loop));
	}
	follow_certs(s);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t service_deadline(const struct service *s)
{
	int64_t at = certs_deadline(s->certs);
	if (!s->listener)
		return s->listen_at_ms ? earlier(at, s->listen_at_ms) : at;
	at = earlier(at, link_listener_deadline(s->listener));
	return earlier(at, coordinator_deadline(s->coordinator));
}

void service_stop(struct service *s)
{
	s->stopping = true;
	if (s->listener)
		coordinator_stop(s->coordinator, loop_now_ms(s->loop), loop_wall_ms(s->loop));
}

bool service_idle(const struct service *s)
{
	return !s->listener || coordinator_idle(s->coordinator);
}

const char *service_missing(const struct service *s)
{
	const char *why = NULL;
	if (!s->listener)
		return certs_missing(s->certs) ? certs_missing(s->certs)
					       : "the port for agents is not open yet";
	if (!coordinator_ready(s->coordinator, &why) && !why)
		why = "not ready";
	return why;
}
