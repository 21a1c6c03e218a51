/* SPDX-License-Identifier: Apache-2.0 */
/* The server on 127.0.0.1, with client and server turned by one loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "serve/serve.h"

enum { IDLE_CLIENTS = 200, WAIT_MS = 2000 };

struct fixture {
	struct metrics *metrics;
	struct serve *serve;
	struct buf got;
	const char *missing;
	int idle[IDLE_CLIENTS], nidle;
};

static bool ready(void *self, struct buf *missing)
{
	struct fixture *f = self;
	if (f->missing)
		buf_printf(missing, "%s\n", f->missing);
	return !f->missing;
}

static void refresh(void *self, struct metrics *m)
{
	(void)self;
	metrics_add(m, METRIC_PLACEMENTS, NULL, NULL, 1);
}

static int setup(void **state)
{
	struct fixture *f = mem_zalloc(1, sizeof *f);
	struct err e;
	f->metrics = metrics_new(METRIC_OF_COORDINATOR);
	f->got = (struct buf)BUF_INIT(1 << 20);
	struct serve_config cfg = {.listen = "127.0.0.1:0",
				   .metrics = f->metrics,
				   .self = f,
				   .ready = ready,
				   .refresh = refresh};
	*state = f;
	return serve_new(&cfg, &f->serve, &e) != RC_OK;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	for (int i = 0; i < f->nidle; i++)
		close(f->idle[i]);
	serve_free(f->serve);
	metrics_free(f->metrics);
	buf_done(&f->got);
	free(f);
	return 0;
}

static int dial(struct fixture *f)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons(serve_port(f->serve)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof at))
		assert_int_equal(errno, EINPROGRESS);
	return fd;
}

/* One wait of both ends; true while something happens within WAIT_MS. */
static bool turn(struct fixture *f, int fd, short events, short *ret)
{
	struct pollfd p[2] = {{.fd = serve_fd(f->serve), .events = POLLIN},
			      {.fd = fd, .events = events}};
	int n = poll(p, 2, WAIT_MS);
	if (p[0].revents)
		serve_turn(f->serve);
	*ret = p[1].revents;
	return n > 0;
}

/* Sends text and collects the answer until the server closes. */
static const char *talk(struct fixture *f, const char *text)
{
	size_t sent = 0, len = strlen(text);
	int fd = dial(f);
	short ev;
	buf_reset(&f->got);
	while (turn(f, fd, (short)(POLLIN | (sent < len ? POLLOUT : 0)), &ev)) {
		char part[4096];
		if ((ev & POLLOUT) && sent < len) {
			ssize_t n = send(fd, text + sent, len - sent, MSG_NOSIGNAL);
			sent = n > 0 ? sent + (size_t)n : len;
		}
		if (!(ev & (POLLIN | POLLHUP | POLLERR)))
			continue;
		ssize_t n = recv(fd, part, sizeof part, 0);
		if (n <= 0)
			break;
		buf_put(&f->got, part, (size_t)n);
	}
	close(fd);
	return buf_str(&f->got);
}

static const char *get(struct fixture *f, const char *method, const char *path, const char *header)
{
	AUTO(buf_done) struct buf req = BUF_INIT(1 << 20);
	buf_printf(&req, "%s %s HTTP/1.1\r\nHost: x\r\n%sConnection: close\r\n\r\n", method, path,
		   header);
	return talk(f, buf_str(&req));
}

static void answers(const char *got, const char *status, const char *part)
{
	if (strncmp(got, status, strlen(status)) != 0 || !strstr(got, part))
		fail_msg("wanted %s with \"%s\", got:\n%s", status, part, got);
}

/* Who asks without end gets no more metrics, and a probe of the same address its answer. */
static void test_scrapes_have_a_rate(void **state)
{
	struct fixture *f = *state;
	int fine = 0, refused = 0;
	for (int i = 0; i < 400 && !refused; i++) {
		const char *got = get(f, "GET", "/metrics", "");
		if (strncmp(got, "HTTP/1.1 200", 12) == 0)
			fine++;
		else
			refused++;
	}
	assert_true(fine >= 20);
	assert_int_equal(refused, 1);
	answers(buf_str(&f->got), "HTTP/1.1 429", "Retry-After: 1\r\n");
	for (int i = 0; i < 40; i++)
		answers(get(f, "GET", "/readyz", ""), "HTTP/1.1 200", "ok");
}

