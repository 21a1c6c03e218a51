/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/world/server.h"

#include <stdlib.h>

#include "base/mem.h"
#include "model/selector.h"

int64_t server_wall(const struct server *s)
{
	return s->wall_ms + s->clock->now_ms;
}

static void on_store_change(void *self, const struct change *ch)
{
	struct server *s = self;
	if (s->on_change)
		s->on_change(s->self, ch);
}

void server_init(struct server *s, struct clock *clock, int64_t wall_ms)
{
	*s = (struct server){.clock = clock,
			     .wall_ms = wall_ms,
			     .names = ARENA_INIT(16 << 20),
			     .quota_ended_ms = INT64_MIN / 2};
	pod_texts_init(&s->pod_texts);
	s->store.self = s;
	s->store.on_change = on_store_change;
	s->store.rv = 100;
	for (int k = 0; k < API_KIND_N; k++) /* what was before is not known any more */
		s->store.shelf[k].compacted_rv = 100;
}

void server_count(struct server *s, enum fact fact)
{
	s->counts.fact[fact]++;
}

void snapshot_drop(struct snapshot *snap)
{
	for (uint32_t i = 0; i < snap->n; i++)
		version_unref(snap->v[i]);
	free(snap->v);
	*snap = (struct snapshot){0};
}

void server_done(struct server *s)
{
	for (size_t i = 0; i < SNAPSHOTS_MAX; i++)
		snapshot_drop(&s->snap[i]);
	store_done(&s->store);
	pod_texts_done(&s->pod_texts);
	arena_done(&s->names);
}

void server_set_overhead(struct server *s, int64_t cpu_milli)
{
	if (cpu_milli != s->overhead_milli)
		s->overhead_ms = s->clock->now_ms;
	s->overhead_milli = cpu_milli;
}

bool server_lets_pods_on(const struct server *s, const struct version *node)
{
	return !s->added_key || str_eq(kvs_get(&node->meta.labels, s->added_key), s->added_value);
}

void server_set_webhook(struct server *s, const char *dead)
{
	if (dead && !s->webhook_dead) {
		s->webhook_died_ms = s->clock->now_ms;
		s->webhook_back_ms = INT64_MAX;
	} else if (!dead && s->webhook_dead) {
		s->webhook_back_ms = s->clock->now_ms;
	}
	s->webhook_dead = dead;
}

struct version *server_put(struct server *s, struct version *own_v)
{
	return store_put(&s->store, own_v, server_wall(s));
}

void server_delete_now(struct server *s, const struct version *pod)
{
	struct version *c = version_clone(pod);
	c->meta.deleted_ms = server_wall(s);
	c->grace_s = 0;
	store_remove(&s->store, server_put(s, c));
}

/* A pod's end is its kubelet's to confirm, unless it has ended already; a job with a finalizer
 * waits for the garbage collector, or for its user; everything else goes at once. */
void server_delete(struct server *s, const struct version *v)
{
	bool waits = (v->kind == API_POD && !pod_ended(v)) ||
		     (v->kind == API_JOB && (v->foreground || v->meta.orphan_finalizer || v->held));
	if (!waits) {
		store_remove(&s->store, v);
		return;
	}
	if (v->meta.deleted_ms)
		return;
	struct version *c = version_clone(v);
	c->grace_s = v->kind == API_POD ? LEASE_GRACE_MS / 1000 : 0;
	c->meta.deleted_ms = server_wall(s) + c->grace_s * 1000;
	if (v->kind == API_JOB)
		c->meta.generation++;
	server_put(s, c);
}

void server_note_refusal(struct server *s)
{
	uint32_t i = 0;
	while (i < s->nrefusals && !str_eq(s->refusals[i].job, s->status_refused))
		i++;
	must(i < REFUSALS_MAX);
	s->refusals[i] = (struct status_refusal){s->status_refused, s->clock->now_ms};
	s->nrefusals += i == s->nrefusals;
}
