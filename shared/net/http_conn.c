/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl keeps and reuses connections, but cannot know that one is dead: a peer that vanished
 * leaves an HTTP/2 connection that accepts requests for ever. So each descriptor is noted when
 * it is opened, found by its local port, and shut down at the first missed deadline. The kernel
 * drops a connection if data is not acknowledged within UNACKED_MS: otherwise a create could
 * wait in a send buffer during a partition and be carried out long after. */
#include "net/http_conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { UNACKED_MS = 10000 };

static curl_socket_t open_socket(void *self, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct http_client *c = self;
	(void)purpose;
	int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	unsigned unacked_ms = UNACKED_MS;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacked_ms, sizeof unacked_ms);
	if (c->nsockets < SOCKETS_MAX)
		c->sockets[c->nsockets++] = fd;
	return fd;
}

static int close_socket(void *self, curl_socket_t fd)
{
	struct http_client *c = self;
	for (uint32_t i = 0; i < c->nsockets; i++) {
		if (c->sockets[i] == fd)
			c->sockets[i--] = c->sockets[--c->nsockets];
	}
	return close(fd);
}

static int local_port(int fd)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof a;
	if (getsockname(fd, (struct sockaddr *)&a, &len))
		return 0;
	if (a.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&a)->sin6_port);
	return a.ss_family == AF_INET ? ntohs(((const struct sockaddr_in *)&a)->sin_port) : 0;
}

void conn_cut(struct http_client *c, CURL *easy)
{
	long port = 0;
	curl_easy_getinfo(easy, CURLINFO_LOCAL_PORT, &port);
	for (uint32_t i = 0; port && i < c->nsockets; i++) {
		if (local_port(c->sockets[i]) == port)
			shutdown(c->sockets[i], SHUT_RDWR);
	}
}

void conn_cut_all(struct http_client *c)
{
	for (uint32_t i = 0; i < c->nsockets; i++)
		shutdown(c->sockets[i], SHUT_RDWR);
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
	struct curl_blob blob = {.flags = CURL_BLOB_NOCOPY, .len = strlen(pem)};
	/* libcurl only reads it. */
	memcpy(&blob.data, &pem, sizeof pem);
	curl_easy_setopt(easy, option, &blob);
}

static void tls_options(struct http_client *c, CURL *easy)
{
	if (c->ca && *c->ca) {
		/* Only this CA counts: libcurl would use the system's folder too. */
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
		set_blob(easy, CURLOPT_CAINFO_BLOB, c->ca);
	}
	if (c->cert && *c->cert) {
		set_blob(easy, CURLOPT_SSLCERT_BLOB, c->cert);
		set_blob(easy, CURLOPT_SSLKEY_BLOB, c->key);
	}
	if (c->insecure) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

void conn_options(struct http_client *c, CURL *easy)
{
	tls_options(c, easy);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 c->http1 ? (long)CURL_HTTP_VERSION_1_1 : (long)CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_PIPEWAIT, c->http1 ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5000L);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 30L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 10L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Credentials are sent to the named server only, never to a proxy or redirect. */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, c);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, c);
	if (c->user_agent)
		curl_easy_setopt(easy, CURLOPT_USERAGENT, c->user_agent);
	if (c->connect_to)
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, c->connect_to);
}
