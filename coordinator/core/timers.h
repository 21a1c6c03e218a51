/* SPDX-License-Identifier: Apache-2.0 */
/* Timers inside of what they belong to, in one binary heap. Ties go by who came first, so that
 * every run is the same. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum timer_kind { TIMER_NODE, TIMER_ROOM, TIMER_JOB, TIMER_ATT };

struct timer {
	int64_t when_ms;
	uint64_t seq;
	uint32_t pos; /* 1… in the heap; 0: not set */
	enum timer_kind kind;
};

struct timers {
	struct timer **v; /* [0] unused */
	uint32_t n, cap;
	uint64_t seq;
};

void timers_done(struct timers *t);
void timer_set(struct timers *t, struct timer *tm, int64_t when_ms); /* INT64_MAX: clears */
void timer_clear(struct timers *t, struct timer *tm);
int64_t timers_next(const struct timers *t);                /* INT64_MAX: none */
struct timer *timers_pop(struct timers *t, int64_t now_ms); /* the first due one, or NULL */
