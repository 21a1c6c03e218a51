/* SPDX-License-Identifier: Apache-2.0 */
/* The front's thread: accepts, watches the time, and takes what other threads leave under the lock.
 * It knows nothing of nng but that somebody takes the other end of a pair. */
#include "link/front.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "link/front_impl.h"

enum {
	BACKLOG = 1024,
	ACCEPTS_MAX = 64, /* in one turn */
	EVENTS_MAX = 128,
	TICK_MS = 250,
	ACCEPT_PAUSE_MS = 100, /* when descriptors are out */
	RELISTEN_MS = 500,     /* when the port is taken */
	STACK_BYTES = 256 * 1024
};

static int64_t clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void wake(struct front *f)
{
	const uint64_t one = 1;
	must(write(f->wake_fd, &one, sizeof one) == sizeof one || errno == EAGAIN);
}

/* ---- listening ---- */

static int listen_on(const struct addrinfo *a)
{
	const int on = 1;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

static uint16_t port_of(int fd)
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

/* host:port, [host]:port, or :port; once it is known, the port stays what it became. */
static enum rc open_port(struct front *f, int *ret_fd, struct err *e)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
	const char *colon = strrchr(f->address, ':');
	AUTO(buf_done) struct buf port = BUF_INIT(16);
	struct addrinfo *found = NULL;
	if (!colon)
		return err_set(e, RC_CONFIG, "'%s' is no host:port to listen on", f->address);
	const char *start = f->address + (f->address[0] == '[');
	size_t n = (size_t)(colon - start);
	AUTO(mem_freep) char *host = mem_strndup(start, n > 0 && start[n - 1] == ']' ? n - 1 : n);
	if (f->port)
		buf_printf(&port, "%u", (unsigned)f->port);
	else
		buf_puts(&port, colon + 1);
	int rv = getaddrinfo(host[0] && strcmp(host, "*") != 0 ? host : NULL, buf_str(&port),
			     &hints, &found);
	if (rv != 0)
		return err_set(e, RC_CONFIG, "cannot listen on %s: %s", f->address,
			       gai_strerror(rv));
	*ret_fd = listen_on(found);
	freeaddrinfo(found);
	if (*ret_fd < 0)
		return err_errno(e, RC_IO, "cannot listen on %s", f->address);
	f->port = port_of(*ret_fd);
	return RC_OK;
}

static void set_accepting(struct front *f, bool on)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &f->listen_fd};
	if (f->accepting == on || f->listen_fd < 0)
		return;
	must(epoll_ctl(f->epoll_fd, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, f->listen_fd, &ev) == 0);
	f->accepting = on;
}

/* ---- accepting ---- */

static void put_name(const struct sockaddr_storage *a, char ret[PEER_BYTES])
{
	char host[INET6_ADDRSTRLEN] = "?";
	const struct sockaddr_in *in = (const struct sockaddr_in *)a;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)a;
	bool six = a->ss_family == AF_INET6;
	AUTO(buf_done) struct buf text = BUF_INIT(PEER_BYTES - 1);
	inet_ntop(a->ss_family, six ? (const void *)&in6->sin6_addr : &in->sin_addr, host,
		  sizeof host);
	buf_printf(&text, six ? "[%s]:%u" : "%s:%u", host,
		   (unsigned)ntohs(six ? in6->sin6_port : in->sin_port));
	memcpy(ret, buf_str(&text), text.len + 1);
}

