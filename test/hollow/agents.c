/* SPDX-License-Identifier: Apache-2.0 */
/* As agent/program.c, without signals, files, health and metrics, which a process has once. */
#include "agents.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/trust.h"
#include "base/mem.h"
#include "kube/kube.h"
#include "link/link.h"
#include "os/clock.h"
#include "os/random.h"

enum { STACK_BYTES = 192 * 1024 };

struct hollow {
	const struct agents *all;
	const struct identity *who;
	pthread_t thread;
	struct loop *loop;
	struct kube *kube;
	struct link_dialer *dialer;
	struct agent *agent;
	struct trust trust;
	bool started;
	int64_t start_ms;
	atomic_bool runs, connected;
	atomic_uint_fast64_t created, failures;
};

struct agents {
	const struct hollow_options *o;
	const struct kube_config *cfg;
	struct hollow *v;
};

static const char *token(void *self)
{
	const struct hollow *h = self;
	return h->who->token;
}

static void on_bundle(void *self, const char *pem)
{
	struct hollow *h = self;
	link_dialer_set_bundle(h->dialer, pem);
	if (h->started)
		agent_retry(h->agent);
	else
		agent_start(h->agent, loop_now_ms(h->loop), loop_wall_ms(h->loop));
	h->started = true;
}

static void must_be(enum rc rc, const struct err *e)
{
	if (rc != RC_OK)
		hollow_refuse(e->msg);
}

/* Nodes have addresses of their own, and the coordinator bounds what comes from one: how many
 * connections without a good Hello, how many handshakes a second. On this machine each agent has an
 * address of the loopback network. 0: the coordinator is elsewhere. */
static uint32_t address_of(const struct hollow *h)
{
	uint32_t i = (uint32_t)(h - h->all->v);
	bool here = strncmp(str_or_empty(h->all->o->coordinator), "127.", 4) == 0;
	return here && !h->all->o->one_address ? (127U << 24 | 1U << 16) + i + 1 : 0;
}

static void make_clients(struct hollow *h)
{
	static const struct kube_options opts = {.user_agent = "muster-agent/" MUSTER_VERSION,
						 .field_manager = "muster-agent"};
	const struct kube_config *from = h->all->cfg;
	struct err e = {0};
	struct kube_config cfg = {.server = mem_strdup(from->server),
				  .ca = from->ca ? mem_strdup(from->ca) : NULL,
				  .insecure = from->insecure,
				  .token = mem_strdup(h->who->token)};
	struct link_dialer_config dial = {.server_name = h->all->o->server_name,
					  .local_ipv4 = address_of(h),
					  .wake = {h->loop, loop_wake}};
	must_be(kube_new(h->loop, &cfg, &opts, NULL, &h->kube, &e), &e);
	must_be(link_dialer_new(&dial, &h->dialer, &e), &e);
}

static void make_agent(struct hollow *h)
{
	const struct hollow_options *o = h->all->o;
	struct agent_config cfg = {.node = h->who->node,
				   .boot_id = "hollow",
				   .version = MUSTER_VERSION,
				   .identity = h->who->node,
				   .coordinator = o->coordinator,
				   .launch = o->launch,
				   .seed = random_seed(),
				   .self = h,
				   .token = token};
	struct api api = kube_api(h->kube);
	struct link_client link = link_dialer_api(h->dialer);
	h->agent = agent_new(&cfg, &api, &link, NULL);
	struct link_client_sink sink = agent_link_sink(h->agent);
	link_dialer_set_sink(h->dialer, &sink);
	struct trust_config trust = {.ns = o->ns,
				     .configmap = "muster-ca",
				     .file = "",
				     .self = h,
				     .on_bundle = on_bundle};
	trust_init(&h->trust, &trust, &api, NULL, random_seed());
}

static void publish(struct hollow *h)
{
	struct agent_stats s;
	agent_stats(h->agent, &s);
	atomic_store(&h->connected, s.connected);
	atomic_store(&h->created, s.pods_created);
	atomic_store(&h->failures, s.create_failures);
}

static void turn(struct hollow *h)
{
	int64_t now = loop_now_ms(h->loop), wall = loop_wall_ms(h->loop);
	agent_now(h->agent, now, wall);
	trust_now(&h->trust, now);
	loop_run(h->loop);
	link_dialer_drain(h->dialer);
	if (h->started)
		agent_turn(h->agent, now, wall);
	trust_tick(&h->trust, now, atomic_load(&h->connected));
	publish(h);
}

static int64_t deadline(const struct hollow *h)
{
	int64_t trust = trust_deadline(&h->trust, atomic_load(&h->connected));
	int64_t agent = h->started ? agent_deadline(h->agent) : INT64_MAX;
	return trust < agent ? trust : agent;
}

static void *run(void *self)
{
	struct hollow *h = self;
	struct err e = {0};
	must_be(loop_new(&h->loop, &e), &e);
	while (clock_mono_ms() < h->start_ms)
		loop_wait(h->loop, h->start_ms);
	make_clients(h);
	make_agent(h);
	atomic_store(&h->runs, true);
	trust_tick(&h->trust, clock_mono_ms(), false);
	for (;;) {
		loop_wait(h->loop, deadline(h));
		turn(h);
	}
	return NULL;
}

static void start(struct hollow *h)
{
	pthread_attr_t attr;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	if (pthread_create(&h->thread, &attr, run, h))
		hollow_refuse("no thread for an agent: too many processes for this user?");
	pthread_attr_destroy(&attr);
}

struct agents *agents_start(const struct hollow_options *o, const struct kube_config *cfg,
			    const struct identity *v)
{
	struct agents *all = mem_zalloc(1, sizeof *all);
	*all = (struct agents){o, cfg, mem_zalloc(o->nodes, sizeof *all->v)};
	int64_t now = clock_mono_ms();
	for (uint32_t i = 0; i < o->nodes; i++) {
		struct hollow *h = &all->v[i];
		h->all = all;
		h->who = &v[i];
		h->start_ms = now + o->over_ms * i / o->nodes;
		start(h);
	}
	return all;
}

void agents_count(const struct agents *all, struct agents_counts *ret)
{
	*ret = (struct agents_counts){0};
	for (uint32_t i = 0; all && i < all->o->nodes; i++) {
		const struct hollow *h = &all->v[i];
		ret->started += atomic_load(&h->runs);
		ret->connected += atomic_load(&h->connected);
		ret->created += atomic_load(&h->created);
		ret->failures += atomic_load(&h->failures);
	}
}
