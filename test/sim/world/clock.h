/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual time: one queue of things to happen, ordered by (time, order of insertion). Nothing here
 * reads a real clock; a run is a function of its seed. What is queued is never taken back: whoever
 * queues for something that may vanish gives an id and finds nothing when the time comes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

typedef void (*clock_fn)(void *self, uint64_t arg);

struct clock_entry {
	int64_t at_ms;
	uint64_t seq;
	clock_fn fn;
	void *self;
	uint64_t arg;
};

struct clock {
	int64_t now_ms;
	uint64_t seq, steps;
	struct clock_entry *v;
	uint32_t n, cap;
};

void clock_done(struct clock *c);
void clock_at(struct clock *c, int64_t at_ms, clock_fn fn, void *self, uint64_t arg);
int64_t clock_next(const struct clock *c); /* INT64_MAX: nothing will happen */
bool clock_step(struct clock *c);          /* the next thing; false: there is none */

/* Uniform in lo…hi, both included. */
int64_t draw(struct rng *r, int64_t lo, int64_t hi);
bool draw_percent(struct rng *r, uint32_t percent);