static void test_paths(void **state)
{
	static const struct {
		const char *method, *path, *status, *part;
	} cases[] = {
		{"GET", "/livez", "HTTP/1.1 200", "\r\n\r\nok\n"},
		{"GET", "/readyz", "HTTP/1.1 200", "\r\n\r\nok\n"},
		{"GET", "/readyz?verbose", "HTTP/1.1 200", "\r\n\r\nok\n"},
		{"HEAD", "/livez", "HTTP/1.1 200", "Content-Length: 3"},
		{"GET", "/", "HTTP/1.1 404", "/livez"},
		{"GET", "/%41", "HTTP/1.1 404", "not found"},
		{"GET", "/%", "HTTP/1.1 404", "not found"},
		{"GET", "/%00livez", "HTTP/1.1 404", "not found"},
		{"GET", "/livez/", "HTTP/1.1 404", "not found"},
		{"POST", "/livez", "HTTP/1.1 405", "Allow: GET, HEAD"},
		{"DELETE", "/metrics", "HTTP/1.1 405", "GET or HEAD only"},
		{"GET", "/metrics", "HTTP/1.1 200", "# EOF\n"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		answers(get(*state, cases[i].method, cases[i].path, ""), cases[i].status,
			cases[i].part);
}

static void test_head_has_no_body(void **state)
{
	const char *got = get(*state, "HEAD", "/livez", "");
	assert_string_equal(strstr(got, "\r\n\r\n"), "\r\n\r\n");
}

static void test_ready_says_what_is_missing(void **state)
{
	struct fixture *f = *state;
	f->missing = "no leader is known yet";
	answers(get(f, "GET", "/readyz", ""), "HTTP/1.1 503", "\r\n\r\nno leader is known yet\n");
	answers(get(f, "GET", "/livez", ""), "HTTP/1.1 200", "ok");
	f->missing = NULL;
	answers(get(f, "GET", "/readyz", ""), "HTTP/1.1 200", "ok");
}

static void test_formats(void **state)
{
	static const struct {
		const char *accept, *type;
	} cases[] = {
		{"", "application/openmetrics-text; version=1.0.0; charset=utf-8"},
		{"Accept: */*\r\n", "application/openmetrics-text; version=1.0.0"},
		{"Accept: text/plain;version=0.0.4;q=0.5\r\n", "text/plain; version=0.0.4"},
		{"Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n",
		 "application/openmetrics-text; version=1.0.0"},
	};
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		answers(get(*state, "GET", "/metrics", cases[i].accept), "HTTP/1.1 200",
			cases[i].type);
	answers(get(*state, "GET", "/metrics", ""), "HTTP/1.1 200",
		"\nmuster_placements_total 5\n");
	answers(get(*state, "GET", "/metrics", ""), "HTTP/1.1 200", "\nprocess_open_fds ");
}

/* More silent clients than there are slots: a probe is answered at once all the same. */
static void test_idle_clients_block_nobody(void **state)
{
	struct fixture *f = *state;
	short ev;
	for (f->nidle = 0; f->nidle < IDLE_CLIENTS; f->nidle++) {
		f->idle[f->nidle] = dial(f);
		while (turn(f, f->idle[f->nidle], POLLOUT, &ev) && !ev)
			;
	}
	for (int i = 0; i < 3; i++)
		answers(get(f, "GET", "/livez", ""), "HTTP/1.1 200", "ok");
}

/* Refused with a 4xx, which the reset that follows unread data may overtake; never served. */
static void refused(const char *got)
{
	if (*got)
		answers(got, "HTTP/1.1 4", "");
}

static void test_oversize_requests(void **state)
{
	AUTO(buf_done) struct buf big = BUF_INIT(1 << 20);
	for (int i = 0; i < 64 * 1024; i++)
		buf_putc(&big, 'a');
	AUTO(buf_done) struct buf path = BUF_INIT(1 << 20);
	buf_printf(&path, "/%s", buf_str(&big));
	refused(get(*state, "GET", buf_str(&path), ""));
	AUTO(buf_done) struct buf header = BUF_INIT(1 << 20);
	buf_printf(&header, "X-Big: %s\r\n", buf_str(&big));
	refused(get(*state, "GET", "/livez", buf_str(&header)));
	answers(get(*state, "GET", "/livez", ""), "HTTP/1.1 200", "ok");
}

static void test_junk(void **state)
{
	static const char *const junk[] = {"\r\n\r\n\r\n", "GET\r\n\r\n", "\x16\x03\x01\x02",
					   "GET /livez", "GET /livez HTTP/9.9\r\n\r\n"};
	struct fixture *f = *state;
	short ev;
	for (size_t i = 0; i < ARRAY_LEN(junk); i++) {
		int fd = dial(f);
		while (turn(f, fd, POLLOUT, &ev) && !ev)
			;
		assert_true(send(fd, junk[i], strlen(junk[i]), MSG_NOSIGNAL) > 0);
		serve_turn(f->serve);
		close(fd);
		answers(get(f, "GET", "/livez", ""), "HTTP/1.1 200", "ok");
	}
}

static void test_bad_listen(void **state)
{
	static const char *const bad[] = {
		"", "8080", "localhost:", "1.2.3.4.5:1", "127.0.0.1:99999", "example.com:80"};
	struct serve_config cfg = {0};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct serve *s = NULL;
		struct err e;
		cfg.listen = bad[i];
		if (serve_new(&cfg, &s, &e) != RC_CONFIG)
			fail_msg("%s was taken", bad[i]);
	}
}

static void test_port_taken(void **state)
{
	struct fixture *f = *state;
	AUTO(buf_done) struct buf at = BUF_INIT(64);
	struct serve *s = NULL;
	struct err e;
	buf_printf(&at, "127.0.0.1:%d", serve_port(f->serve));
	struct serve_config cfg = {.listen = buf_str(&at), .metrics = f->metrics};
	assert_int_equal(serve_new(&cfg, &s, &e), RC_IO);
	assert_non_null(strstr(e.msg, buf_str(&at)));
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_scrapes_have_a_rate),
		CASE(test_paths),
		CASE(test_head_has_no_body),
		CASE(test_ready_says_what_is_missing),
		CASE(test_formats),
		CASE(test_idle_clients_block_nobody),
		CASE(test_oversize_requests),
		CASE(test_junk),
		CASE(test_port_taken),
		cmocka_unit_test(test_bad_listen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
