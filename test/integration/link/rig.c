/* SPDX-License-Identifier: Apache-2.0 */
#include "rig.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"

enum { TEMPLATE_BYTES = 2000 };

/* ---- the loop ---- */

static void wake(void *self)
{
	const struct rig *r = self;
	const uint64_t one = 1;
	must(write(r->wake_fd, &one, sizeof one) == sizeof one);
}

int64_t rig_now(void)
{
	return clock_mono_ms();
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void answer_review(struct rig *r)
{
	struct review_asked asked = r->reviews[0];
	memmove(&r->reviews[0], &r->reviews[1], --r->nreviews * sizeof asked);
	bool good = strncmp(asked.token, "good:", 5) == 0;
	struct token_identity id = {.authenticated = good,
				    .username = "system:serviceaccount:muster-system:muster-agent",
				    .node_name = good ? asked.token + 5 : "",
				    .error = good ? "" : "the token is not known"};
	struct api_object obj = {.kind = API_TOKENREVIEW, .token = &id};
	struct api_result res = {.reason = "", .message = "", .rv = "", .cont = ""};
	asked.sink.on_object(asked.sink.self, asked.op, WATCH_ADDED, &obj);
	asked.sink.on_done(asked.sink.self, asked.op, &res);
	free(asked.token);
}

/* Those that were asked before this turn; an answer may make the sessions ask for more. */
static void answer_reviews(struct rig *r)
{
	uint64_t last = r->last_op;
	while (r->nreviews > 0 && r->reviews[0].op <= last)
		answer_review(r);
}

void rig_turn(struct rig *r, int64_t deadline_ms)
{
	struct pollfd p = {.fd = r->wake_fd, .events = POLLIN};
	uint64_t count;
	int64_t now = rig_now();
	int64_t due = min64(deadline_ms, min64(link_listener_deadline(r->listener),
					       server_sessions_deadline(r->sessions)));
	for (uint32_t i = 0; i < r->nagents; i++)
		due = min64(due, agent_due(r->agents[i]));
	if (r->nreviews > 0 || due < now)
		due = now;
	if (poll(&p, 1, (int)min64(due - now, 1000)) > 0)
		must(read(r->wake_fd, &count, sizeof count) == sizeof count);
	now = rig_now();
	server_sessions_now(r->sessions, now, clock_wall_ms());
	link_listener_drain(r->listener);
	answer_reviews(r);
	link_listener_tick(r->listener, now);
	server_sessions_tick(r->sessions, now, clock_wall_ms());
	for (uint32_t i = 0; i < r->nagents; i++)
		agent_turn(r->agents[i], now);
	int64_t took = rig_now() - now;
	r->turn_ms_max = took > r->turn_ms_max ? took : r->turn_ms_max;
}

bool rig_until(struct rig *r, int64_t ms, bool (*done)(struct rig *r, void *arg), void *arg)
{
	int64_t end = rig_now() + ms;
	while (!done(r, arg)) {
		if (rig_now() >= end)
			return false;
		rig_turn(r, end);
	}
	return true;
}

static bool never(struct rig *r, void *arg)
{
	(void)r;
	(void)arg;
	return false;
}

void rig_run(struct rig *r, int64_t ms)
{
	rig_until(r, ms, never, NULL);
}

/* ---- TokenReview ---- */

static uint64_t submit(void *self, const struct api_request *req, const struct api_sink *sink)
{
	struct rig *r = self;
	must(req->kind == API_TOKENREVIEW && r->nreviews < ARRAY_LEN(r->reviews));
	r->reviews[r->nreviews++] =
		(struct review_asked){++r->last_op, mem_strdup(req->token), *sink};
	return r->last_op;
}

static void cancel(void *self, uint64_t id)
{
	struct rig *r = self;
	for (uint32_t i = 0; i < r->nreviews; i++) {
		if (r->reviews[i].op != id)
			continue;
		free(r->reviews[i].token);
		memmove(&r->reviews[i], &r->reviews[i + 1],
			(--r->nreviews - i) * sizeof r->reviews[0]);
		return;
	}
}

/* ---- the coordinator's knowledge ---- */

struct node_view *rig_view(struct rig *r, const char *node)
{
	for (uint32_t i = 0; i < r->nviews; i++) {
		if (!strcmp(r->views[i].node, node))
			return &r->views[i];
	}
	must(r->nviews < ARRAY_LEN(r->views));
	struct node_view *v = &r->views[r->nviews++];
	must(strlen(node) < sizeof v->node);
	memcpy(v->node, node, strlen(node) + 1);
	return v;
}

static void on_hello(void *self, const char *node, uint64_t session, const struct msg_hello *hello)
{
	struct node_view *v = rig_view(self, node);
	v->session = session;
	v->hellos++;
	v->members = hello->nmembers;
}

static void on_report(void *self, const char *node, uint64_t session, const struct msg_report *rep)
{
	struct node_view *v = rig_view(self, node);
	(void)session;
	v->reports++;
	v->members = rep->nmembers;
}

static void on_heard(void *self, const char *node, uint64_t session)
{
	(void)self;
	(void)node;
	(void)session;
}

static void on_hangup(void *self, const char *node, uint64_t session)
{
	(void)session;
	rig_view(self, node)->hangups++;
}

static struct orders_view orders(void *self, const char *node)
{
	struct node_view *v = rig_view(self, node);
	return (struct orders_view){v->revision, &v->order, 1};
}

static const char *template_text(void *self, const char *ns, const char *hash)
{
	(void)ns;
	static char text[TEMPLATE_BYTES + 1];
	(void)self;
	(void)hash;
	memset(text, 'x', TEMPLATE_BYTES);
	return text;
}

void rig_order(struct rig *r, uint32_t attempt)
{
	for (uint32_t i = 0; i < r->nviews; i++) {
		struct node_view *v = &r->views[i];
		v->order = (struct order){.ns = "default",
					  .job_name = "hello",
					  .job_uid = "5b3c7f0e-0000-4000-8000-000000000001",
					  .pod = "hello-0-abcde",
					  .pod_uid = "",
					  .attempt = attempt,
					  .parallelism = 1,
					  .template_hash = "0123456789abcdef",
					  .launch = true};
		v->revision++;
		server_sessions_orders_changed(r->sessions, v->node);
	}
}

/* ---- life ---- */

static void on_log(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		   size_t n)
{
	struct rig *r = self;
	AUTO(buf_done) struct buf line = BUF_INIT(sizeof r->last_warning - 1);
	log_format_logfmt(&line, NULL, level, msg, kv, n);
	if (getenv("RIG_LOG"))
		fprintf(stderr, "%s\n", buf_str(&line));
	if (level < LOG_WARN)
		return;
	r->warnings++;
	memcpy(r->last_warning, buf_str(&line), line.len + 1);
}

static void make_certificates(struct rig *r)
{
	const char *names[] = {SERVER_NAME, "127.0.0.1"};
	int64_t now = clock_wall_ms();
	must(tls_make_ca("muster test", now, &r->ca, NULL) == RC_OK);
	must(tls_make_server(&r->ca, names, ARRAY_LEN(names), now, &r->cert, NULL) == RC_OK);
}

static void make_sessions(struct rig *r)
{
	struct link_server server = link_listener_api(r->listener);
	struct api api = {r, submit, cancel};
	struct server_sessions_config cfg = {
		.agent_username = "system:serviceaccount:muster-system:muster-agent",
		.heartbeat_ms = 2000,
		.hold_ms = 30000,
		.hello_wait_ms = 5000,
		.reviews_max = 128,
		.pipes_waiting_max = 1024,
		.drafts_bytes_max = 64 << 20,
		.self = r,
		.on_hello = on_hello,
		.on_report = on_report,
		.on_heard = on_heard,
		.on_hangup = on_hangup,
		.orders = orders,
		.template_text = template_text};
	r->sessions = server_sessions_new(&cfg, &api, &server, &r->log);
	struct link_server_sink sink = server_sessions_sink(r->sessions);
	link_listener_set_sink(r->listener, &sink);
	server_sessions_now(r->sessions, rig_now(), clock_wall_ms());
	server_sessions_lead(r->sessions, 7);
}

struct rig *rig_new(void)
{
	struct rig *r = mem_zalloc(1, sizeof *r);
	struct err e;
	link_global_init();
	r->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(r->wake_fd >= 0);
	r->log = (struct log){getenv("RIG_LOG") ? LOG_DEBUG : LOG_INFO, r, on_log};
	make_certificates(r);
	struct link_listener_config cfg = {.address = "127.0.0.1:0",
					   .cert = r->cert.cert,
					   .key = r->cert.key,
					   .bundle = r->ca.cert,
					   .server_name = SERVER_NAME,
					   .pipes_max = 8192,
					   .pipes_waiting_max = 256,
					   .pipes_address_max = 200,
					   .probe_ms = 3000,
					   .probe_wait_ms = 5000,
					   .wake = {r, wake}};
	if (link_listener_new(&cfg, &r->log, &r->listener, &e) != RC_OK) {
		fprintf(stderr, "%s\n", e.msg);
		abort();
	}
	make_sessions(r);
	return r;
}

void rig_leave(int status)
{
	fflush(NULL);
	_exit(status == 0 ? 0 : 1);
}
