/* SPDX-License-Identifier: Apache-2.0 */
/* What the link refuses, while twenty agents work undisturbed: a wrong CA, server name, token,
 * node, frames that are too large or none, and more connections than it waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "os/clock.h"
#include "rig.h"

#include <nng/protocol/reqrep0/req.h>

enum { AGENTS = 20 };

static struct rig *rig;
static uint32_t last_attempt;

static struct link_listener_stats stats(void)
{
	struct link_listener_stats s;
	link_listener_stats(rig->listener, &s);
	return s;
}

static bool twenty_connected(struct rig *r, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < AGENTS; i++) {
		if (!r->agents[i]->connected)
			return false;
	}
	return true;
}

static bool twenty_ordered(struct rig *r, void *arg)
{
	(void)arg;
	for (unsigned i = 0; i < AGENTS; i++) {
		if (r->agents[i]->orders_seen != last_attempt)
			return false;
	}
	return true;
}

/* The twenty have their orders within five seconds (three hundred handshakes of this
 * process itself take that long on a slow machine) and never lost their connection. */
static void nothing_else_disturbed(void)
{
	last_attempt++;
	rig_order(rig, last_attempt);
	assert_true(rig_until(rig, 5000, twenty_ordered, NULL));
	for (unsigned i = 0; i < AGENTS; i++)
		assert_int_equal(rig->agents[i]->hangups, 0);
}

static int start(void **state)
{
	(void)state;
	for (unsigned i = 0; i < AGENTS; i++) {
		AUTO(buf_done) struct buf node = BUF_INIT(31);
		buf_printf(&node, "node-%u", i);
		agent_add(rig, buf_str(&node), NULL, NULL, NULL);
	}
	return rig_until(rig, 10000, twenty_connected, NULL) ? 0 : 1;
}

/* ---- agents that are wrong ---- */

/* Tries for a while; the agent that was added last is out of the loop again afterwards. */
static struct agent *try(const char *bundle, const char *name, const char *token, int64_t ms)
{
	struct agent *a = agent_add(rig, "intruder", bundle, name, token);
	rig_run(rig, ms);
	struct link_client c = link_dialer_api(a->dialer);
	c.hang_up(c.self);
	rig->nagents--;
	assert_false(a->connected);
	assert_int_equal(rig_view(rig, "intruder")->hellos, 0);
	printf("    it says: %s\n", a->why);
	return a;
}

static void wrong_ca(void **state)
{
	struct tls_pair other = {0};
	(void)state;
	uint64_t before = stats().failed;
	assert_int_equal(tls_make_ca("other", clock_wall_ms(), &other, NULL), RC_OK);
	const struct agent *a = try(other.cert, NULL, NULL, 1500);
	assert_non_null(strstr(a->why, "CA bundle"));
	assert_true(stats().failed > before);
	assert_int_equal(rig->warnings, 1);
	printf("    the coordinator says: %s\n", rig->last_warning);
	/* nng closes at once: its alert is lost when its previous send has not been reported yet,
	 * and what it left unread makes the close a reset. So only the agent can tell the cause
	 * for sure, as it does above. */
	assert_true(strstr(rig->last_warning, "unknown ca") ||
		    strstr(rig->last_warning, "reset by peer") ||
		    strstr(rig->last_warning, "hung up in its TLS handshake"));
	nothing_else_disturbed();
	tls_pair_done(&other);
}

static void wrong_server_name(void **state)
{
	(void)state;
	const struct agent *a = try(NULL, "muster-coordinator.elsewhere.svc", NULL, 1500);
	assert_non_null(strstr(a->why, "does its certificate name"));
	assert_int_equal(rig->warnings, 1); /* the same kind within a minute */
	nothing_else_disturbed();
}

static void wrong_token(void **state)
{
	(void)state;
	uint32_t warnings = rig->warnings;
	uint64_t before = server_sessions_stats(rig->sessions)->rejects[REJECT_TOKEN];
	const struct agent *a = try(NULL, NULL, "bad", 3000);
	assert_string_equal(a->why, "the token is not known");
	assert_true(server_sessions_stats(rig->sessions)->rejects[REJECT_TOKEN] >= before + 2);
	assert_int_equal(rig->warnings, warnings + 1); /* once a peer and minute */
	nothing_else_disturbed();
}

static void wrong_node(void **state)
{
	(void)state;
	uint64_t before = server_sessions_stats(rig->sessions)->rejects[REJECT_NODE];
	try(NULL, NULL, "good:node-3", 1500);
	assert_true(server_sessions_stats(rig->sessions)->rejects[REJECT_NODE] > before);
	nothing_else_disturbed();
}

/* ---- raw connections ---- */

