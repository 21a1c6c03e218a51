/* SPDX-License-Identifier: Apache-2.0 */
#include "serve/rate.h"

#include <netinet/in.h>
#include <string.h>

enum { EVERY_MS = 200, BURST = 20 };

static void key_of(const struct sockaddr *from, uint8_t ret[RATE_KEY_BYTES])
{
	memset(ret, 0, RATE_KEY_BYTES);
	ret[0] = 1;
	if (from && from->sa_family == AF_INET) {
		struct sockaddr_in a;
		memcpy(&a, from, sizeof a);
		ret[0] = 4;
		memcpy(ret + 1, &a.sin_addr, sizeof a.sin_addr);
	} else if (from && from->sa_family == AF_INET6) {
		struct sockaddr_in6 a;
		memcpy(&a, from, sizeof a);
		bool four = IN6_IS_ADDR_V4MAPPED(&a.sin6_addr);
		ret[0] = four ? 4 : 6;
		memcpy(ret + 1, &a.sin6_addr.s6_addr[four ? 12 : 0], four ? 4 : 8);
	}
}

static struct rate_address *address_of(struct rate *r, const uint8_t key[RATE_KEY_BYTES])
{
	struct rate_address *quiet = &r->v[0];
	for (int i = 0; i < RATE_ADDRESSES_MAX; i++) {
		struct rate_address *a = &r->v[i];
		if (memcmp(a->key, key, RATE_KEY_BYTES) == 0)
			return a;
		if (!a->key[0] || (quiet->key[0] && a->paid_ms < quiet->paid_ms))
			quiet = a;
	}
	*quiet = (struct rate_address){.paid_ms = 0};
	memcpy(quiet->key, key, RATE_KEY_BYTES);
	return quiet;
}

bool rate_take(struct rate *r, const struct sockaddr *from, int64_t now_ms)
{
	uint8_t key[RATE_KEY_BYTES];
	key_of(from, key);
	struct rate_address *a = address_of(r, key);
	if (a->paid_ms < now_ms)
		a->paid_ms = now_ms;
	if (a->paid_ms - now_ms > (BURST - 1) * EVERY_MS)
		return false;
	a->paid_ms += EVERY_MS;
	return true;
}
