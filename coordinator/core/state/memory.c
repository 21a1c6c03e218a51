/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/memory.h"

#include <stdlib.h>

#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/reservation.h"
#include "coordinator/core/state/tickets.h"

enum { TEXT_MAX = 1 << 28 };

void tables_init(struct core *c)
{
	c->strs = intern_new();
	c->queue.wake_ms = INT64_MAX;
	c->admitted.round_ms = INT64_MIN;
	c->admitted.timer.kind = TIMER_ROUND;
	reservations_forget(c);
	tickets_forget(c);
	c->out.text = ARENA_INIT(TEXT_MAX);
	c->out.view = mem_zalloc(1, sizeof *c->out.view);
	*c->out.view = ARENA_INIT(TEXT_MAX);
}

void tables_done(struct core *c)
{
	for (uint32_t i = 0; i < c->res.n; i++)
		free(c->res.names[i]);
	heap_remove(&c->timers, &c->admitted.timer);
	heap_done(&c->timers);
	hmap_done(&c->jobs.by_name);
	hmap_done(&c->jobs.by_identity);
	hmap_done(&c->dependencies.targets);
	hmap_done(&c->dependencies.shares);
	heap_done(&c->tickets.turns);
	hmap_done(&c->attempts.by_id);
	hmap_done(&c->attempts.by_pod);
	bitset_done(&c->nodes.usable);
	bitset_done(&c->nodes.narrow);
	reservations_done(c);
	bitset_done(&c->queue.grown);
	bitset_done(&c->queue.grown_whole);
	levels_done(c);
	arena_done(&c->out.text);
	arena_done(c->out.view);
	free(c->out.view);
	free(c->nodes.at);
	free(c->nodes.spare);
	free(c->queue.block);
	free(c->selections.evaluated);
	free(c->out.v);
	intern_free(c->strs);
}