static nng_socket raw_open(unsigned dialers)
{
	nng_socket s;
	nng_tls_config *cfg;
	AUTO(buf_done) struct buf url = BUF_INIT(100);
	buf_printf(&url, "tls+tcp://127.0.0.1:%u", (unsigned)link_listener_port(rig->listener));
	must(nng_req0_open(&s) == 0);
	must(nng_tls_config_alloc(&cfg, NNG_TLS_MODE_CLIENT) == 0);
	must(nng_tls_config_ca_chain(cfg, rig->ca.cert, NULL) == 0);
	must(nng_tls_config_server_name(cfg, SERVER_NAME) == 0);
	for (unsigned i = 0; i < dialers; i++) {
		nng_dialer d;
		must(nng_dialer_create(&d, s, buf_str(&url)) == 0);
		must(nng_dialer_set_ptr(d, NNG_OPT_TLS_CONFIG, cfg) == 0);
		must(nng_dialer_set_ms(d, NNG_OPT_RECONNMINT, 20 * 86400 * 1000) == 0);
		must(nng_dialer_set_ms(d, NNG_OPT_RECONNMAXT, 20 * 86400 * 1000) == 0);
		must(nng_dialer_start(d, NNG_FLAG_NONBLOCK) == 0);
	}
	return s;
}

static bool one_more_pipe(struct rig *r, void *arg)
{
	(void)r;
	return stats().accepted > *(uint64_t *)arg;
}

static nng_socket raw_send(const void *data, size_t len)
{
	uint64_t accepted = stats().accepted;
	nng_socket s = raw_open(1);
	assert_true(rig_until(rig, 3000, one_more_pipe, &accepted));
	nng_msg *m;
	must(nng_msg_alloc(&m, 0) == 0 && nng_msg_append(m, data, len) == 0);
	must(nng_sendmsg(s, m, 0) == 0);
	return s;
}

static bool oversized_seen(struct rig *r, void *arg)
{
	(void)r;
	return stats().oversized > *(uint64_t *)arg;
}

static void oversized_frame(void **state)
{
	static char data[FRAME_AGENT_MAX + 1000];
	(void)state;
	uint64_t before = stats().oversized;
	raw_send(data, sizeof data);
	assert_true(rig_until(rig, 2000, oversized_seen, &before));
	rig_run(rig, 200);
	assert_non_null(strstr(rig->last_warning, "frame refused"));
	assert_int_equal(stats().pipes, AGENTS); /* its pipe is closed */
	nothing_else_disturbed();
}

static bool bad_frame_seen(struct rig *r, void *arg)
{
	return server_sessions_stats(r->sessions)->bad_frames > *(uint64_t *)arg;
}

static void no_frame_at_all(void **state)
{
	static const char data[] = "GET / HTTP/1.1\r\n\r\n";
	(void)state;
	uint64_t before = server_sessions_stats(rig->sessions)->bad_frames;
	raw_send(data, sizeof data);
	assert_true(rig_until(rig, 2000, bad_frame_seen, &before));
	nothing_else_disturbed();
}

static bool nobody_connects(struct rig *r, void *arg)
{
	(void)r;
	(void)arg;
	return stats().connecting == 0;
}

/* The port's own thread counts first and closes then. */
static bool hung_up(struct rig *r, void *arg)
{
	const int *fd = arg;
	char byte;
	(void)r;
	return read(*fd, &byte, 1) == 0;
}

/* A connection that says nothing, not even TLS, has five seconds. */
static void silent_connection(void **state)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(link_listener_port(rig->listener)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	(void)state;
	uint64_t failed = stats().failed;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	connect(fd, (struct sockaddr *)&to, sizeof to);
	rig_run(rig, 3000);
	assert_int_equal(stats().connecting, 1);
	assert_true(rig_until(rig, 3500, nobody_connects, NULL));
	assert_true(rig_until(rig, 1000, hung_up, &fd));
	assert_int_equal(stats().failed, failed + 1);
	close(fd);
	nothing_else_disturbed();
}

static bool nobody_waits(struct rig *r, void *arg)
{
	(void)r;
	(void)arg;
	return stats().pipes_waiting == 0 && stats().connecting == 0 && stats().pipes == AGENTS;
}

static bool cap_reached(struct rig *r, void *arg)
{
	(void)r;
	return stats().refused_full >= *(uint64_t *)arg;
}

static void too_many_without_a_hello(void **state)
{
	uint64_t refused = stats().refused_full + 40;
	(void)state;
	assert_true(rig_until(rig, 8000, nobody_waits, NULL));
	raw_open(300); /* the rig's listener waits for 200 of one address */
	assert_true(rig_until(rig, 4500, cap_reached, &refused));
	nothing_else_disturbed();
	assert_true(stats().strangers <= 200);
	bool gone = rig_until(rig, 12000, nobody_waits,
			      NULL); /* 5 s for a handshake, 5 s for a Hello */
	struct link_listener_stats s = stats();
	if (!gone)
		printf("    pipes %u, waiting %u, known %u\n", s.pipes, s.pipes_waiting,
		       server_sessions_stats(rig->sessions)->pipes);
	assert_true(gone);
	nothing_else_disturbed();
}