static void greet(struct front *f, int own_fd, const struct sockaddr_storage *from, int64_t now_ms)
{
	const int on = 1;
	char name[PEER_BYTES];
	if (atomic_load(&f->nconns) >= f->cfg.conns_max ||
	    atomic_load(&f->nwaiting) >= f->cfg.waiting_max) {
		atomic_fetch_add(&f->refused_full, 1);
		close(own_fd);
		return;
	}
	put_name(from, name);
	setsockopt(own_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(own_fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	atomic_fetch_add(&f->accepted, 1);
	conn_start(f, own_fd, name, now_ms);
}

static void accept_some(struct front *f, int64_t now_ms)
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

/* ---- the thread ---- */

/* All have the same time, so the oldest is late first. */
static void drop_late(struct front *f, int64_t now_ms)
{
	struct conn *c, *next;
	DL_FOREACH_SAFE (f->early, c, next) {
		if (now_ms < c->due_ms)
			return;
		atomic_fetch_add(&f->failed, 1);
		f->cfg.on_failed(f->cfg.self, FRONT_CONNECTION, c->name,
				 "it did not say who it is in time");
		conn_drop(c);
	}
}

/* SO_REUSEADDR does not let two listen at once: the old socket goes first. */
static void relisten(struct front *f, int64_t now_ms)
{
	struct err e;
	set_accepting(f, false);
	if (f->listen_fd >= 0)
		close(f->listen_fd);
	f->listen_fd = -1;
	f->accept_again_ms = now_ms + RELISTEN_MS;
	if (open_port(f, &f->listen_fd, &e) == RC_OK)
		set_accepting(f, true);
	else
		f->cfg.on_failed(f->cfg.self, FRONT_PORT, "", e.msg);
}

/* After a pause because descriptors were out, or the port was taken. */
static void accept_again(struct front *f, int64_t now_ms)
{
	if (f->accepting || now_ms < f->accept_again_ms)
		return;
	if (f->listen_fd >= 0)
		set_accepting(f, true);
	else
		relisten(f, now_ms);
}

/* False: the front stops. */
static bool take_news(struct front *f, int64_t now_ms)
{
	uint64_t count;
	if (read(f->wake_fd, &count, sizeof count) < 0)
		must(errno == EAGAIN || errno == EINTR);
	pthread_mutex_lock(&f->lock);
	struct conn **taken = f->taken;
	uint32_t n = f->ntaken;
	bool go_on = !f->stop, again = f->relisten;
	f->taken = NULL;
	f->ntaken = f->cap_taken = 0;
	f->relisten = false;
	pthread_mutex_unlock(&f->lock);
	if (again)
		relisten(f, now_ms);
	for (uint32_t i = 0; i < n; i++)
		conn_taken(taken[i]);
	free(taken);
	return go_on;
}

static void close_all(struct front *f)
{
	struct conn *c, *next;
	set_accepting(f, false);
	if (f->listen_fd >= 0)
		close(f->listen_fd);
	f->listen_fd = -1;
	f->waiting_first = f->waiting_last = NULL;
	DL_FOREACH_SAFE (f->early, c, next)
		conn_drop(c);
	DL_FOREACH_SAFE (f->conns, c, next)
		conn_drop(c);
	front_bury(f);
}

static bool turn(struct front *f)
{
	struct epoll_event events[EVENTS_MAX];
	bool go_on = true;
	int n = epoll_wait(f->epoll_fd, events, EVENTS_MAX, TICK_MS);
	int64_t now_ms = clock_ms();
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == &f->listen_fd)
			accept_some(f, now_ms);
		else if (events[i].data.ptr == &f->wake_fd)
			go_on = take_news(f, now_ms);
		else
			conn_event(events[i].data.ptr, events[i].events);
	}
	drop_late(f, now_ms);
	accept_again(f, now_ms);
	conns_hand_over(f);
	front_bury(f);
	return go_on;
}

static void *run(void *arg)
{
	struct front *f = arg;
	while (turn(f))
		;
	close_all(f);
	return NULL;
}

/* ---- other threads ---- */

void front_taken(struct front *f, void *token)
{
	pthread_mutex_lock(&f->lock);
	VEC_GROW(f->taken, f->ntaken, f->cap_taken);
	f->taken[f->ntaken++] = token;
	pthread_mutex_unlock(&f->lock);
	wake(f);
}

enum rc front_set_certificate(struct front *f, const char *cert, const char *key, struct err *e)
{
	struct tls_server *next;
	enum rc rc = tls_server_new(cert, key, &next, e);
	if (rc != RC_OK)
		return rc;
	pthread_mutex_lock(&f->lock);
	struct tls_server *old = f->server;
	f->server = next;
	pthread_mutex_unlock(&f->lock);
	tls_server_free(old);
	return RC_OK;
}

void front_relisten(struct front *f)
{
	pthread_mutex_lock(&f->lock);
	f->relisten = true;
	pthread_mutex_unlock(&f->lock);
	wake(f);
}

void front_stop(struct front *f)
{
	pthread_mutex_lock(&f->lock);
	f->stop = true;
	pthread_mutex_unlock(&f->lock);
	wake(f);
	pthread_join(f->thread, NULL);
}

uint16_t front_port(const struct front *f)
{
	return atomic_load(&f->port);
}

void front_stats(struct front *f, struct front_stats *ret)
{
	*ret = (struct front_stats){.conns = atomic_load(&f->nconns),
				    .waiting = atomic_load(&f->nwaiting),
				    .accepted = atomic_load(&f->accepted),
				    .failed = atomic_load(&f->failed),
				    .oversized = atomic_load(&f->oversized),
				    .refused_full = atomic_load(&f->refused_full)};
}

/* ---- life ---- */

static void start_thread(struct front *f)
{
	pthread_attr_t attr;
	sigset_t all, before;
	sigfillset(&all);
	must(pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, STACK_BYTES) == 0);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	must(pthread_create(&f->thread, &attr, run, f) == 0);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	pthread_setname_np(f->thread, "agents-port");
	pthread_attr_destroy(&attr);
}

enum rc front_new(const struct front_config *cfg, const char *cert, const char *key,
		  struct front **ret, struct err *e)
{
	struct front *f = mem_zalloc(1, sizeof *f);
	f->cfg = *cfg;
	f->address = mem_strdup(cfg->address);
	f->listen_fd = -1;
	f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(pthread_mutex_init(&f->lock, NULL) == 0);
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &f->wake_fd};
	if (f->epoll_fd < 0 || f->wake_fd < 0 ||
	    epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, f->wake_fd, &ev) != 0)
		return err_errno(e, RC_IO, "no descriptors for the agent link");
	enum rc rc = front_set_certificate(f, cert, key, e);
	if (rc == RC_OK)
		rc = open_port(f, &f->listen_fd, e);
	if (rc != RC_OK)
		return rc;
	set_accepting(f, true);
	start_thread(f);
	*ret = f;
	return RC_OK;
}
