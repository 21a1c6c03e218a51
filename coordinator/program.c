/* SPDX-License-Identifier: Apache-2.0 */
/* Order of a start: API server, certificate, listener, election. Nothing of it is fatal once the
 * loop runs: what is missing is told by /readyz and tried again. */
#include "coordinator/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "coordinator/certs.h"
#include "coordinator/coordinator.h"
#include "coordinator/program_metrics.h"
#include "coordinator/uninstall.h"
#include "kube/config_load.h"
#include "kube/kube.h"
#include "link/link.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/random.h"
#include "serve/serve.h"

enum {
	PROGRAM_MAGIC = 0x70726f67,
	SLOW_TURN_MS = 250,
	STOP_MS = 2000,
	CERTS_RECHECK_MS = 600000,
	TRIM_MS = 60000,
	NAMES_N = 4,
};

struct program {
	uint32_t magic;
	const struct options *o;
	const struct log *log;
	struct loop *loop;
	struct kube *kube;
	struct api api, lease_api;
	struct certs *certs;
	struct certs_config certs_cfg;
	struct link_listener *listener;
	struct link_server_sink sink;
	uint64_t certs_version;
	struct coordinator *coordinator;
	struct uninstall *uninstall;
	struct uninstall_config uninstall_cfg;
	struct serve *serve;
	struct metrics *metrics;
	int signal_fd;
	bool stopping;
	int status; /* of the exit */
	int64_t stop_by_ms, trim_at_ms, listen_at_ms;
	char *identity, *address, *agent_username;
	char *names[NAMES_N];
};

/* ---- set-up ---- */

static char *format(const char *fmt, const char *a, const char *b)
{
	AUTO(buf_done) struct buf s = BUF_INIT(1024);
	for (; *fmt; fmt++) {
		if (*fmt == '1')
			buf_puts(&s, a);
		else if (*fmt == '2')
			buf_puts(&s, b);
		else
			buf_putc(&s, *fmt);
	}
	return buf_steal(&s);
}

static void make_names(struct program *p)
{
	const struct options *o = p->o;
	char suffix[9];
	random_name(suffix, 8);
	p->identity = format("1_2", o->identity, suffix);
	const char *colon = strrchr(o->listen, ':');
	if (*o->address)
		p->address = mem_strdup(o->address);
	else
		p->address = format("1:2", str_or_empty(o->pod_ip), colon ? colon + 1 : "7117");
	const char *sep = strchr(o->agent_account, ':');
	AUTO(mem_freep)
	char *ns = sep ? mem_strndup(o->agent_account, (size_t)(sep - o->agent_account))
		       : mem_strdup("");
	p->agent_username = format("system:serviceaccount:1:2", ns, sep ? sep + 1 : "");
	p->names[0] = format("1.2.svc", o->service, o->namespace);
	p->names[1] = format("1.2", o->service, o->namespace);
	p->names[2] = format("1.2.svc.cluster.local", o->service, o->namespace);
	p->names[3] = mem_strdup(o->service);
}

static void on_request(void *self, const char *method, const char *code, int64_t took_ms)
{
	struct program *p = self;
	metrics_add(p->metrics, METRIC_REST_REQUESTS, code, method, 1);
	/* Watches end after minutes: their time says nothing. */
	if (took_ms < 60000)
		metrics_observe(p->metrics, METRIC_REST_DURATION, method, NULL,
				(double)took_ms / 1000);
}

static enum rc connect_kube(struct program *p, struct err *e)
{
	struct kube_config cfg;
	struct kube_options opts = {.default_image = p->o->default_image,
				    .user_agent = "muster-coordinator/" MUSTER_VERSION,
				    .self = p,
				    .on_request = on_request};
	enum rc rc = kube_config_load(p->o->kubeconfig, &cfg, e);
	if (rc != RC_OK)
		return rc;
	log_info(p->log, "starting", KS("version", MUSTER_VERSION), KS("identity", p->identity),
		 KS("api_server", cfg.server), KS("namespace", p->o->namespace));
	rc = kube_new(p->loop, &cfg, &opts, p->log, &p->kube, e);
	if (rc != RC_OK)
		return rc;
	p->api = kube_api(p->kube);
	p->lease_api = kube_lease_api(p->kube);
	return RC_OK;
}

static bool ready(void *self, struct buf *missing)
{
	struct program *p = self;
	const char *why = NULL;
	must(p->magic == PROGRAM_MAGIC);
	if (!p->listener)
		why = certs_missing(p->certs) ? certs_missing(p->certs) : "it does not listen yet";
	else if (!coordinator_ready(p->coordinator, &why) && !why)
		why = "not ready";
	if (why)
		buf_printf(missing, "%s\n", why);
	return !why;
}

static void refresh(void *self, struct metrics *m)
{
	struct program *p = self;
	must(p->magic == PROGRAM_MAGIC);
	program_metrics(m, p->o->lease, p->coordinator, p->listener);
}

