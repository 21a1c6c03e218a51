/* SPDX-License-Identifier: Apache-2.0 */
/* A coordinator keeps nodes for a job no longer than it may, and from all whom it has to. */
#include "test/sim/checks/keep.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "test/sim/checks/passed.h"
#include "test/sim/checks/share.h"
#include "test/sim/cluster/config.h"

enum { CLOCKS_MS = 1000, DAY_MS = 86400000 }; /* clocks: between its clock and ours */

static struct mind_kept *kept_of(const struct mind *m, const char *key)
{
	struct mind_kept *k;
	HASH_FIND_STR(m->kept, key, k);
	return k;
}

static int64_t max_hold_ms(const struct checks *c)
{
	return cluster_coordinator_config(c->cluster).core.max_hold_ms;
}

/* What the coordinator says of nodes that it keeps is within the bounds. */
static void kept_within(struct checks *c, struct mind *m, const struct line *l,
			const struct mind_kept *k)
{
	int64_t now_ms = c->world->clock.now_ms;
	if (k->at_ms != INT64_MAX && k->at_ms > now_ms + DAY_MS)
		world_fail(c->world, "hold-far", "%s keeps nodes for %s for more than a day",
			   m->proc->host.name, l->job_key);
	if (k->at_ms == INT64_MAX && !k->equal && check_binds_equals(c, m, l->job))
		world_fail(c->world, "hold-lower", "%s lets jobs of its priority pass %s for ever",
			   m->proc->host.name, l->job_key);
	if (k->counted_ms && now_ms > k->counted_ms + max_hold_ms(c) + CLOCKS_MS)
		world_fail(c->world, "hold-long", "%s keeps nodes for %s since %" PRId64 " ms",
			   m->proc->host.name, l->job_key, now_ms - k->counted_ms);
}

void check_kept(struct checks *c, struct mind *m, const struct line *l)
{
	struct mind_kept *k = kept_of(m, l->job_key);
	int64_t in_ms = line_number(l, "in_ms"), counted_ms = k ? k->counted_ms : 0;
	check_share_count(c, m, l->job_key);
	if (k)
		mind_keep_no_more(m, k);
	if (!l->job)
		return;
	k = mem_zalloc(1, sizeof *k);
	k->key = mem_strdup(l->job_key);
	k->uid = mem_strdup(l->job->meta.uid);
	k->nodes = mem_strdup(line_text(l, "nodes"));
	k->at_ms = in_ms < 0 ? INT64_MAX : c->world->clock.now_ms + in_ms;
	k->equal = line_number(l, "equal");
	k->own = line_number(l, "own");
	if (line_number(l, "counted"))
		k->counted_ms = counted_ms ? counted_ms : c->world->clock.now_ms;
	HASH_ADD_KEYPTR(hh, m->kept, k->key, strlen(k->key), k);
	kept_within(c, m, l, k);
	check_share(c, m, k);
}

void check_released(struct checks *c, struct mind *m, const struct line *l)
{
	struct mind_kept *k = kept_of(m, l->job_key);
	check_share_count(c, m, l->job_key);
	if (k)
		mind_keep_no_more(m, k);
	check_share_less(c, m, l->job_key);
}

/* Not before its time, by this leader, is over. */
void check_kept_in_vain(struct checks *c, struct mind *m, const struct line *l)
{
	int64_t now_ms = c->world->clock.now_ms;
	check_released(c, m, l);
	if (!l->job)
		return;
	struct mind_job *j = mind_job_of(m, l->job->meta.uid);
	int64_t since_ms = j->vain_ms ? j->vain_ms : m->synced_ms;
	if (now_ms < since_ms + max_hold_ms(c) - CLOCKS_MS)
		world_fail(c->world, "hold-short", "%s gives the nodes of %s back too early",
			   m->proc->host.name, l->job_key);
	j->vain_ms = now_ms;
}
