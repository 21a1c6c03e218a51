/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: the life of a connection. */
#pragma once

#include "link/front_parts.h"

void conn_start(struct front *f, int own_fd, const char *name, int64_t now_ms);
/* What epoll told of one of its sockets. */
void conn_event(struct end *end, uint32_t events);
void conn_taken(struct conn *c);       /* nng has made its pipe */
void conn_drop(struct conn *c);        /* it is freed with conns_bury */
void conns_hand_over(struct front *f); /* those that wait for a slot */
void conns_bury(struct front *f);      /* frees those that were dropped */
