/* SPDX-License-Identifier: Apache-2.0 */
/* dropper PORT COUNT WORKERS: opens COUNT TLS connections to 127.0.0.1 and drops each at one of the
 * stages below, by FIN or by RST. Prints how many got to their stage; a connection that the server
 * ended before does not count. A process of its own, so that its descriptors are its own. */
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

enum stage {
	STAGE_SYN,
	STAGE_HALF_CLIENT_HELLO,
	STAGE_CLIENT_HELLO,
	STAGE_SERVER_HELLO, /* read, and nothing more said */
	STAGE_HALF_FINISHED,
	STAGE_HANDSHAKE,
	STAGE_SP_HEADER, /* now it is a pipe */
	STAGE_HALF_HELLO,
	STAGE_N
};

struct conn {
	int fd;
	SSL *ssl;
	BIO *in, *out; /* owned by ssl */
};

static bool put(int fd, const void *data, size_t len)
{
	return send(fd, data, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* Sends what TLS wants to say: all of it, or one half. */
static bool flush_tls(struct conn *c, bool half)
{
	char *data;
	long n = BIO_get_mem_data(c->out, &data);
	bool ok = put(c->fd, data, (size_t)(half ? n / 2 : n));
	BIO_reset(c->out);
	return ok;
}

static bool feed_tls(struct conn *c)
{
	char data[16384];
	ssize_t n = recv(c->fd, data, sizeof data, 0);
	return n > 0 && BIO_write(c->in, data, (int)n) == (int)n;
}

/* True when the stage was reached. */
static bool handshake(struct conn *c, enum stage stage)
{
	SSL_do_handshake(c->ssl);
	if (stage == STAGE_HALF_CLIENT_HELLO)
		return flush_tls(c, true);
	if (!flush_tls(c, false))
		return false;
	if (stage == STAGE_CLIENT_HELLO)
		return true;
	while (!SSL_is_init_finished(c->ssl)) {
		if (!feed_tls(c))
			return false;
		if (SSL_do_handshake(c->ssl) == 1)
			break;
	}
	if (stage == STAGE_SERVER_HELLO)
		return true;
	return flush_tls(c, stage == STAGE_HALF_FINISHED);
}

/* The SP header of a REQ socket, and of a frame of 4,000 bytes the beginning. */
static bool speak(struct conn *c, enum stage stage)
{
	static const unsigned char header[8] = {0, 'S', 'P', 0, 0, 0x30, 0, 0};
	unsigned char frame[8 + 2000] = {0, 0, 0, 0, 0, 0, 0x0f, 0xa0, 0x80, 0, 0, 1, 0x0a};
	if (SSL_write(c->ssl, header, sizeof header) != sizeof header || !flush_tls(c, false))
		return false;
	if (stage == STAGE_SP_HEADER)
		return feed_tls(c);
	return SSL_write(c->ssl, frame, sizeof frame) == sizeof frame && flush_tls(c, false);
}

static bool reach(struct conn *c, enum stage stage)
{
	if (stage == STAGE_SYN)
		return true;
	if (!handshake(c, stage))
		return false;
	return stage <= STAGE_HANDSHAKE || speak(c, stage);
}

/* With data unread close() would send RST, so what is there is read before a FIN. */
static void drop(struct conn *c, bool rst)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};
	char data[16384];
	if (rst)
		setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	else
		while (recv(c->fd, data, sizeof data, MSG_DONTWAIT) > 0)
			;
	close(c->fd);
	SSL_free(c->ssl);
}

static bool connect_to(struct conn *c, SSL_CTX *ctx, uint16_t port)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {.tv_sec = 3};
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(c->fd >= 0);
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	if (connect(c->fd, (struct sockaddr *)&to, sizeof to) != 0) {
		close(c->fd);
		return false;
	}
	c->ssl = SSL_new(ctx);
	c->in = BIO_new(BIO_s_mem());
	c->out = BIO_new(BIO_s_mem());
	must(c->ssl && c->in && c->out);
	SSL_set_bio(c->ssl, c->in, c->out);
	SSL_set_connect_state(c->ssl);
	return true;
}

static unsigned work(uint16_t port, unsigned first, unsigned count, unsigned step)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	unsigned reached = 0;
	must(ctx);
	for (unsigned i = first; i < count; i += step) {
		struct conn c = {0};
		unsigned round = i / step;
		if (!connect_to(&c, ctx, port))
			continue;
		reached += reach(&c, (enum stage)(round % STAGE_N));
		drop(&c, round / STAGE_N % 2);
	}
	SSL_CTX_free(ctx);
	return reached;
}

static unsigned number(const char *s)
{
	unsigned n = 0;
	while (*s >= '0' && *s <= '9')
		n = n * 10 + (unsigned)(*s++ - '0');
	return n;
}

int main(int argc, char **argv)
{
	int fds[2];
	unsigned total = 0, part;
	if (argc != 4)
		return 2;
	must(pipe(fds) == 0);
	unsigned workers = number(argv[3]);
	for (unsigned i = 0; i < workers; i++) {
		if (fork() == 0) {
			part = work((uint16_t)number(argv[1]), i, number(argv[2]), workers);
			must(write(fds[1], &part, sizeof part) == sizeof part);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < workers; i++) {
		must(read(fds[0], &part, sizeof part) == sizeof part);
		total += part;
	}
	while (wait(NULL) > 0)
		;
	printf("%u\n", total);
	return 0;
}
