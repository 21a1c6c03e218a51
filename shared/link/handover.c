/* SPDX-License-Identifier: Apache-2.0 */
/* A socket:// listener of nng is given one descriptor at a time, so the next pipe that it makes
 * is that connection's. There are a few listeners, so that many agents can come in at once. */
#include "link/handover.h"

#include <string.h>

enum { STUCK_MS = 10000 };

static enum rc door_open(struct link_listener *l, nng_listener *ret, struct err *e)
{
	int rv = nng_listener_create(ret, l->socket, "socket://");
	if (rv == 0)
		rv = nng_listener_start(*ret, 0);
	return rv == 0 ? RC_OK : socket_err(e, rv, "no way for connections into nng");
}

enum rc doors_open(struct link_listener *l, struct err *e)
{
	must(pthread_mutex_init(&l->doors_lock, NULL) == 0);
	for (int i = 0; i < DOORS; i++) {
		enum rc rc = door_open(l, &l->doors[i].listener, e);
		if (rc != RC_OK)
			return rc;
	}
	return RC_OK;
}

static struct door *door_take(struct link_listener *l, const char *peer, void *token)
{
	struct door *d = NULL;
	pthread_mutex_lock(&l->doors_lock);
	for (int i = 0; i < DOORS && !d; i++) {
		if (!l->doors[i].token)
			d = &l->doors[i];
	}
	if (d) {
		d->token = token;
		d->since_ms = atomic_load(&l->now_ms);
		memcpy(d->peer, peer, strnlen(peer, sizeof d->peer - 1) + 1);
	}
	pthread_mutex_unlock(&l->doors_lock);
	return d;
}

bool doors_hand_over(void *self, int own_fd, const char *peer, void *token)
{
	struct link_listener *l = listener_of(self);
	struct door *d = door_take(l, peer, token);
	if (!d)
		return false;
	if (nng_listener_set_int(d->listener, NNG_OPT_SOCKET_FD, own_fd) == 0)
		return true;
	pthread_mutex_lock(&l->doors_lock);
	d->token = NULL;
	pthread_mutex_unlock(&l->doors_lock);
	return false;
}

void *doors_passed(struct link_listener *l, nng_pipe p, char ret_peer[LIMIT_TEXT_BYTES])
{
	int id = nng_listener_id(nng_pipe_listener(p));
	void *token = NULL;
	pthread_mutex_lock(&l->doors_lock);
	for (int i = 0; i < DOORS; i++) {
		struct door *d = &l->doors[i];
		if (nng_listener_id(d->listener) != id)
			continue;
		memcpy(ret_peer, d->peer, LIMIT_TEXT_BYTES);
		token = d->token;
		d->token = NULL;
	}
	pthread_mutex_unlock(&l->doors_lock);
	return token;
}

/* Replaces the stuck listener. A pipe that it still makes belongs to nobody and is closed. */
static void door_renew(struct link_listener *l, struct door *d)
{
	struct err e;
	nng_listener next;
	if (door_open(l, &next, &e) != RC_OK) {
		log_error(l->log, "connection of an agent stuck", KS("error", e.msg));
		return;
	}
	pthread_mutex_lock(&l->doors_lock);
	nng_listener old = d->listener;
	void *token = d->token;
	d->listener = next;
	d->token = NULL;
	pthread_mutex_unlock(&l->doors_lock);
	nng_listener_close(old);
	if (token)
		front_taken(l->front, token);
}

/* nng drops a descriptor that it cannot make a pipe of, and tells nobody. */
void doors_tick(struct link_listener *l, int64_t now_ms)
{
	for (int i = 0; i < DOORS; i++) {
		struct door *d = &l->doors[i];
		pthread_mutex_lock(&l->doors_lock);
		bool stuck = d->token && now_ms - d->since_ms > STUCK_MS;
		pthread_mutex_unlock(&l->doors_lock);
		if (stuck)
			door_renew(l, d);
	}
}
