/* SPDX-License-Identifier: Apache-2.0 */
/* A turn: wait, read the clocks once, tell them to everybody, hand in what came (HTTP, link,
 * signals), then the agent's own turn. Nothing in a turn blocks. */
#include "agent/program.h"

#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "kube/config_load.h"
#include "os/clock.h"
#include "os/process.h"
#include "os/random.h"

enum { IDENTITY_BYTES = 320, BOOT_ID_BYTES = 128, SLOW_TURN_US = 250000 };

/* ---- what the parts ask of the program ---- */

static const char *current_token(void *self)
{
	struct program *p = self;
	return token_get(&p->token);
}

/* Without a CA nobody is believed, so the agent starts with the first one. */
static void on_bundle(void *self, const char *pem)
{
	struct program *p = self;
	link_dialer_set_bundle(p->dialer, pem);
	if (p->started)
		agent_retry(p->agent);
	else
		agent_start(p->agent, loop_now_ms(p->loop), loop_wall_ms(p->loop));
	p->started = true;
}

static void on_signal(void *self)
{
	struct program *p = self;
	int sig = process_signal_read(p->signals);
	if (sig)
		p->stop = sig;
}

static void on_serve(void *self)
{
	struct program *p = self;
	serve_turn(p->serve);
}

static bool is_ready(void *self, struct buf *missing)
{
	struct program *p = self;
	const char *what;
	if (agent_ready(p->agent, &what))
		return true;
	buf_puts(missing, what);
	if (!trust_has_bundle(&p->trust))
		buf_puts(missing, "\nthe coordinator's CA is not known yet");
	return false;
}

static void on_request(void *self, const char *method, const char *code, int64_t took_ms)
{
	struct program *p = self;
	metrics_add(p->metrics, METRIC_REST_REQUESTS, code, method, 1);
	metrics_observe(p->metrics, METRIC_REST_DURATION, method, NULL, (double)took_ms / 1000);
}

static void on_unread(void *self, const char *kind)
{
	struct program *p = self;
	metrics_add(p->metrics, METRIC_OBJECTS_UNREAD, kind, NULL, 1);
}

static void refresh(void *self, struct metrics *m)
{
	struct program *p = self;
	struct agent_stats s;
	agent_stats(p->agent, &s);
	metrics_set(m, METRIC_BUILD_INFO, MUSTER_VERSION, NULL, 1);
	metrics_set(m, METRIC_AGENT_CONNECTED, NULL, NULL, s.connected);
	metrics_set(m, METRIC_AGENT_SESSIONS, NULL, NULL, (double)s.sessions);
	metrics_set(m, METRIC_AGENT_MEMBERS, NULL, NULL, s.members);
	metrics_set(m, METRIC_AGENT_PODS, NULL, NULL, s.pods);
	metrics_set(m, METRIC_AGENT_PODS_LEFT_OUT, NULL, NULL, (double)s.pods_left_out);
	metrics_set(m, METRIC_PODS_CREATED, NULL, NULL, (double)s.pods_created);
	metrics_set(m, METRIC_CREATE_FAILURES, NULL, NULL, (double)s.create_failures);
	metrics_set(m, METRIC_REPORTS, NULL, NULL, (double)s.reports);
	metrics_set(m, METRIC_RELISTS, "pods", NULL, (double)s.relists);
}

/* ---- start ---- */

static enum rc start_kube(struct program *p, struct err *e)
{
	struct kube_config cfg = {0};
	struct kube_options opts = {.user_agent = "muster-agent/" MUSTER_VERSION,
				    .field_manager = "muster-agent",
				    .self = p,
				    .on_request = on_request,
				    .on_unread = on_unread};
	enum rc rc = kube_config_load(p->opts.kubeconfig, &cfg, e);
	if (rc == RC_OK)
		rc = kube_new(p->loop, &cfg, &opts, p->log, &p->kube, e);
	kube_config_done(&cfg);
	return rc;
}

static enum rc start_link(struct program *p, struct err *e)
{
	struct link_dialer_config cfg = {.server_name = p->opts.server_name,
					 .wake = {p->loop, loop_wake}};
	link_global_init();
	return link_dialer_new(&cfg, &p->dialer, e);
}

static enum rc start_serve(struct program *p, struct err *e)
{
	struct serve_config cfg = {.listen = p->opts.serve,
				   .metrics = p->metrics,
				   .self = p,
				   .ready = is_ready,
				   .refresh = refresh};
	enum rc rc = serve_new(&cfg, &p->serve, e);
	if (rc == RC_OK)
		loop_watch(p->loop, serve_fd(p->serve), p, on_serve);
	return rc;
}

