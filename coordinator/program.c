/* SPDX-License-Identifier: Apache-2.0 */
/* Starts in this order: API server, certificate, listener, election. After the loop runs, no
 * failure ends the program: /readyz says what is missing, and it is tried again. */
#include "coordinator/program.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "coordinator/program_metrics.h"
#include "coordinator/service.h"
#include "coordinator/uninstall.h"
#include "kube/config_load.h"
#include "kube/kube.h"
#include "os/clock.h"
#include "os/process.h"
#include "serve/serve.h"

enum {
	PROGRAM_MAGIC = 0x70726f67,
	SLOW_TURN_MS = 250,
	STOP_MS = 2000,
	TRIM_MS = 60000,
};

struct program {
	uint32_t magic;
	const struct options *o;
	const struct log *log;
	struct loop *loop;
	struct kube *kube;
	struct api api, lease_api;
	struct names names;
	struct service service;
	struct uninstall *uninstall;
	struct uninstall_config uninstall_cfg;
	struct serve *serve;
	struct metrics *metrics;
	int signal_fd;
	bool stopping;
	int status; /* of the exit */
	int64_t stop_by_ms, trim_at_ms;
};

/* ---- set-up ---- */

static void on_request(void *self, const char *method, const char *code, int64_t took_ms)
{
	struct program *p = self;
	metrics_add(p->metrics, METRIC_REST_REQUESTS, code, method, 1);
	/* A watch ends after minutes, so its duration says nothing about the server. */
	if (took_ms < 60000)
		metrics_observe(p->metrics, METRIC_REST_DURATION, method, NULL,
				(double)took_ms / 1000);
}

static void on_unread(void *self, const char *kind)
{
	struct program *p = self;
	metrics_add(p->metrics, METRIC_OBJECTS_UNREAD, kind, NULL, 1);
}

static enum rc connect_kube(struct program *p, struct err *e)
{
	struct kube_config cfg;
	struct kube_options opts = {.default_image = p->o->default_image,
				    .user_agent = "muster-coordinator/" MUSTER_VERSION,
				    .self = p,
				    .on_request = on_request,
				    .on_unread = on_unread};
	enum rc rc = kube_config_load(p->o->kubeconfig, &cfg, e);
	if (rc != RC_OK)
		return rc;
	log_info(p->log, "coordinator starting", KS("version", MUSTER_VERSION),
		 KS("identity", p->names.identity), KS("api_server", cfg.server),
		 KS("namespace", p->o->namespace));
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
	must(p->magic == PROGRAM_MAGIC);
	const char *why = service_missing(&p->service);
	if (why)
		buf_printf(missing, "%s\n", why);
	return !why;
}

static void refresh(void *self, struct metrics *m)
{
	struct program *p = self;
	must(p->magic == PROGRAM_MAGIC);
	program_metrics(m, p->o->lease, p->service.coordinator, p->service.listener);
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
	service_stop(&p->service);
}

static void on_signal(void *self)
{
	struct program *p = self;
	int signo = process_signal_read(p->signal_fd);
	must(p->magic == PROGRAM_MAGIC);
	if (!signo || p->stopping)
		return;
	log_info(p->log, "coordinator stopping", KS("signal", strsignal(signo)));
	stop(p);
}

static void start_uninstall(struct program *p)
{
	p->uninstall_cfg = (struct uninstall_config){.namespace = p->o->namespace,
						     .lease = p->o->lease,
						     .identity = p->names.identity,
						     .settle_ms = 2 * p->o->retry_ms + 1000,
						     .give_up_ms = 60000};
	p->uninstall = uninstall_new(&p->uninstall_cfg, &p->api, p->log);
}

static enum rc start_service(struct program *p, struct err *e)
{
	p->service = (struct service){.o = p->o,
				      .names = &p->names,
				      .log = p->log,
				      .loop = p->loop,
				      .api = p->api,
				      .lease_api = p->lease_api};
	service_start(&p->service);
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
	names_make(o, &p->names);
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
	at = earlier(at, service_deadline(&p->service));
	if (p->stopping)
		at = earlier(at, p->stop_by_ms);
	serve_in = serve_deadline_ms(p->serve);
	return serve_in == INT64_MAX ? at : earlier(at, loop_now_ms(p->loop) + serve_in);
}

/* When descriptors run out, the coordinator can accept nobody. It steps down before, so that a
 * standby takes over while this one restarts. */
static void check_descriptors(struct program *p)
{
	uint32_t open = link_descriptors(), most = process_descriptors_max();
	if (p->stopping || open < most - most / 10)
		return;
	log_error(p->log, "descriptors nearly used up, stepping down", KI("open", open),
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
	service_now(&p->service);
	loop_run(p->loop);
	service_turn(&p->service);
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

/* Stopped when the Lease is released, or when that takes too long. */
static bool stopped(const struct program *p)
{
	if (!p->stopping)
		return false;
	return service_idle(&p->service) || loop_now_ms(p->loop) >= p->stop_by_ms;
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
		log_warn(p->log, "turn took long", KI("took_ms", took_us / 1000));
	*ret_exit = p->status;
	return !stopped(p);
}
