/* SPDX-License-Identifier: Apache-2.0 */
/* A frame is counted for each step that changed the set, as an agent asks again at once. So these
 * are the most frames that there can be: what changes while a frame is on its way comes together.
 * Beside what is sent: what whole sets would be, as agents get them that take nothing else. */
#include "orders.h"

#include <stdio.h>

#include "model/msgsize.h"
#include "sync/server/told.h"

enum { WINDOW = 16, ANSWER_MS = 10, GONE_BYTES = 6 };

struct sent {
	struct server_told told;
	uint64_t frames, orders, bytes, whole_orders, whole_bytes;
};

static uint64_t bytes_of(const struct order *o)
{
	return msgsize_order(o) + (o->by_agent ? PROOF_TEXT_BYTES + 6 : 0);
}

static void count(struct sent *sent, struct drive *d)
{
	const struct order *v;
	uint32_t n;
	uint64_t revision, whole = 0, changed = 0;
	AUTO(told_diff_done) struct told_diff diff = {0};
	core_orders(d->core, d->l->node[0].name, &v, &n, &revision);
	for (uint32_t i = 0; i < n; i++)
		whole += bytes_of(&v[i]);
	bool differs = server_told_compare(&sent->told, v, n, &diff);
	for (uint32_t i = 0; differs && i < diff.nfresh; i++)
		changed += bytes_of(&v[diff.fresh[i]]);
	sent->frames++;
	sent->orders += differs ? diff.nfresh : n;
	sent->bytes += differs ? changed + diff.ngone * (uint64_t)GONE_BYTES : whole;
	sent->whole_orders += n;
	sent->whole_bytes += whole;
	if (differs)
		server_told_changed(&sent->told, revision, &diff);
	else
		server_told_whole(&sent->told, revision, v, n);
	server_told_has(&sent->told, revision);
}

void orders_run(struct load *l)
{
	struct drive d = {.l = l, .window = WINDOW, .told_at_once = 1};
	struct sent sent = {0};
	load_make(l);
	drive_lead(&d);
	drive_sync(&d);
	drive_hellos(&d);
	drive_settle(&d);
	d.nordered = 0;
	for (int64_t i = 0; i < l->jobs; i++)
		drive_job(&d, &l->job[i], LOAD_CREATED + i, 0);
	drive_settle(&d);
	while (d.nordered) {
		count(&sent, &d);
		d.nordered = 1; /* one report for each frame */
		drive_answer(&d);
		drive_tick(&d, ANSWER_MS);
	}
	printf("members=%lld frames=%llu orders=%llu bytes=%llu bytes_per_member=%llu "
	       "whole_orders=%llu whole_bytes=%llu\n",
	       (long long)l->jobs, (unsigned long long)sent.frames, (unsigned long long)sent.orders,
	       (unsigned long long)sent.bytes, (unsigned long long)(sent.bytes / (uint64_t)l->jobs),
	       (unsigned long long)sent.whole_orders, (unsigned long long)sent.whole_bytes);
	server_told_reset(&sent.told);
	drive_done(&d);
	load_done(l);
}
