/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd without threads: its epoll descriptor is one more in the program's loop. A client
 * that connects and says nothing costs a slot for SERVE_TIMEOUT_S; when the slots run short the
 * oldest connection is shut down, so that idle clients never keep a probe waiting. A scrape costs
 * the loop some time, so each address has a rate of them; a probe costs next to nothing and has
 * none. */
#include "serve/serve.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"
#include "os/listen.h"
#include "serve/rate.h"

enum { SERVE_MAGIC = 0x73657276, HEAD_BYTES_MAX = 8192, BODY_BYTES_MAX = 4 << 20, SPARE = 8 };

struct conn {
	int fd; /* -1: free */
	uint64_t since;
};

struct serve {
	uint32_t magic;
	struct serve_config cfg;
	struct MHD_Daemon *daemon;
	int listen_fd;
	uint64_t seq;
	struct conn conns[SERVE_CONNECTIONS_MAX];
	struct buf body;
	struct rate scrapes;
};

static struct conn *conn_find(struct serve *s, int fd)
{
	for (size_t i = 0; i < ARRAY_LEN(s->conns); i++) {
		if (s->conns[i].fd == fd)
			return &s->conns[i];
	}
	return NULL;
}

/* libmicrohttpd then sees it as a hang-up of the client. */
static void cut_oldest(struct serve *s)
{
	struct conn *oldest = NULL;
	size_t used = 0;
	for (size_t i = 0; i < ARRAY_LEN(s->conns); i++) {
		struct conn *c = &s->conns[i];
		used += c->fd >= 0;
		if (c->fd >= 0 && c->since && (!oldest || c->since < oldest->since))
			oldest = c;
	}
	if (used < SERVE_CONNECTIONS_MAX - SPARE || !oldest)
		return;
	shutdown(oldest->fd, SHUT_RDWR);
	oldest->since = 0;
}

static void on_connection(void *self, struct MHD_Connection *connection, void **context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct serve *s = self;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	(void)context;
	must(s->magic == SERVE_MAGIC);
	if (!info)
		return;
	struct conn *c = conn_find(s, info->connect_fd);
	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c)
			c->fd = -1;
		return;
	}
	cut_oldest(s);
	c = c ? c : conn_find(s, -1);
	if (c)
		*c = (struct conn){.fd = info->connect_fd, .since = ++s->seq};
}

struct answer {
	unsigned code;
	const char *type;
	const char *text;
};

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct answer *a)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer_copy(strlen(a->text), a->text);
	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, a->type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (a->code == MHD_HTTP_TOO_MANY_REQUESTS)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	if (a->code == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result sent = MHD_queue_response(connection, a->code, response);
	MHD_destroy_response(response);
	return sent;
}

static const char plain[] = "text/plain; charset=utf-8";

static struct answer on_ready(struct serve *s)
{
	buf_reset(&s->body);
	if (!s->cfg.ready || s->cfg.ready(s->cfg.self, &s->body))
		return (struct answer){MHD_HTTP_OK, plain, "ok\n"};
	if (!s->body.len)
		buf_puts(&s->body, "not ready\n");
	return (struct answer){MHD_HTTP_SERVICE_UNAVAILABLE, plain, buf_str(&s->body)};
}

/* A scraper that knows OpenMetrics names it in Accept; one that names only other types gets the
 * older text. No Accept, or anything goes: OpenMetrics. */
static enum metrics_format wanted_format(struct MHD_Connection *connection)
{
	const char *accept =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	if (!accept || strstr(accept, "application/openmetrics-text"))
		return METRICS_OPENMETRICS;
	return strstr(accept, "text/plain") ? METRICS_PROMETHEUS : METRICS_OPENMETRICS;
}

static bool too_often(struct serve *s, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	return !rate_take(&s->scrapes, info ? info->client_addr : NULL, clock_mono_ms());
}

