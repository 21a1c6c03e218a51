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

/* A client, and what it waits for. Most turns are about something else: then libcurl is not
 * asked. */
struct joined {
	struct http_client *client;
	struct pollfd fds[POLL_MAX];
	uint32_t nfds;
	bool known;     /* the fields above and below are as libcurl said after its last run */
	bool crowded;   /* it has more descriptors than there is room for */
	int64_t due_ms; /* its timer */
	uint32_t first; /* index in polled of its first descriptor */
	bool polled;    /* its descriptors are in polled */
};

struct loop {
	struct wake wake;
	int64_t now_ms, wall_ms;
	struct watched watched[LOOP_FDS_MAX];
	uint32_t nwatched;
	struct joined clients[LOOP_CLIENTS_MAX];
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
	l->clients[l->nclients++] = (struct joined){.client = c};
	c->stirred = true;
}

void loop_leave(struct loop *l, struct http_client *c)
{
	for (uint32_t i = 0; i < l->nclients; i++) {
		if (l->clients[i].client == c)
			l->clients[i--] = l->clients[--l->nclients];
	}
}

static void add(struct loop *l, int fd, short events)
{
	must(l->npolled < POLL_MAX);
	l->polled[l->npolled++] = (struct pollfd){.fd = fd, .events = events};
}

/* What the client waits for. */
static void ask(struct joined *j, int64_t now_ms)
{
	const struct http_client *c = j->client;
	struct curl_waitfd fds[POLL_MAX];
	unsigned n = 0;
	long timeout = -1;
	curl_multi_waitfds(c->multi, fds, POLL_MAX, &n);
	j->crowded = n > POLL_MAX;
	j->nfds = j->crowded ? POLL_MAX : n;
	for (uint32_t i = 0; i < j->nfds; i++)
		j->fds[i] = (struct pollfd){
			.fd = fds[i].fd,
			.events = (short)((fds[i].events & CURL_WAIT_POLLIN ? POLLIN : 0) |
					  (fds[i].events & CURL_WAIT_POLLOUT ? POLLOUT : 0))};
	curl_multi_timeout(c->multi, &timeout);
	j->due_ms = now_ms + (timeout < 0 || timeout > LONGEST_MS ? LONGEST_MS : timeout);
	j->known = true;
}

/* Adds the descriptors of the client; returns the time until its timer in ms. */
static int64_t add_client(struct loop *l, struct joined *j, int64_t now_ms)
{
	uint32_t room = POLL_MAX - LOOP_FDS_MAX - 1 - l->npolled;
	if (!j->known || j->client->stirred)
		ask(j, now_ms);
	j->first = l->npolled;
	j->polled = true;
	/* Descriptors that do not fit are looked at in each turn, and when the timer ends; a client
	 * has two connections. */
	j->crowded |= j->nfds > room;
	for (uint32_t i = 0; i < j->nfds && i < room; i++)
		add(l, j->fds[i].fd, j->fds[i].events);
	int64_t waiting = http_waiting_ms(j->client);
	if (waiting == 0)
		j->client->stirred = true;
	return waiting < j->due_ms - now_ms ? waiting : j->due_ms - now_ms;
}

void loop_wait(struct loop *l, int64_t deadline_ms)
{
	int64_t wait = LONGEST_MS, now = clock_mono_ms();
	l->npolled = 0;
	for (uint32_t i = 0; i < l->nclients; i++) {
		http_flush(l->clients[i].client);
		int64_t timer = add_client(l, &l->clients[i], now);
		wait = timer < wait ? timer : wait;
	}
	add(l, l->wake.fd, POLLIN);
	l->first_watched = l->npolled;
	for (uint32_t i = 0; i < l->nwatched; i++)
		add(l, l->watched[i].fd, POLLIN);
	now = clock_mono_ms();
	if (deadline_ms <= now || wait < 0)
		wait = 0;
	else if (deadline_ms - now < wait)
		wait = deadline_ms - now;
	int n = poll(l->polled, l->npolled, (int)wait);
	must(n >= 0 || errno == EINTR);
	wake_drain(&l->wake);
	l->now_ms = clock_mono_ms();
	l->wall_ms = clock_wall_ms();
}

/* Whether the client has something to do: one of its sockets is ready, its timer is due, or a
 * request was started, canceled or is late. */
static bool has_work(const struct loop *l, const struct joined *j)
{
	if (!j->polled || !j->known || j->crowded || j->client->stirred || l->now_ms >= j->due_ms)
		return true;
	for (uint32_t i = 0; i < j->nfds; i++) {
		if (l->polled[j->first + i].revents)
			return true;
	}
	return false;
}

void loop_run(struct loop *l)
{
	bool runs[LOOP_CLIENTS_MAX] = {false};
	for (uint32_t i = 0; i < l->nclients; i++)
		runs[i] = has_work(l, &l->clients[i]);
	/* The watched descriptors are the last, in order. One that a callback adds is polled
	 * from the next turn on. */
	for (uint32_t i = 0; l->first_watched + i < l->npolled; i++) {
		if (l->polled[l->first_watched + i].revents)
			l->watched[i].ready(l->watched[i].self);
	}
	l->npolled = l->first_watched = 0;
	for (uint32_t i = 0; i < l->nclients; i++) {
		struct joined *j = &l->clients[i];
		j->polled = false;
		if (!runs[i] && !j->client->stirred)
			continue;
		j->known = false;
		http_run(j->client);
	}
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
