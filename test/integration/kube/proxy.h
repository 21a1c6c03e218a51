/* SPDX-License-Identifier: Apache-2.0 */
/* A TCP proxy in a thread of its own between the client and the API server, whose connections can
 * be broken in all the ways that networks know. Port on 127.0.0.1; mode and counters at any time
 * from any thread. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum proxy_mode {
	PROXY_PASS,
	PROXY_BLACKHOLE, /* connections of before: nothing passes, nothing closes; new ones pass */
	PROXY_DEAF,      /* nothing passes on any connection */
	PROXY_RESET,     /* some bytes of the server pass, then RST; then PASS */
	PROXY_CUT,       /* some bytes of the server pass, then FIN; then PASS */
};

struct proxy;

struct proxy *proxy_new(uint16_t server_port, uint16_t *ret_port);
struct proxy *proxy_free(struct proxy *p);
void proxy_mode(struct proxy *p, enum proxy_mode mode);
/* RESET or CUT, after that many bytes. */
void proxy_break(struct proxy *p, enum proxy_mode mode, size_t after_bytes);
unsigned proxy_accepted(struct proxy *p); /* connections since the start */
unsigned proxy_open(struct proxy *p);     /* connections that are open now */
