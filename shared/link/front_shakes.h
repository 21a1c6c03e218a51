/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the front: how many TLS handshakes begin. Each costs a signature, and nobody has shown
 * who it is before. So an address may begin 128 at once and 16 a second, all together 2,000 at once
 * and 1,000 a second; beyond that a connection waits for its turn, unread, in its place and within
 * its time. Addresses take turns, so many connections of one keep those of others not waiting.
 * Whoever is vouched for costs its address nothing. Of a line of one address
 * whose oldest waits for long, every other is the newest. A turn of the
 * thread begins handshakes for 50 ms, and at least one. */
#pragma once

#include "link/front_parts.h"

/* The connection may begin its handshake. False: it waits, and shakes_next will give it. */
bool shakes_take(struct conn *c);
/* Its handshake costs its address nothing. */
void shakes_vouched(struct conn *c);
void shakes_leave(struct conn *c); /* it waits no more; harmless if it does not */
/* A connection whose turn it is; NULL: none. */
struct conn *shakes_next(struct front *f);
/* The address has no connection any more. It is kept until it may begin all its handshakes at once
 * again. */
void shakes_keep(struct front *f, struct address *own);
void shakes_back(struct front *f,
		 struct address *a); /* it has one again; harmless if it is not kept */
/* Frees the addresses that were kept for long enough. */
void shakes_forget(struct front *f);
