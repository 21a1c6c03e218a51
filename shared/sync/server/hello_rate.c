/* SPDX-License-Identifier: Apache-2.0 */
/* A node has a record while it has said Hello in the last HELLO_BURST * HELLO_EVERY_MS. */
#include "sync/server/hello_rate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { HELLO_EVERY_MS = 2000, HELLO_BURST = 10 };

struct server_hello_rate {
	UT_hash_handle hh; /* by node, the one that said Hello longest ago first */
	int64_t paid_ms;   /* its Hellos, one every HELLO_EVERY_MS, reach until then */
	char node[];
};

static struct server_hello_rate *find(const struct server_sessions *s, const char *node)
{
	struct server_hello_rate *r = NULL;
	HASH_FIND_STR(s->hello_rates, node, r);
	return r;
}

static void forget(struct server_sessions *s, struct server_hello_rate *own)
{
	HASH_DEL(s->hello_rates, own);
	free(own);
}

bool server_hello_rate_ok(const struct server_sessions *s, const char *node)
{
	const struct server_hello_rate *r = find(s, node);
	return !r || r->paid_ms - s->now_ms <= (HELLO_BURST - 1) * HELLO_EVERY_MS;
}

void server_hello_rate_count(struct server_sessions *s, const char *node)
{
	struct server_hello_rate *old = find(s, node);
	int64_t paid_ms = old && old->paid_ms > s->now_ms ? old->paid_ms : s->now_ms;
	if (old)
		forget(s, old);
	while (s->hello_rates && s->hello_rates->paid_ms <= s->now_ms)
		forget(s, s->hello_rates);
	struct server_hello_rate *r = mem_zalloc(1, sizeof *r + strlen(node) + 1);
	r->paid_ms = paid_ms + HELLO_EVERY_MS;
	memcpy(r->node, node, strlen(node) + 1);
	HASH_ADD_STR(s->hello_rates, node, r);
}

void server_hello_rates_clear(struct server_sessions *s)
{
	while (s->hello_rates)
		forget(s, s->hello_rates);
}