/* Tells one boot of the node from the next; without it (not Linux as we know it) there is none. */
static void read_boot_id(struct buf *out)
{
	if (file_read("/proc/sys/kernel/random/boot_id", out, NULL) != RC_OK)
		return;
	while (out->len > 0 && out->data[out->len - 1] == '\n')
		out->data[--out->len] = '\0';
}

static void make_agent(struct program *p)
{
	AUTO(buf_done) struct buf boot_id = BUF_INIT(BOOT_ID_BYTES);
	AUTO(buf_done) struct buf identity = BUF_INIT(IDENTITY_BYTES);
	char unique[9];
	random_name(unique, sizeof unique - 1);
	read_boot_id(&boot_id);
	buf_printf(&identity, "%s_%s", p->opts.node, unique);
	struct agent_config cfg = {.node = p->opts.node,
				   .boot_id = buf_str(&boot_id),
				   .version = MUSTER_VERSION,
				   .identity = buf_str(&identity),
				   .coordinator = p->opts.coordinator,
				   .launch = p->opts.launch,
				   .seed = random_seed(),
				   .self = p,
				   .token = current_token};
	struct api api = kube_api(p->kube);
	struct link_client link = link_dialer_api(p->dialer);
	p->agent = agent_new(&cfg, &api, &link, p->log);
	struct link_client_sink sink = agent_link_sink(p->agent);
	link_dialer_set_sink(p->dialer, &sink);
	log_info(p->log, "agent starting", KS("version", MUSTER_VERSION), KS("node", p->opts.node),
		 KS("identity", buf_str(&identity)), KS("coordinator", p->opts.coordinator),
		 KS("launch", p->opts.launch ? "true" : "false"));
}

static void start_trust(struct program *p)
{
	struct trust_config cfg = {.ns = p->opts.ns,
				   .configmap = p->opts.ca_configmap,
				   .file = p->opts.ca_file,
				   .self = p,
				   .on_bundle = on_bundle};
	struct api api = kube_api(p->kube);
	trust_init(&p->trust, &cfg, &api, p->log, random_seed());
	trust_tick(&p->trust, loop_now_ms(p->loop), false);
}

enum rc program_start(struct program *p, struct err *e)
{
	process_small_memory();
	process_raise_limits();
	process_hide_memory();
	p->signals = process_signals();
	if (p->signals < 0)
		return err_errno(e, RC_IO, "cannot wait for signals");
	p->metrics = metrics_new(METRIC_OF_AGENT);
	token_init(&p->token, p->opts.token_file, p->log);
	enum rc rc = loop_new(&p->loop, e);
	if (rc == RC_OK)
		rc = start_kube(p, e);
	if (rc == RC_OK)
		rc = start_link(p, e);
	if (rc == RC_OK)
		rc = start_serve(p, e);
	if (rc != RC_OK)
		return rc;
	loop_watch(p->loop, p->signals, p, on_signal);
	make_agent(p);
	start_trust(p);
	return RC_OK;
}

/* ---- turns ---- */

static bool connected(const struct program *p)
{
	struct agent_stats s;
	agent_stats(p->agent, &s);
	return s.connected;
}

static int64_t deadline(const struct program *p)
{
	const int64_t v[] = {agent_deadline(p->agent), trust_deadline(&p->trust, connected(p)),
			     p->serve_due_ms};
	int64_t due = INT64_MAX;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		due = v[i] < due ? v[i] : due;
	return due;
}

static void turn_serve(struct program *p, int64_t now)
{
	if (p->serve_due_ms <= now)
		serve_turn(p->serve);
	int64_t in = serve_deadline_ms(p->serve);
	p->serve_due_ms = in == INT64_MAX ? in : now + in;
}

static void turn(struct program *p)
{
	int64_t now = loop_now_ms(p->loop), wall = loop_wall_ms(p->loop);
	int64_t began = clock_mono_us();
	agent_now(p->agent, now, wall);
	trust_now(&p->trust, now);
	loop_run(p->loop);
	link_dialer_drain(p->dialer);
	agent_turn(p->agent, now, wall);
	trust_tick(&p->trust, now, connected(p));
	turn_serve(p, now);
	int64_t took = clock_mono_us() - began;
	metrics_observe(p->metrics, METRIC_TURN_DURATION, NULL, NULL, (double)took / 1e6);
	if (took > SLOW_TURN_US)
		log_warn(p->log, "turn took long", KI("took_ms", took / 1000));
}

int program_run(struct program *p)
{
	p->serve_due_ms = INT64_MAX;
	while (!p->stop) {
		loop_wait(p->loop, deadline(p));
		turn(p);
	}
	return p->stop;
}
