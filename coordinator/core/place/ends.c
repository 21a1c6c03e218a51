/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/place/ends.h"

#include <stdlib.h>
#include <utlist.h>

#include "coordinator/core/state/ports.h"
#include "coordinator/core/state/resources.h"
#include "coordinator/core/state/tables.h"
#include "model/quantity.h"

/* What the end of one attempt gives back, and when. */
struct ending {
	int64_t at;
	const struct attempt *attempt;
};

int64_t ends_from_now(const struct core *c, int64_t deadline_s, int64_t grace_s)
{
	return deadline_s < 0 ? INT64_MAX : c->now_ms + (deadline_s + grace_s) * 1000;
}

int64_t ends_at(const struct core *c, const struct job_record *j)
{
	int64_t grace_ms = j->spec.grace_s * 1000;
	if (j->spec.deadline_s < 0 || !j->object.known)
		return INT64_MAX;
	if (!j->life.start_ms)
		return ends_from_now(c, j->spec.deadline_s, j->spec.grace_s);
	if (j->life.deadline_at_ms != INT64_MAX)
		return j->life.deadline_at_ms + grace_ms;
	/* The job was placed in this cycle. */
	return c->now_ms + j->life.start_ms + j->spec.deadline_s * 1000 - c->wall_ms + grace_ms;
}

/* The same for the question when nodes are free. What should have ended may end at any moment, but
 * is not waited for. */
static int64_t ends_within(const struct core *c, const struct job_record *j)
{
	int64_t at = ends_at(c, j);
	if (at > c->now_ms + HORIZON_MS || at <= c->now_ms - OVERDUE_MS)
		return INT64_MAX;
	return at > c->now_ms ? at : c->now_ms + 1;
}

static int by_end(const void *a, const void *b)
{
	int64_t x = ((const struct ending *)a)->at, y = ((const struct ending *)b)->at;
	return (x > y) - (x < y);
}

/* The attempts on the node whose end is known, those that end first at the beginning. */
static uint32_t endings(const struct core *c, const struct node_record *n, struct ending *v)
{
	const struct attempt *a;
	uint32_t k = 0;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		int64_t at = a->takes_room ? ends_within(c, a->job) : INT64_MAX;
		if (at != INT64_MAX)
			v[k++] = (struct ending){at, a};
	}
	qsort(v, k, sizeof *v, by_end);
	return k;
}

static void give_back(const struct needs *needs, const struct attempt *a, int64_t *left)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		for (uint32_t k = 0; k < a->needs.n; k++) {
			if (a->needs.v[k].res == needs->v[i].res)
				left[i] = quantity_sum(left[i], a->needs.v[k].milli);
		}
	}
}

/* How often what is left holds a member, at most so often. */
static uint32_t holds(const struct needs *needs, const int64_t *left, uint32_t most)
{
	for (uint32_t i = 0; i < needs->n && most; i++) {
		int64_t milli = needs->v[i].milli;
		if (!milli) /* also of what pods of others use more than there is */
			continue;
		int64_t fit = left[i] > 0 ? left[i] / milli : 0;
		most = fit < most ? (uint32_t)fit : most;
	}
	return most;
}

/* From that time on there is room for so many in all. */
struct rooms {
	struct candidate *v;
	uint32_t n, members;
};

static void room_at(struct rooms *r, uint32_t node, int64_t at, uint32_t members)
{
	if (members <= r->members)
		return;
	r->v[r->n++] = (struct candidate){at, node, members - r->members};
	r->members = members;
}

/* There is room for `most` when no member is left. */
static void rooms_in_turn(const struct core *c, const struct node_record *n,
			  const struct needs *needs, uint32_t most, struct rooms *r)
{
	const int64_t *cap = res_row(c, n, ROW_CAP), *used = res_row(c, n, ROW_USED);
	AUTO(mem_freep) int64_t *left = mem_zalloc(needs->n + 1, sizeof *left);
	AUTO(mem_freep) struct ending *v = mem_zalloc(n->nlive + 1, sizeof *v);
	uint32_t k = endings(c, n, v);
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res != UINT32_MAX)
			left[i] = cap[needs->v[i].res] - used[needs->v[i].res];
	}
	for (uint32_t i = 0; i < k && r->members < most; i++) {
		give_back(needs, v[i].attempt, left);
		/* Members that end at the same time count together. */
		if (i + 1 == k || v[i + 1].at > v[i].at)
			room_at(r, n->idx, v[i].at, holds(needs, left, most));
	}
}

uint32_t ends_rooms(const struct core *c, const struct node_record *n, const struct needs *needs,
		    uint32_t most, struct candidate *ret)
{
	struct rooms r = {.v = ret};
	room_at(&r, n->idx, c->now_ms, res_room(c, n, needs, most));
	uint32_t empty = r.members < most ? res_room_empty(c, n, needs, most) : most;
	if (r.members < empty)
		rooms_in_turn(c, n, needs, empty, &r);
	room_at(&r, n->idx, AT_UNKNOWN, empty);
	room_at(&r, n->idx, AT_OTHERS, most);
	return r.n;
}

int64_t ends_ports_at(const struct core *c, const struct node_record *n, const struct request *r)
{
	int64_t last = c->now_ms;
	const struct attempt *a;
	if (!r->ports.n || !ports_taken(r, n->idx))
		return last;
	if (ports_foreign(r, n->idx))
		return AT_OTHERS;
	DL_FOREACH2(n->attempts, a, node_next)
	{
		int64_t at = a->takes_room ? ends_within(c, a->job) : last;
		if (at > last && host_ports_conflict(&a->ports, &r->ports))
			last = at;
	}
	return last == INT64_MAX ? AT_UNKNOWN : last;
}
