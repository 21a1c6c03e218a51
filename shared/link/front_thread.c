/* SPDX-License-Identifier: Apache-2.0 */
/* The front's thread: waits, watches deadlines, and takes what other threads leave under the
 * lock. It knows about nng only that somebody takes the other end of a socket pair. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "link/front_budget.h"
#include "link/front_conn.h"
#include "link/front_places.h"
#include "link/front_port.h"
#include "link/front_shakes.h"
#include "os/random.h"

enum { EVENTS_MAX = 128, TICK_MS = 250, SHAKERS_TICK_MS = 20, STACK_BYTES = 256 * 1024 };

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

/* ---- the thread ---- */

/* All connections have the same time limit, so the oldest is late first. */
static void drop_late(struct front *f, int64_t now_ms)
{
	struct conn *c, *next;
	DL_FOREACH_SAFE (f->early, c, next) {
		if (now_ms < c->due_ms)
			return;
		atomic_fetch_add(&f->failed, 1);
		f->cfg.on_failed(f->cfg.self, FRONT_CONNECTION, c->name,
				 "the peer did not end its handshake in time");
		conn_drop(c);
	}
}

static void take_news(struct front *f, int64_t now_ms)
{
	uint64_t count;
	if (read(f->wake_fd, &count, sizeof count) < 0)
		must(errno == EAGAIN || errno == EINTR);
	pthread_mutex_lock(&f->lock);
	struct conn **taken = f->taken;
	uint64_t *vouched = f->vouched;
	uint32_t n = f->ntaken, nvouched = f->nvouched;
	bool again = f->relisten;
	f->taken = NULL;
	f->ntaken = f->cap_taken = 0;
	f->vouched = NULL;
	f->nvouched = f->cap_vouched = 0;
	f->relisten = false;
	pthread_mutex_unlock(&f->lock);
	if (again)
		front_port_relisten(f, now_ms);
	for (uint32_t i = 0; i < n; i++)
		conn_taken(taken[i]);
	free(taken);
	for (uint32_t i = 0; i < nvouched; i++)
		places_vouch(f, vouched[i]);
	free(vouched);
}

static void resume_slowed(struct front *f)
{
	struct conn *c;
	while ((c = budget_next(f)))
		conn_resume(c);
}

static void begin_handshakes(struct front *f)
{
	struct conn *c;
	while ((c = shakes_next(f)))
		conn_shake(c);
	shakes_forget(f);
}

static void turn(struct front *f)
{
	struct epoll_event events[EVENTS_MAX];
	int tick_ms = f->shakers ? SHAKERS_TICK_MS : TICK_MS;
	if (f->shakers && f->shakes_us > 0)
		tick_ms = 0; /* perhaps they wait for this turn alone */
	int n = epoll_wait(f->epoll_fd, events, EVENTS_MAX, tick_ms);
	int64_t now_ms = f->now_ms = clock_ms();
	f->shakes_us = 0;
	for (int i = 0; i < n; i++) {
		if (events[i].data.ptr == &f->listen_fd)
			front_port_accept(f, now_ms);
		else if (events[i].data.ptr == &f->wake_fd)
			take_news(f, now_ms);
		else
			conn_event(events[i].data.ptr, events[i].events);
	}
	resume_slowed(f);
	begin_handshakes(f);
	drop_late(f, now_ms);
	front_port_again(f, now_ms);
	conns_hand_over(f);
	conns_bury(f);
}

__attribute__((noreturn)) static void *run(void *arg)
{
	struct front *f = arg;
	for (;;)
		turn(f);
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

uint64_t front_conn_number(const void *token)
{
	return ((const struct conn *)token)->number;
}

void front_vouch(struct front *f, uint64_t number)
{
	pthread_mutex_lock(&f->lock);
	VEC_GROW(f->vouched, f->nvouched, f->cap_vouched);
	f->vouched[f->nvouched++] = number;
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

uint16_t front_port(const struct front *f)
{
	return atomic_load(&f->port);
}

void front_stats(struct front *f, struct front_stats *ret)
{
	*ret = (struct front_stats){.conns = atomic_load(&f->nconns),
				    .waiting = atomic_load(&f->nwaiting),
				    .strangers = atomic_load(&f->nplaces),
				    .refused_address = atomic_load(&f->refused_address),
				    .slowed = atomic_load(&f->nslowed),
				    .shakes_delayed = atomic_load(&f->shakes_delayed),
				    .dropped = atomic_load(&f->dropped),
				    .accepted = atomic_load(&f->accepted),
				    .failed = atomic_load(&f->failed),
				    .oversized = atomic_load(&f->oversized),
				    .refused_full = atomic_load(&f->refused_full)};
}

/* ---- life ---- */

static void start_thread(struct front *f)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, before;
	sigfillset(&all);
	must(pthread_attr_init(&attr) == 0 && pthread_attr_setstacksize(&attr, STACK_BYTES) == 0);
	must(pthread_sigmask(SIG_SETMASK, &all, &before) == 0);
	must(pthread_create(&thread, &attr, run, f) == 0);
	must(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
	pthread_setname_np(thread, "agents-port");
	pthread_attr_destroy(&attr);
}

/* Of a front whose thread does not run. */
static void give_back(struct front *f)
{
	front_port_close(f);
	tls_server_free(f->server);
	if (f->epoll_fd >= 0)
		close(f->epoll_fd);
	if (f->wake_fd >= 0)
		close(f->wake_fd);
	pthread_mutex_destroy(&f->lock);
	free(f->address);
	free(f);
}

static enum rc open_front(struct front *f, const char *cert, const char *key, struct err *e)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.ptr = &f->wake_fd};
	if (f->epoll_fd < 0 || f->wake_fd < 0 ||
	    epoll_ctl(f->epoll_fd, EPOLL_CTL_ADD, f->wake_fd, &ev) != 0)
		return err_errno(e, RC_IO, "no descriptors for the agent link");
	enum rc rc = front_set_certificate(f, cert, key, e);
	return rc == RC_OK ? front_port_open(f, e) : rc;
}

enum rc front_new(const struct front_config *cfg, const char *cert, const char *key,
		  struct front **ret, struct err *e)
{
	struct front *f = mem_zalloc(1, sizeof *f);
	f->cfg = *cfg;
	f->address = mem_strdup(cfg->address);
	f->rng.s = random_seed();
	f->listen_fd = -1;
	f->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	f->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	must(pthread_mutex_init(&f->lock, NULL) == 0);
	enum rc rc = open_front(f, cert, key, e);
	if (rc != RC_OK) {
		give_back(f);
		return rc;
	}
	start_thread(f);
	*ret = f;
	return RC_OK;
}
