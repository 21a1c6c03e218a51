/* SPDX-License-Identifier: Apache-2.0 */
#include "link/front_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "link/front_conn.h"
#include "link/front_places.h"
#include "os/listen.h"

enum {
	BACKLOG = 1024,
	ACCEPTS_MAX = 64,      /* in one turn */
	ACCEPT_PAUSE_MS = 100, /* after descriptors ran out */
	RELISTEN_MS = 500,     /* after the port could not be opened */
};

/* ---- listening ---- */

/* A port that the system chose is kept. */
static enum rc open_port(struct front *f, int *ret_fd, struct err *e)
{
	enum rc rc = listen_open(f->address, f->port, BACKLOG, ret_fd, e);
	if (rc == RC_OK)
		f->port = listen_port(*ret_fd);
	return rc;
}

static void set_accepting(struct front *f, bool on)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &f->listen_fd};
	if (f->accepting == on || f->listen_fd < 0)
		return;
	must(epoll_ctl(f->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, f->listen_fd, &ev) == 0);
	f->accepting = on;
}

enum rc front_port_open(struct front *f, struct err *e)
{
	enum rc rc = open_port(f, &f->listen_fd, e);
	if (rc == RC_OK)
		set_accepting(f, true);
	return rc;
}

void front_port_close(struct front *f)
{
	set_accepting(f, false);
	if (f->listen_fd >= 0)
		close(f->listen_fd);
	f->listen_fd = -1;
}

/* Two sockets cannot listen at once in spite of SO_REUSEADDR, so the old one is closed first. */
void front_port_relisten(struct front *f, int64_t now_ms)
{
	struct err e;
	front_port_close(f);
	f->accept_again_ms = now_ms + RELISTEN_MS;
	if (front_port_open(f, &e) != RC_OK)
		f->cfg.on_failed(f->cfg.self, FRONT_PORT, "", e.msg);
}

void front_port_again(struct front *f, int64_t now_ms)
{
	if (f->accepting || now_ms < f->accept_again_ms)
		return;
	if (f->listen_fd >= 0)
		set_accepting(f, true);
	else
		front_port_relisten(f, now_ms);
}

/* ---- accepting ---- */

/* A socket of both families names a peer of IPv4 as ::ffff:10.0.0.1. */
static const struct in_addr *mapped(const struct in6_addr *a, struct in_addr *ret)
{
	if (!IN6_IS_ADDR_V4MAPPED(a))
		return NULL;
	memcpy(ret, &a->s6_addr[12], sizeof *ret);
	return ret;
}

static void put_name(const struct sockaddr_storage *a, char ret[PEER_BYTES])
{
	char host[INET6_ADDRSTRLEN] = "?";
	const struct sockaddr_in *in = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;
	bool six = a->ss_family == AF_INET6;
	struct in_addr inner;
	const struct in_addr *four = six ? mapped(&in6->sin6_addr, &inner) : &in->sin_addr;
	AUTO(buf_done) struct buf text = BUF_INIT(PEER_BYTES - 1);
	inet_ntop(four ? AF_INET : AF_INET6, four ? (const void *)four : &in6->sin6_addr, host,
		  sizeof host);
	buf_printf(&text, four ? "%s:%u" : "[%s]:%u", host,
		   (unsigned)ntohs(six ? in6->sin6_port : in->sin_port));
	memcpy(ret, buf_str(&text), text.len + 1);
}

/* Whether there is a place for one more stranger; who has had its time gives way. */
static bool has_place(struct front *f, const struct sockaddr_storage *from, int64_t now_ms)
{
	struct conn *old = NULL;
	switch (places_ask(f, from, now_ms, &old)) {
	case PLACE_FREE: return true;
	case PLACE_OF:
		atomic_fetch_add(&f->dropped, 1);
		conn_drop(old);
		return true;
	case PLACE_FULL: atomic_fetch_add(&f->refused_full, 1); return false;
	case PLACE_ADDRESS_FULL: atomic_fetch_add(&f->refused_address, 1); return false;
	}
	must(!"answered");
	return false;
}

static void greet(struct front *f, int own_fd, const struct sockaddr_storage *from, int64_t now_ms)
{
	const int on = 1;
	char name[PEER_BYTES];
	bool full = atomic_load(&f->nconns) >= f->cfg.conns_max;
	if (full)
		atomic_fetch_add(&f->refused_full, 1);
	if (full || !has_place(f, from, now_ms)) {
		close(own_fd);
		return;
	}
	put_name(from, name);
	setsockopt(own_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(own_fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	atomic_fetch_add(&f->accepted, 1);
	conn_start(f, own_fd, from, name, now_ms);
}

void front_port_accept(struct front *f, int64_t now_ms)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof from;
		int fd = accept4(f->listen_fd, (struct sockaddr *)&from, &len,
				 SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			greet(f, fd, &from, now_ms);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			set_accepting(f, false);
			f->accept_again_ms = now_ms + ACCEPT_PAUSE_MS;
		}
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}
