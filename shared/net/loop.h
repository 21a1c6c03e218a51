/* SPDX-License-Identifier: Apache-2.0 */
/* The loop of a program: poll(2) over the descriptors of HTTP clients and of others, a wake-up
 * for other threads, and the time of the turn. A turn is loop_wait (sleeps, then reads the
 * clocks once), then loop_run (callbacks of descriptors and HTTP), then the owner's own work.
 * One thread, except for loop_wake. Bounds: LOOP_FDS_MAX descriptors of others, LOOP_CLIENTS_MAX
 * clients. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "base/must.h"

struct loop;
struct http_client;
struct wake;

enum { LOOP_FDS_MAX = 8, LOOP_CLIENTS_MAX = 4 };

enum rc loop_new(struct loop **ret, struct err *e) must_use;
struct loop *loop_free(struct loop *l); /* after its HTTP clients */
/* Calls ready in loop_run whenever fd is readable. */
void loop_watch(struct loop *l, int fd, void *self, void (*ready)(void *self));
/* Sleeps until something happens or deadline_ms (monotonic; INT64_MAX: none) has come. */
void loop_wait(struct loop *l, int64_t deadline_ms);
void loop_run(struct loop *l);
int64_t loop_now_ms(const struct loop *l);  /* monotonic, of this turn */
int64_t loop_wall_ms(const struct loop *l); /* since 1970, of this turn */
/* Any thread; never blocks. The current or the next loop_wait returns. */
void loop_wake(void *loop);

/* For http_client.c: the loop runs a client's requests from join to leave. */
void loop_join(struct loop *l, struct http_client *c);
void loop_leave(struct loop *l, struct http_client *c);
const struct wake *loop_waker(const struct loop *l); /* what loop_wake rings */
