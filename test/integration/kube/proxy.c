/* SPDX-License-Identifier: Apache-2.0 */
#include "proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

enum { PAIRS_MAX = 64, CHUNK = 16 * 1024, TICK_MS = 20 };

struct pair { /* fd[0]: the client's, fd[1]: the server's */
	int fd[2];
	bool open, dead;
};

struct proxy {
	pthread_t thread;
	int listen_fd;
	uint16_t server_port;
	_Atomic int mode;
	_Atomic size_t left; /* bytes to pass before a break */
	_Atomic unsigned accepted, open;
	_Atomic bool stop;
	struct pair pairs[PAIRS_MAX];
	unsigned npairs;
};

static struct sockaddr_in address(uint16_t port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
				    .sin_port = htons(port),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void accept_one(struct proxy *p)
{
	struct sockaddr_in a = address(p->server_port);
	int client = accept4(p->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(client >= 0 && server >= 0 && p->npairs < PAIRS_MAX);
	must(connect(server, (struct sockaddr *)&a, sizeof a) == 0);
	p->pairs[p->npairs++] = (struct pair){.fd = {client, server}, .open = true};
	p->accepted++;
	p->open++;
}

static void close_pair(struct proxy *p, struct pair *pair, bool reset)
{
	struct linger hard = {.l_onoff = 1};
	if (reset)
		setsockopt(pair->fd[0], SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
	close(pair->fd[0]);
	close(pair->fd[1]);
	pair->open = false;
	p->open--;
}

static bool write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

static void pass(struct proxy *p, struct pair *pair, int from)
{
	char data[CHUNK];
	int mode = p->mode;
	ssize_t n = recv(pair->fd[from], data, sizeof data, 0);
	bool breaking = from == 1 && n > 0 && (mode == PROXY_RESET || mode == PROXY_CUT);
	bool hurt = breaking && (size_t)n >= p->left;
	if (hurt) {
		write_all(pair->fd[0], data, p->left);
		p->mode = PROXY_PASS;
	} else if (breaking) {
		p->left -= (size_t)n;
	}
	if (n <= 0 || hurt || !write_all(pair->fd[!from], data, (size_t)n))
		close_pair(p, pair, hurt && mode == PROXY_RESET);
}

static void turn(struct proxy *p)
{
	struct pollfd fds[1 + PAIRS_MAX * 2];
	fds[0] = (struct pollfd){.fd = p->listen_fd, .events = POLLIN};
	unsigned n = p->npairs;
	for (unsigned i = 0; i < n * 2; i++) {
		const struct pair *pair = &p->pairs[i / 2];
		bool quiet = !pair->open || pair->dead || p->mode == PROXY_DEAF;
		fds[1 + i] = (struct pollfd){.fd = quiet ? -1 : pair->fd[i % 2], .events = POLLIN};
	}
	poll(fds, 1 + n * 2, TICK_MS);
	for (unsigned i = 0; i < n * 2; i++) {
		struct pair *pair = &p->pairs[i / 2];
		if (p->mode == PROXY_BLACKHOLE)
			pair->dead = true;
		if (fds[1 + i].revents && pair->open && !pair->dead)
			pass(p, pair, (int)(i % 2));
	}
	if (fds[0].revents)
		accept_one(p);
}

static void *run(void *self)
{
	struct proxy *p = self;
	while (!p->stop)
		turn(p);
	return NULL;
}

struct proxy *proxy_new(uint16_t server_port, uint16_t *ret_port)
{
	struct proxy *p = mem_zalloc(1, sizeof *p);
	struct sockaddr_in a = address(0);
	socklen_t len = sizeof a;
	p->server_port = server_port;
	p->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(p->listen_fd >= 0 && bind(p->listen_fd, (struct sockaddr *)&a, sizeof a) == 0);
	must(listen(p->listen_fd, 64) == 0);
	must(getsockname(p->listen_fd, (struct sockaddr *)&a, &len) == 0);
	*ret_port = ntohs(a.sin_port);
	must(pthread_create(&p->thread, NULL, run, p) == 0);
	return p;
}

struct proxy *proxy_free(struct proxy *p)
{
	p->stop = true;
	must(pthread_join(p->thread, NULL) == 0);
	for (unsigned i = 0; i < p->npairs; i++) {
		if (p->pairs[i].open)
			close_pair(p, &p->pairs[i], false);
	}
	close(p->listen_fd);
	free(p);
	return NULL;
}

void proxy_mode(struct proxy *p, enum proxy_mode mode)
{
	p->mode = mode;
}

void proxy_break(struct proxy *p, enum proxy_mode mode, size_t after_bytes)
{
	p->left = after_bytes;
	p->mode = mode;
}

unsigned proxy_accepted(struct proxy *p)
{
	return p->accepted;
}

unsigned proxy_open(struct proxy *p)
{
	return p->open;
}
