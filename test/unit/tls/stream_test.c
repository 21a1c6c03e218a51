/* SPDX-License-Identifier: Apache-2.0 */
/* The server's side of TLS, with a client of OpenSSL's at the other end of a socket pair. */
#include "tls/stream.h"

#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "test/lib/check.h"
#include "tls/tls.h"

struct pair {
	struct tls_server *server;
	struct tls_stream *stream;
	SSL_CTX *ctx;
	SSL *client;
	int fds[2];
};

static int setup(void **state)
{
	static const char *const names[] = {"a"};
	struct tls_pair ca = {0}, cert = {0};
	struct pair *p = mem_zalloc(1, sizeof *p);
	struct err e;
	assert_int_equal(tls_make_ca("ca", 1767225600000, &ca, &e), RC_OK);
	assert_int_equal(tls_make_server(&ca, names, 1, 1767225600000, &cert, &e), RC_OK);
	assert_int_equal(tls_server_new(cert.cert, cert.key, &p->server, &e), RC_OK);
	tls_pair_done(&ca);
	tls_pair_done(&cert);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fds), 0);
	p->stream = tls_stream_new(p->server, p->fds[0]);
	p->ctx = SSL_CTX_new(TLS_client_method());
	p->client = SSL_new(p->ctx);
	SSL_set_fd(p->client, p->fds[1]);
	SSL_set_connect_state(p->client);
	enum tls_io io = TLS_IO_WANT_READ;
	for (int i = 0; i < 20 && io != TLS_IO_DONE; i++) {
		SSL_do_handshake(p->client);
		io = tls_stream_handshake(p->stream, &e);
	}
	assert_int_equal(io, TLS_IO_DONE);
	*state = p;
	return 0;
}

static int teardown(void **state)
{
	struct pair *p = *state;
	SSL_free(p->client);
	SSL_CTX_free(p->ctx);
	tls_stream_free(p->stream);
	tls_server_free(p->server);
	close(p->fds[0]);
	close(p->fds[1]);
	mem_freep(&p);
	return 0;
}

static enum tls_io read_some(struct pair *p, char *data, size_t len, size_t *ret_n, struct err *e)
{
	enum tls_io io = TLS_IO_WANT_READ;
	for (int i = 0; i < 4 && io == TLS_IO_WANT_READ; i++)
		io = tls_stream_read(p->stream, data, len, ret_n, e);
	return io;
}

static void update(struct pair *p)
{
	char byte;
	assert_int_equal(SSL_key_update(p->client, SSL_KEY_UPDATE_REQUESTED), 1);
	assert_int_equal(SSL_do_handshake(p->client), 1);
	(void)SSL_read(p->client, &byte, 1); /* takes the server's answers */
}

static void data_comes_through(void **state)
{
	struct pair *p = *state;
	char data[16];
	size_t n = 0;
	struct err e;
	assert_int_equal(SSL_write(p->client, "hello", 5), 5);
	assert_int_equal(read_some(p, data, sizeof data, &n, &e), TLS_IO_DONE);
	assert_int_equal(n, 5);
	assert_int_equal(read_some(p, data, sizeof data, &n, &e), TLS_IO_WANT_READ);
	SSL_shutdown(p->client);
	assert_int_equal(read_some(p, data, sizeof data, &n, &e), TLS_IO_CLOSED);
}

/* New keys now and then are fine; a flood of them ends the connection. */
static void a_flood_of_key_updates_is_cut(void **state)
{
	struct pair *p = *state;
	char data[16];
	size_t n = 0;
	struct err e = {.msg = ""};
	enum tls_io io = TLS_IO_WANT_READ;
	for (int i = 0; i < 8; i++) {
		update(p);
		assert_int_equal(read_some(p, data, sizeof data, &n, &e), TLS_IO_WANT_READ);
	}
	assert_int_equal(SSL_write(p->client, "hello", 5), 5);
	assert_int_equal(read_some(p, data, sizeof data, &n, &e), TLS_IO_DONE);
	for (int i = 0; i < 100 && io == TLS_IO_WANT_READ; i++) {
		update(p);
		io = read_some(p, data, sizeof data, &n, &e);
	}
	assert_int_equal(io, TLS_IO_RUDE);
	assert_string_equal(e.msg, "the peer changes its keys too often");
}

/* Who sends much may change keys more often. */
static void data_pays_for_new_keys(void **state)
{
	static char data[16384];
	struct pair *p = *state;
	size_t n = 0;
	struct err e;
	for (int turn = 0; turn < 20; turn++) {
		for (int i = 0; i < 65; i++) {
			assert_int_equal(SSL_write(p->client, data, sizeof data), sizeof data);
			for (size_t got = 0; got < sizeof data; got += n)
				assert_int_equal(read_some(p, data, sizeof data, &n, &e),
						 TLS_IO_DONE);
		}
		update(p);
		assert_int_equal(read_some(p, data, sizeof data, &n, &e), TLS_IO_WANT_READ);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(data_comes_through, setup, teardown),
		cmocka_unit_test_setup_teardown(a_flood_of_key_updates_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(data_pays_for_new_keys, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
