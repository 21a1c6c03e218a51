/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: the life of a connection. */
#pragma once

#include <sys/socket.h>

#include "link/front_parts.h"

/* A stranger comes: places_ask has said that there is a place. */
void conn_start(struct front *f, int own_fd, const struct sockaddr_storage *from, const char *name,
		int64_t now_ms);
/* Handles an event of one of its two sockets. */
void conn_event(struct end *end, uint32_t events);
void conn_taken(struct conn *c);       /* nng has made the pipe */
void conn_shake(struct conn *c);       /* its handshake may begin */
void conn_resume(struct conn *c);      /* it has a budget again */
void conn_drop(struct conn *c);        /* closes it; conns_bury frees it */
void conns_hand_over(struct front *f); /* offers nng the connections that wait */
void conns_bury(struct front *f);      /* frees the dropped connections */
