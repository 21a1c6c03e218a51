/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody asks the API server for the same thing again and again. */
#include "test/sim/checks/rate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/cluster/cluster.h"
#include "test/sim/cluster/proc_record.h"

enum { WINDOW_MS = 10000, WRITES_MAX = 25 };

struct rate {
	UT_hash_handle hh;
	char *key; /* who, verb, kind, namespace and name */
	int64_t from_ms;
	uint32_t n;
};

void check_rates_free(struct checks *c)
{
	struct rate *r, *tmp;
	HASH_ITER (hh, c->rates, r, tmp) {
		HASH_DEL(c->rates, r);
		free(r->key);
		free(r);
	}
}

/* What was asked for over a connection that stood still comes all together, as do the answers of a
 * process that stood still itself. */
static bool stood_still(const struct checks *c, const char *who)
{
	int64_t since_ms = c->world->clock.now_ms - WINDOW_MS;
	bool still = c->cluster->deaf_until_ms > since_ms;
	for (uint32_t i = 0; i < c->cluster->cfg.coordinators; i++) {
		const struct host *h = &c->cluster->coordinator[i].host;
		still |= str_eq(h->name, who) && h->paused_until_ms > since_ms;
	}
	return still;
}

void check_rate(struct checks *c, const char *who, const struct api_request *req)
{
	AUTO(buf_done) struct buf key = BUF_INIT(1024);
	struct rate *r;
	const char *name =
		req->verb == API_CREATE && req->kind == API_POD ? req->pod_create->name : req->name;
	bool stolen = req->kind == API_TOKENREVIEW && !strncmp(req->token, "stolen", 6) &&
		      !stood_still(c, who);
	if (req->verb == API_LIST || req->verb == API_WATCH || req->verb == API_GET ||
	    req->kind == API_EVENT || (req->kind == API_TOKENREVIEW && !stolen))
		return;
	if (stolen) /* a stranger comes with the same token again and again */
		name = req->token;
	buf_printf(&key, "%s %d %d %s/%s", who, (int)req->verb, (int)req->kind,
		   str_or_empty(req->ns), str_or_empty(name));
	HASH_FIND_STR(c->rates, buf_str(&key), r);
	if (!r) {
		r = mem_zalloc(1, sizeof *r);
		r->key = buf_steal(&key);
		HASH_ADD_KEYPTR(hh, c->rates, r->key, strlen(r->key), r);
	}
	if (c->world->clock.now_ms >= r->from_ms + WINDOW_MS || !r->n) {
		r->from_ms = c->world->clock.now_ms;
		r->n = 0;
	}
	if (++r->n > WRITES_MAX)
		world_fail(c->world, "write-storm", "%s: %u times in %d s", r->key, r->n,
			   WINDOW_MS / 1000);
}