/* ---- strangers who hold places ---- */

enum { STRANGERS = 600 };

static int stranger_fds[STRANGERS];

/* From 127.0.0.<last>, without a word. */
static int stranger_dial(uint8_t last)
{
	struct sockaddr_in from = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last)};
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(link_listener_port(rig->listener)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
	connect(fd, (struct sockaddr *)&to, sizeof to);
	return fd;
}

/* Comes anew at once with every connection that was closed. */
static void strangers_hold_on(uint32_t n, uint32_t addresses)
{
	char byte;
	for (uint32_t i = 0; i < n; i++) {
		if (stranger_fds[i] > 0 && read(stranger_fds[i], &byte, 1) < 0)
			continue;
		if (stranger_fds[i] > 0)
			close(stranger_fds[i]);
		stranger_fds[i] = stranger_dial((uint8_t)(2 + i % addresses));
	}
}

static void strangers_go(void)
{
	for (uint32_t i = 0; i < STRANGERS; i++) {
		if (stranger_fds[i] > 0)
			close(stranger_fds[i]);
		stranger_fds[i] = 0;
	}
}

/* How many of ten agents come in while strangers hold all the places that they can. */
static uint32_t agents_come_in(uint32_t strangers, uint32_t addresses, const char *name)
{
	struct agent *v[10];
	uint32_t come = 0;
	for (int i = 0; i < 20; i++) {
		strangers_hold_on(strangers, addresses);
		rig_run(rig, 100);
	}
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		AUTO(buf_done) struct buf node = BUF_INIT(31);
		buf_printf(&node, "%s-%u", name, i);
		v[i] = agent_add(rig, buf_str(&node), NULL, NULL, NULL);
	}
	for (int64_t end = rig_now() + 20000; come < ARRAY_LEN(v) && rig_now() < end;) {
		strangers_hold_on(strangers, addresses);
		rig_run(rig, 50);
		come = 0;
		for (uint32_t i = 0; i < ARRAY_LEN(v); i++)
			come += v[i]->connected ? 1 : 0;
	}
	printf("    %u of 10 agents came in\n", come);
	for (uint32_t i = 0; i < ARRAY_LEN(v); i++) {
		struct link_client c = link_dialer_api(v[i]->dialer);
		c.hang_up(c.self);
	}
	rig->nagents -= 10;
	strangers_go();
	assert_true(rig_until(rig, 8000, nobody_waits, NULL));
	return come;
}

/* One address alone does not fill the places. */
static void strangers_of_one_address(void **state)
{
	uint64_t refused = stats().refused_address;
	(void)state;
	assert_int_equal(agents_come_in(STRANGERS, 1, "one"), 10);
	assert_true(stats().refused_address > refused);
	nothing_else_disturbed();
}

/* Many addresses fill them, and come anew; who is not there for a second gets none away from them.
 */
static void strangers_of_many_addresses(void **state)
{
	uint64_t dropped = stats().dropped;
	(void)state;
	assert_int_equal(agents_come_in(300, 50, "many"), 10);
	assert_true(stats().dropped > dropped);
	nothing_else_disturbed();
}

/* ---- a peer that sends without end ---- */

static SSL *flood_open(SSL_CTX *ctx, int fd)
{
	static const uint8_t header[8] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
	SSL *ssl = SSL_new(ctx);
	int shaken = 0;
	SSL_set_fd(ssl, fd);
	SSL_set_connect_state(ssl);
	for (int i = 0; i < 300 && shaken != 1; i++) {
		shaken = SSL_do_handshake(ssl);
		rig_run(rig, 10);
	}
	assert_int_equal(shaken, 1);
	assert_int_equal(SSL_write(ssl, header, sizeof header), sizeof header);
	return ssl;
}

/* How many answers are whole in what came. */
static uint32_t answers(SSL *ssl)
{
	static uint8_t in[65536];
	static uint64_t left = 8, len; /* first the server's introduction */
	static uint32_t have;
	static bool introduced;
	uint32_t n = 0;
	for (int got; (got = SSL_read(ssl, in, sizeof in)) > 0;) {
		for (int i = 0; i < got; i++) {
			if (left > 0) {
				n += --left == 0 && introduced;
				introduced |= left == 0;
				continue;
			}
			len = len << 8 | in[i];
			if (++have < 8)
				continue;
			left = len;
			len = have = 0;
		}
	}
	return n;
}

