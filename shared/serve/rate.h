/* SPDX-License-Identifier: Apache-2.0 */
/* How often an address may do something that costs: 20 times at once, 5 times a second. Of IPv6 a
 * /64 is one address. At most 64 addresses are known; a new one takes the place of the one that has
 * been quiet the longest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { RATE_ADDRESSES_MAX = 64, RATE_KEY_BYTES = 17 };

struct rate {
	struct rate_address {
		uint8_t key[RATE_KEY_BYTES]; /* [0] is 0: free */
		int64_t paid_ms;
	} v[RATE_ADDRESSES_MAX];
};

/* False: too often. from may be NULL: an address like any other. */
bool rate_take(struct rate *r, const struct sockaddr *from, int64_t now_ms);
