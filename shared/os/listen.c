/* SPDX-License-Identifier: Apache-2.0 */
/* A socket of IPv6 takes connections of IPv4 too unless it is told not to, so one socket is enough
 * for both families (RFC 3493, 5.3). In a pod of a cluster with IPv6 alone, 0.0.0.0 would hear
 * nobody. */
#include "os/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

static int listen_on(const struct addrinfo *a, int backlog)
{
	const int on = 1, off = 0;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	/* A node's net.ipv6.bindv6only is not to decide it. */
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, backlog) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* getaddrinfo accepts 99999 and then listens on another port. */
static bool is_port(const char *s)
{
	size_t n = strlen(s);
	return n > 0 && n <= 5 && strspn(s, "0123456789") == n && strtoul(s, NULL, 10) <= 65535;
}

/* The host without its brackets, in own_text; NULL: that is no HOST:PORT. */
static const char *split(char *own_text, const char **ret_port)
{
	char *colon = strrchr(own_text, ':');
	if (!colon || !is_port(colon + 1))
		return NULL;
	*colon = 0;
	*ret_port = colon + 1;
	if (*own_text != '[')
		return own_text;
	if (colon < own_text + 3 || colon[-1] != ']')
		return NULL;
	colon[-1] = 0;
	return own_text + 1;
}

static enum rc try_host(const char *address, const char *host, const char *port, int backlog,
			int *ret_fd, struct err *e)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	int rv = getaddrinfo(host, port, &hints, &found);
	if (rv != 0)
		return err_set(e, RC_CONFIG, "cannot listen on \"%s\": %s", address,
			       gai_strerror(rv));
	*ret_fd = listen_on(found, backlog);
	if (*ret_fd < 0)
		err_errno(e, RC_IO, "cannot listen on %s", address);
	freeaddrinfo(found);
	return *ret_fd < 0 ? RC_IO : RC_OK;
}

enum rc listen_open(const char *address, uint16_t port, int backlog, int *ret_fd, struct err *e)
{
	AUTO(mem_freep) char *text = mem_strdup(address);
	AUTO(buf_done) struct buf number = BUF_INIT(16);
	const char *own_port = "", *host = split(text, &own_port);
	if (!host)
		return err_set(e, RC_CONFIG, "\"%s\" is no HOST:PORT, such as *:8080 or [::1]:8080",
			       address);
	if (port)
		buf_printf(&number, "%u", (unsigned)port);
	else
		buf_puts(&number, own_port);
	if (*host && !str_eq(host, "*"))
		return try_host(address, host, buf_str(&number), backlog, ret_fd, e);
	if (try_host(address, "::", buf_str(&number), backlog, ret_fd, NULL) == RC_OK)
		return RC_OK;
	return try_host(address, "0.0.0.0", buf_str(&number), backlog, ret_fd, e);
}

uint16_t listen_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} a;
	socklen_t len = sizeof a;
	if (getsockname(fd, &a.any, &len) != 0)
		return 0;
	return ntohs(a.any.sa_family == AF_INET6 ? a.in6.sin6_port : a.in.sin_port);
}