static void on_serve(void *self)
{
	struct program *p = self;
	serve_turn(p->serve);
}

static enum rc start_serving(struct program *p, struct err *e)
{
	struct serve_config cfg = {.listen = p->o->serve,
				   .metrics = p->metrics,
				   .self = p,
				   .ready = ready,
				   .refresh = refresh};
	enum rc rc = serve_new(&cfg, &p->serve, e);
	if (rc != RC_OK)
		return err_wrap(e, rc, "--serve %s", p->o->serve);
	loop_watch(p->loop, serve_fd(p->serve), p, on_serve);
	return RC_OK;
}

static void stop(struct program *p)
{
	p->stopping = true;
	p->stop_by_ms = loop_now_ms(p->loop) + STOP_MS;
	if (p->listener)
		coordinator_stop(p->coordinator, loop_now_ms(p->loop), loop_wall_ms(p->loop));
}

static void on_signal(void *self)
{
	struct program *p = self;
	int signo = process_signal_read(p->signal_fd);
	must(p->magic == PROGRAM_MAGIC);
	if (!signo || p->stopping)
		return;
	log_info(p->log, "stopping", KI("signal", signo));
	stop(p);
}

static void start_uninstall(struct program *p)
{
	p->uninstall_cfg = (struct uninstall_config){.namespace = p->o->namespace,
						     .lease = p->o->lease,
						     .identity = p->identity,
						     .settle_ms = 2 * p->o->retry_ms + 1000,
						     .give_up_ms = 60000};
	p->uninstall = uninstall_new(&p->uninstall_cfg, &p->api, p->log);
}

static enum rc start_service(struct program *p, struct err *e)
{
	p->certs_cfg = (struct certs_config){.namespace = p->o->namespace,
					     .secret = p->o->tls_secret,
					     .configmap = p->o->ca_configmap,
					     .names = (const char *const *)p->names,
					     .nnames = NAMES_N,
					     .recheck_ms = CERTS_RECHECK_MS};
	p->certs = certs_new(&p->certs_cfg, &p->api, p->log);
	return start_serving(p, e);
}

enum rc program_new(const struct options *o, const struct log *log, struct program **ret,
		    struct err *e)
{
	struct program *p = mem_zalloc(1, sizeof *p);
	p->magic = PROGRAM_MAGIC;
	p->o = o;
	p->log = log;
	p->trim_at_ms = INT64_MAX;
	p->signal_fd = process_signals();
	if (p->signal_fd < 0)
		return err_errno(e, RC_IO, "cannot receive signals");
	link_global_init();
	make_names(p);
	p->metrics = metrics_new(METRIC_OF_COORDINATOR);
	enum rc rc = loop_new(&p->loop, e);
	if (rc == RC_OK)
		rc = connect_kube(p, e);
	if (rc != RC_OK)
		return rc;
	loop_watch(p->loop, p->signal_fd, p, on_signal);
	p->trim_at_ms = loop_now_ms(p->loop) + TRIM_MS;
	*ret = p;
	if (!o->uninstall)
		return start_service(p, e);
	start_uninstall(p);
	return RC_OK;
}

/* ---- certificate and listener ---- */

static struct coordinator_config coordinator_options(const struct program *p)
{
	const struct options *o = p->o;
	return (struct coordinator_config){
		.core = {.node_silent_grace_ms = o->grace_ms,
			 .node_unheard_ms = 30000,
			 .loop_gap_ms = 1000,
			 .retry_base_ms = 10000,
			 .retry_cap_ms = 360000,
			 .cnode_numbers_ms = 30000,
			 .message_refresh_ms = 60000,
			 .spread = o->spread == 0,
			 .agent_launch = o->agent_launch},
		.namespace = o->namespace,
		.lease = o->lease,
		.identity = p->identity,
		.address = p->address,
		.lease_duration_ms = o->lease_ms,
		.renew_deadline_ms = o->renew_ms,
		.retry_period_ms = o->retry_ms,
		.agent_username = p->agent_username,
		.heartbeat_ms = (uint32_t)o->heartbeat_ms,
		.seed = random_seed(),
	};
}

static void listen_first(struct program *p, const struct tls_pair *pair, const char *bundle)
{
	struct err e;
	struct link_listener_config cfg = {.address = p->o->listen,
					   .cert = pair->cert,
					   .key = pair->key,
					   .bundle = bundle,
					   .server_name = p->names[0],
					   .pipes_max = 8192,
					   .pipes_waiting_max = 1024,
					   .probe_ms = 30000,
					   .probe_wait_ms = 5000,
					   .wake = {p->loop, loop_wake}};
	if (link_listener_new(&cfg, p->log, &p->listener, &e) != RC_OK) {
		log_error(p->log, "cannot listen, trying again", KS("address", p->o->listen),
			  KS("error", e.msg));
		p->listen_at_ms = loop_now_ms(p->loop) + 5000;
		return;
	}
	log_info(p->log, "listening", KS("address", p->o->listen));
	struct link_server link = link_listener_api(p->listener);
	struct coordinator_config ccfg = coordinator_options(p);
	p->coordinator = coordinator_new(&ccfg, &p->api, &p->lease_api, &link, p->log);
	p->sink = coordinator_link_sink(p->coordinator);
	link_listener_set_sink(p->listener, &p->sink);
	coordinator_start(p->coordinator, loop_now_ms(p->loop), loop_wall_ms(p->loop));
}