static struct answer on_metrics(struct serve *s, struct MHD_Connection *connection)
{
	if (too_often(s, connection)) {
		metrics_add(s->cfg.metrics, METRIC_SCRAPES_REFUSED, NULL, NULL, 1);
		return (struct answer){MHD_HTTP_TOO_MANY_REQUESTS, plain,
				       "5 scrapes a second are enough\n"};
	}
	enum metrics_format format = wanted_format(connection);
	if (s->cfg.refresh)
		s->cfg.refresh(s->cfg.self, s->cfg.metrics);
	metrics_process(s->cfg.metrics);
	buf_reset(&s->body);
	metrics_render(s->cfg.metrics, format, &s->body);
	if (buf_rc(&s->body) != RC_OK)
		return (struct answer){MHD_HTTP_INTERNAL_SERVER_ERROR, plain, "too many metrics\n"};
	return (struct answer){
		MHD_HTTP_OK,
		format == METRICS_OPENMETRICS
			? "application/openmetrics-text; version=1.0.0; charset=utf-8"
			: "text/plain; version=0.0.4; charset=utf-8",
		buf_str(&s->body)};
}

static struct answer answer_for(struct serve *s, struct MHD_Connection *connection,
				const char *path)
{
	if (!strcmp(path, "/livez"))
		return (struct answer){MHD_HTTP_OK, plain, "ok\n"};
	if (!strcmp(path, "/readyz"))
		return on_ready(s);
	if (!strcmp(path, "/metrics"))
		return on_metrics(s, connection);
	return (struct answer){MHD_HTTP_NOT_FOUND, plain,
			       "not found; there are /livez, /readyz and /metrics\n"};
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *path,
				  const char *method, const char *version, const char *data,
				  size_t *size, void **context)
{
	static int seen;
	struct serve *s = self;
	(void)version;
	(void)data;
	must(s->magic == SERVE_MAGIC);
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
		struct answer no = {MHD_HTTP_METHOD_NOT_ALLOWED, plain, "GET or HEAD only\n"};
		return send_answer(connection, &no);
	}
	/* The first call only says that a request begins; bodies are read and dropped. */
	if (!*context) {
		*context = &seen;
		return MHD_YES;
	}
	if (*size) {
		*size = 0;
		return MHD_YES;
	}
	struct answer a = answer_for(s, connection, path);
	return send_answer(connection, &a);
}

static struct MHD_Daemon *start(struct serve *s)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_THREAD_SAFETY, 0, NULL, NULL, on_request,
				s, MHD_OPTION_LISTEN_SOCKET, s->listen_fd,
				MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVE_TIMEOUT_S,
				MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES_MAX,
				MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
}

static struct serve *serve_make(const struct serve_config *cfg, int listen_fd)
{
	struct serve *s = mem_zalloc(1, sizeof *s);
	s->magic = SERVE_MAGIC;
	s->cfg = *cfg;
	s->cfg.listen = NULL;
	s->listen_fd = listen_fd;
	s->body = (struct buf)BUF_INIT(BODY_BYTES_MAX);
	for (size_t i = 0; i < ARRAY_LEN(s->conns); i++)
		s->conns[i].fd = -1;
	s->daemon = start(s);
	return s;
}

enum rc serve_new(const struct serve_config *cfg, struct serve **ret, struct err *e)
{
	int fd = -1;
	enum rc rc = listen_open(cfg->listen, 0, SERVE_CONNECTIONS_MAX, &fd, e);
	if (rc)
		return rc;
	struct serve *s = serve_make(cfg, fd);
	if (!s->daemon) {
		close(fd);
		serve_free(s);
		return err_set(e, RC_IO, "cannot serve on %s", cfg->listen);
	}
	*ret = s;
	return RC_OK;
}

struct serve *serve_free(struct serve *s)
{
	if (!s)
		return NULL;
	if (s->daemon)
		MHD_stop_daemon(s->daemon); /* closes the listener too */
	buf_done(&s->body);
	s->magic = 0;
	free(s);
	return NULL;
}

int serve_fd(const struct serve *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	must(info);
	return info->epoll_fd;
}

int64_t serve_deadline_ms(const struct serve *s)
{
	int64_t ms = MHD_get_timeout64s(s->daemon);
	return ms < 0 ? INT64_MAX : ms;
}

void serve_turn(struct serve *s)
{
	must(s->magic == SERVE_MAGIC);
	MHD_run(s->daemon);
}

uint16_t serve_port(const struct serve *s)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
	return info ? info->port : 0;
}
