/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/world.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"

static const int64_t wall_at_start_ms = 1767225600000; /* 2026-01-01T00:00:00Z */

void world_init(struct world *w, uint64_t seed)
{
	*w = (struct world){.log = BUF_INIT(256 << 20), .scratch = ARENA_INIT(1 << 20)};
	w->rng.s = seed;
	server_init(&w->server, &w->clock, wall_at_start_ms);
	w->conns = conns_new(&w->server, &w->clock, rng_next(&w->rng));
	w->net = net_new(&w->clock, &w->server.counts, rng_next(&w->rng));
}

void world_done(struct world *w)
{
	w->net = net_free(w->net);
	w->conns = conns_free(w->conns);
	server_done(&w->server);
	clock_done(&w->clock);
	arena_done(&w->scratch);
	buf_done(&w->log);
}

void world_run_until(struct world *w, int64_t at_ms)
{
	while (!w->failed && clock_next(&w->clock) <= at_ms)
		clock_step(&w->clock);
	if (!w->failed && w->clock.now_ms < at_ms)
		w->clock.now_ms = at_ms;
}

struct version *world_by_uid(struct world *w, enum api_kind kind, const char *uid)
{
	const struct shelf *sh = &w->server.store.shelf[kind];
	for (uint32_t i = 0; i < sh->n; i++) {
		if (str_eq(sh->v[i]->meta.uid, uid))
			return sh->v[i];
	}
	return NULL;
}

void world_log(struct world *w, const char *who, enum log_level level, const char *msg,
	       const struct log_kv *kv, size_t n)
{
	AUTO(buf_done) struct buf line = BUF_INIT(1 << 16);
	AUTO(buf_done) struct buf rest = BUF_INIT(1 << 16);
	if (level < w->log_level || (!w->trace && !w->keep_log))
		return;
	log_format_logfmt(&rest, NULL, level, msg, kv, n);
	buf_printf(&line, "%" PRId64 ".%03d %s %s\n", w->clock.now_ms / 1000,
		   (int)(w->clock.now_ms % 1000), who, buf_str(&rest));
	if (w->trace)
		fputs(buf_str(&line), stdout);
	if (w->keep_log)
		buf_puts(&w->log, buf_str(&line));
}

void world_fail(struct world *w, const char *invariant, const char *fmt, ...)
{
	AUTO(buf_done) struct buf b = BUF_INIT(FAILURE_BYTES - 1);
	va_list ap;
	if (w->failed)
		return;
	w->failed = true;
	buf_printf(&b, "t=%" PRId64 ".%03d ", w->clock.now_ms / 1000,
		   (int)(w->clock.now_ms % 1000));
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < b.len; i++)
		w->failure[i] = b.data[i];
	for (size_t i = 0; invariant[i] && i + 1 < sizeof w->invariant; i++)
		w->invariant[i] = invariant[i];
	world_log(w, "world", LOG_ERROR, "invariant broken",
		  (struct log_kv[]){KS("invariant", invariant), KS("what", w->failure)}, 2);
}
