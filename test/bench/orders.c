/* SPDX-License-Identifier: Apache-2.0 */
/* A frame is counted for each step that changed the set, as an agent asks again at once. So these
 * are the most frames that there can be: what changes while a frame is on its way comes together.
 */
#include "orders.h"

#include <stdio.h>

#include "model/msgsize.h"

enum { WINDOW = 16, ANSWER_MS = 10 };

struct sent {
	uint64_t frames, orders, bytes;
};

static void count(struct sent *sent, struct drive *d)
{
	const struct order *v;
	uint32_t n;
	uint64_t revision;
	core_orders(d->core, d->l->node[0].name, &v, &n, &revision);
	sent->frames++;
	sent->orders += n;
	for (uint32_t i = 0; i < n; i++)
		sent->bytes += msgsize_order(&v[i]);
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
	printf("members=%lld frames=%llu orders=%llu bytes=%llu bytes_per_member=%llu\n",
	       (long long)l->jobs, (unsigned long long)sent.frames, (unsigned long long)sent.orders,
	       (unsigned long long)sent.bytes,
	       (unsigned long long)(sent.bytes / (uint64_t)l->jobs));
	drive_done(&d);
	load_done(l);
}
