/* SPDX-License-Identifier: Apache-2.0 */
/* poll(2) and not curl_multi_poll, since a loop serves several multi handles of curl: the
 * connection for the Lease must not count against the limit of the others (docs/design/0004). */
#include "net/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/http_request.h"
#include "os/clock.h"

enum { POLL_MAX = 64, LONGEST_MS = 60000 };

struct watched {
	int fd;
	void *self;
	void (*ready)(void *self);
};

struct loop {
	struct wake wake;
	int64_t now_ms, wall_ms;
	struct watched watched[LOOP_FDS_MAX];
	uint32_t nwatched;
	struct http_client *clients[LOOP_CLIENTS_MAX];
	uint32_t nclients;
	struct pollfd polled[POLL_MAX];
	uint32_t npolled;
	uint32_t first_watched; /* index in polled of the first descriptor of watched */
};

enum rc loop_new(struct loop **ret, struct err *e)
{
	struct loop *l = mem_zalloc(1, sizeof *l);
	enum rc rc = wake_init(&l->wake, e);
	if (rc != RC_OK) {
		free(l);
		return rc;
	}
	must(curl_global_init(CURL_GLOBAL_DEFAULT) == 0);
	l->now_ms = clock_mono_ms();
	l->wall_ms = clock_wall_ms();
	*ret = l;
	return RC_OK;
}

struct loop *loop_free(struct loop *l)
{
	if (!l)
		return NULL;
	must(l->nclients == 0);
	wake_done(&l->wake);
	free(l);
	return NULL;
}

void loop_watch(struct loop *l, int fd, void *self, void (*ready)(void *self))
{
	must(l->nwatched < LOOP_FDS_MAX);
	l->watched[l->nwatched++] = (struct watched){fd, self, ready};
}

void loop_join(struct loop *l, struct http_client *c)
{
	must(l->nclients < LOOP_CLIENTS_MAX);
	l->clients[l->nclients++] = c;
}

void loop_leave(struct loop *l, struct http_client *c)
{
	for (uint32_t i = 0; i < l->nclients; i++) {
		if (l->clients[i] == c)
			l->clients[i--] = l->clients[--l->nclients];
	}
}

static void add(struct loop *l, int fd, short events)
{
	must(l->npolled < POLL_MAX);
	l->polled[l->npolled++] = (struct pollfd){.fd = fd, .events = events};
}

/* Adds the descriptors of the client; returns the time until its timer in ms. */
static long add_client(struct loop *l, const struct http_client *c)
{
	struct curl_waitfd fds[POLL_MAX];
	unsigned n = 0, room = POLL_MAX - LOOP_FDS_MAX - 1 - l->npolled;
	long timeout = -1;
	/* Descriptors that do not fit are looked at when the timer ends; a client has two
	 * connections. */
	curl_multi_waitfds(c->multi, fds, room, &n);
	for (unsigned i = 0; i < n && i < room; i++)
		add(l, fds[i].fd,
		    (short)((fds[i].events & CURL_WAIT_POLLIN ? POLLIN : 0) |
			    (fds[i].events & CURL_WAIT_POLLOUT ? POLLOUT : 0)));
	curl_multi_timeout(c->multi, &timeout);
	int64_t waiting = http_waiting_ms(c);
	if (timeout < 0 || timeout > LONGEST_MS)
		timeout = LONGEST_MS;
	return waiting < timeout ? (long)waiting : timeout;
}

void loop_wait(struct loop *l, int64_t deadline_ms)
{
	int64_t wait = LONGEST_MS;
	l->npolled = 0;
	for (uint32_t i = 0; i < l->nclients; i++) {
		http_flush(l->clients[i]);
		long timer = add_client(l, l->clients[i]);
		wait = timer < wait ? timer : wait;
	}
	add(l, l->wake.fd, POLLIN);
	l->first_watched = l->npolled;
	for (uint32_t i = 0; i < l->nwatched; i++)
		add(l, l->watched[i].fd, POLLIN);
	int64_t now = clock_mono_ms();
	if (deadline_ms <= now)
		wait = 0;
	else if (deadline_ms - now < wait)
		wait = deadline_ms - now;
	int n = poll(l->polled, l->npolled, (int)wait);
	must(n >= 0 || errno == EINTR);
	wake_drain(&l->wake);
	l->now_ms = clock_mono_ms();
	l->wall_ms = clock_wall_ms();
}

void loop_run(struct loop *l)
{
	/* The watched descriptors are the last, in order. One that a callback adds is polled
	 * from the next turn on. */
	for (uint32_t i = 0; l->first_watched + i < l->npolled; i++) {
		if (l->polled[l->first_watched + i].revents)
			l->watched[i].ready(l->watched[i].self);
	}
	l->npolled = l->first_watched = 0;
	for (uint32_t i = 0; i < l->nclients; i++)
		http_run(l->clients[i]);
}

int64_t loop_now_ms(const struct loop *l)
{
	return l->now_ms;
}

int64_t loop_wall_ms(const struct loop *l)
{
	return l->wall_ms;
}

const struct wake *loop_waker(const struct loop *l)
{
	return &l->wake;
}

void loop_wake(void *loop)
{
	const struct loop *l = loop;
	wake_ring(&l->wake);
}