static void listen_anew(struct program *p, const struct tls_pair *pair, const char *bundle)
{
	struct err e;
	log_info(p->log, "new certificate, agents reconnect");
	if (link_listener_replace(p->listener, pair->cert, pair->key, bundle, loop_now_ms(p->loop),
				  &e) != RC_OK)
		log_error(p->log, "cannot listen with the new certificate, trying again",
			  KS("error", e.msg));
}

static void follow_certs(struct program *p)
{
	const char *bundle;
	uint64_t version;
	certs_tick(p->certs, loop_now_ms(p->loop), loop_wall_ms(p->loop));
	const struct tls_pair *pair = certs_pair(p->certs, &bundle, &version);
	if (!pair || p->stopping)
		return;
	if (!p->listener && loop_now_ms(p->loop) >= p->listen_at_ms)
		listen_first(p, pair, bundle);
	else if (p->listener && version != p->certs_version)
		listen_anew(p, pair, bundle);
	p->certs_version = version;
}

/* ---- turns ---- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t deadline(const struct program *p)
{
	int64_t at = p->trim_at_ms, serve_in;
	if (p->uninstall)
		return earlier(at, uninstall_deadline(p->uninstall));
	at = earlier(at, certs_deadline(p->certs));
	if (p->stopping)
		at = earlier(at, p->stop_by_ms);
	serve_in = serve_deadline_ms(p->serve);
	if (serve_in != INT64_MAX)
		at = earlier(at, loop_now_ms(p->loop) + serve_in);
	if (!p->listener)
		return p->listen_at_ms ? earlier(at, p->listen_at_ms) : at;
	at = earlier(at, link_listener_deadline(p->listener));
	return earlier(at, coordinator_deadline(p->coordinator));
}

/* Descriptors that are nearly used up end in a deaf coordinator: a standby does better, and this
 * one comes back fresh. */
static void check_descriptors(struct program *p)
{
	uint32_t open = link_descriptors(), most = process_descriptors_max();
	if (p->stopping || open < most - most / 10)
		return;
	log_error(p->log, "descriptors are nearly used up, stepping down", KI("open", open),
		  KI("limit", most));
	p->status = 1;
	stop(p);
}

static void housekeeping(struct program *p)
{
	if (loop_now_ms(p->loop) < p->trim_at_ms)
		return;
	process_trim();
	check_descriptors(p);
	p->trim_at_ms = loop_now_ms(p->loop) + TRIM_MS;
}

static void work(struct program *p)
{
	int64_t now = loop_now_ms(p->loop), wall = loop_wall_ms(p->loop);
	if (p->coordinator)
		coordinator_now(p->coordinator, now, wall);
	loop_run(p->loop);
	if (p->listener) {
		link_listener_drain(p->listener);
		link_listener_tick(p->listener, now);
		coordinator_turn(p->coordinator, now, wall);
	}
	follow_certs(p);
	serve_turn(p->serve);
	housekeeping(p);
}

static bool uninstall_turn(struct program *p, int *ret_exit)
{
	bool ok;
	uninstall_tick(p->uninstall, loop_now_ms(p->loop), loop_wall_ms(p->loop));
	loop_run(p->loop);
	uninstall_tick(p->uninstall, loop_now_ms(p->loop), loop_wall_ms(p->loop));
	bool ended = uninstall_ended(p->uninstall, &ok);
	*ret_exit = ok ? 0 : 1;
	if (p->stopping)
		*ret_exit = 1;
	return !ended && !p->stopping;
}

/* Gone when the Lease is given back, or when that takes too long. */
static bool stopped(const struct program *p)
{
	if (!p->stopping)
		return false;
	return !p->listener || coordinator_idle(p->coordinator) ||
	       loop_now_ms(p->loop) >= p->stop_by_ms;
}

bool program_turn(struct program *p, int *ret_exit)
{
	loop_wait(p->loop, deadline(p));
	if (p->uninstall)
		return uninstall_turn(p, ret_exit);
	int64_t began_us = clock_mono_us();
	work(p);
	int64_t took_us = clock_mono_us() - began_us;
	metrics_observe(p->metrics, METRIC_TURN_DURATION, NULL, NULL, (double)took_us / 1e6);
	if (took_us > SLOW_TURN_MS * 1000)
		log_warn(p->log, "slow turn", KI("took_ms", took_us / 1000));
	*ret_exit = p->status;
	return !stopped(p);
}