/* Requests of nothing, as fast as they are answered: no more than six are out, or the connection
 * would be closed for that. */
static void flood(SSL *ssl, int64_t ms)
{
	static uint8_t frame[12] = {[7] = 4}; /* its length: the number alone */
	uint32_t number = 0, out = 0;
	for (int64_t end = rig_now() + ms; rig_now() < end;) {
		while (out < 6) {
			uint32_t n = htonl(0x80000000U | ++number);
			memcpy(frame + 8, &n, sizeof n);
			if (SSL_write(ssl, frame, sizeof frame) != sizeof frame)
				return;
			out++;
		}
		rig_turn(rig, rig_now() + 1);
		out -= answers(ssl);
	}
}

/* A stranger has a budget of bytes, and each frame costs a kilobyte of it. */
static void flood_of_frames(void **state)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = stranger_dial(99);
	uint64_t slowed = stats().slowed;
	uint64_t bad = server_sessions_stats(rig->sessions)->rejects[REJECT_MALFORMED];
	(void)state;
	SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL *ssl = flood_open(ctx, fd);
	flood(ssl, 3000);
	bad = server_sessions_stats(rig->sessions)->rejects[REJECT_MALFORMED] - bad;
	printf("    %u frames were handled\n", (unsigned)bad);
	assert_true(bad > 50 && bad < 500);
	assert_true(stats().slowed > slowed);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	assert_true(rig_until(rig, 8000, nobody_waits, NULL));
	nothing_else_disturbed();
}

/* ---- a peer that begins handshakes without end ---- */

enum { CLIENT_HELLO_MAX = 1024 };

/* What a client says first; the same bytes do for each connection. */
static size_t client_hello(uint8_t ret[CLIENT_HELLO_MAX])
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_connect_state(ssl);
	/* Only what TLS 1.3 needs, so that it is short. */
	assert_int_equal(SSL_set_min_proto_version(ssl, TLS1_3_VERSION), 1);
	assert_int_equal(SSL_set1_groups_list(ssl, "X25519"), 1);
	assert_int_equal(SSL_do_handshake(ssl), -1);
	int n = BIO_read(SSL_get_wbio(ssl), ret, CLIENT_HELLO_MAX);
	assert_true(n > 0);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return (size_t)n;
}

/* How many handshakes are answered in so many milliseconds to somebody who begins one after the
 * other, on 100 connections at a time, and goes as soon as the answer comes. */
static uint32_t half_handshakes(uint8_t last, int64_t ms)
{
	uint8_t hello[CLIENT_HELLO_MAX], byte;
	size_t len = client_hello(hello);
	int fds[100] = {0};
	bool said[100] = {0};
	uint32_t answered = 0;
	for (int64_t end = rig_now() + ms; rig_now() < end;) {
		for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
			if (fds[i] && !said[i])
				said[i] = send(fds[i], hello, len, MSG_NOSIGNAL) > 0;
			ssize_t n = fds[i] ? read(fds[i], &byte, 1) : 0;
			if (n < 0)
				continue;
			answered += n > 0;
			if (fds[i])
				close(fds[i]);
			fds[i] = stranger_dial(last);
			said[i] = false;
		}
		rig_turn(rig, rig_now());
	}
	for (size_t i = 0; i < ARRAY_LEN(fds); i++)
		close(fds[i]);
	return answered;
}

/* Each costs a signature: an address has 128 at once, and 16 a second. */
static void flood_of_handshakes(void **state)
{
	uint64_t delayed = stats().shakes_delayed;
	(void)state;
	uint32_t n = half_handshakes(98, 3000);
	printf("    %u handshakes were answered\n", n);
	assert_true(n >= 128 && n < 128 + 4 * 16);
	assert_true(stats().shakes_delayed > delayed);
	nothing_else_disturbed();
	/* Who is vouched for costs its address nothing: the twenty agents have come and gone from
	 * the address of all others. */
	assert_true(rig_until(rig, 8000, nobody_waits, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_ca),
		cmocka_unit_test(wrong_server_name),
		cmocka_unit_test(wrong_token),
		cmocka_unit_test(wrong_node),
		cmocka_unit_test(oversized_frame),
		cmocka_unit_test(no_frame_at_all),
		cmocka_unit_test(silent_connection),
		cmocka_unit_test(too_many_without_a_hello),
		cmocka_unit_test(strangers_of_one_address),
		cmocka_unit_test(strangers_of_many_addresses),
		cmocka_unit_test(flood_of_frames),
		cmocka_unit_test(flood_of_handshakes),
	};
	rig = rig_new();
	rig_leave(cmocka_run_group_tests_name("link-refused", tests, start, NULL));
}
