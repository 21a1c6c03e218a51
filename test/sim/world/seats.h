/* SPDX-License-Identifier: Apache-2.0 */
/* Seats of the model API server, as its flow control has them for the requests of ServiceAccounts:
 * so many are carried out at once, so many wait, and what comes then is answered 429 with
 * Retry-After. Watches and Leases need no seat. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SEATS_MAX = 256 };

struct seats {
	uint32_t n;       /* 0: as many as come */
	uint32_t queue;   /* so many wait at most */
	int64_t takes_ms; /* so long a request takes its seat */
	int64_t free_ms[SEATS_MAX];
	uint32_t waiting, most_waiting; /* now; the most since seats were set */
	uint32_t throttled;             /* answered 429 since then */
};

void seats_set(struct seats *s, uint32_t n, uint32_t queue, int64_t takes_ms);
/* When the request that comes now has a seat; -1: it is refused. One that waits (a time after now)
 * is counted until seats_sits. */
int64_t seats_take(struct seats *s, int64_t now_ms);
void seats_sits(struct seats *s);
