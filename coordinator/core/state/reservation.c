/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/reservation.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/room.h"
#include "coordinator/core/state/share.h"
#include "coordinator/core/state/tables.h"

bool reservation_binds_nobody(const struct reservation *r)
{
	return r->at_ms == INT64_MAX && r->until_ms == INT64_MAX;
}

bool reservation_foreign(const struct reservation *r, const char *ns)
{
	return r->own && !str_eq(r->job->ns, ns);
}

bool reservations_none(const struct core *c, const char *ns)
{
	uint32_t i = 0;
	while (i < c->reservations.n && reservation_foreign(&c->reservations.v[i], ns))
		i++;
	return i == c->reservations.n;
}

uint32_t reservations_binding(const struct core *c, const char *ns)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < c->reservations.n; i++) {
		const struct reservation *r = &c->reservations.v[i];
		n += !r->own && !reservation_binds_nobody(r) && str_eq(r->job->ns, ns);
	}
	return n;
}

static void clear(struct core *c)
{
	c->reservations.n = 0;
	c->reservations.asking = NULL;
	c->reservations.wake_ms = INT64_MAX;
}

void reservations_forget(struct core *c)
{
	clear(c);
	c->reservations.floor = INT32_MIN;
	c->reservations.ntold = 0;
	c->reservations.nshares = 0;
}

void reservations_begin(struct core *c, int32_t floor)
{
	struct reservation_table *t = &c->reservations;
	clear(c);
	shares_begin(c);
	t->looks = 0;
	t->fell = floor < t->floor;
	t->floor = floor;
}

struct reservation *reservation_add(struct core *c, const struct job_record *j)
{
	must(c->reservations.n < RESERVATIONS_MAX);
	struct reservation *r = &c->reservations.v[c->reservations.n++];
	share_held(c, j->ns, 1);
	bitset_zero(&r->nodes);
	bitset_zero(&r->possible);
	*r = (struct reservation){.job = j,
				  .nodes = r->nodes,
				  .members = r->members,
				  .members_cap = r->members_cap,
				  .possible = r->possible,
				  .at_ms = INT64_MAX,
				  .until_ms = INT64_MAX};
	return r;
}

void reservation_hold(const struct core *c, struct reservation *r, uint32_t node, uint32_t members)
{
	if (r->most > 1 && r->members_cap < c->nodes.n) {
		r->members = mem_realloc(r->members, c->nodes.n, sizeof *r->members);
		r->members_cap = c->nodes.n;
	}
	if (r->most > 1)
		r->members[node] =
			bitset_has(&r->nodes, node) ? r->members[node] + members : members;
	bitset_set(&r->nodes, node);
}

uint32_t reservation_members(const struct reservation *r, uint32_t node)
{
	if (r->most <= 1)
		return 1;
	return bitset_has(&r->nodes, node) ? r->members[node] : r->most;
}

const struct reservation *reservation_of(const struct core *c, const struct job_record *j)
{
	for (uint32_t i = 0; i < c->reservations.n; i++) {
		if (c->reservations.v[i].job == j)
			return &c->reservations.v[i];
	}
	return NULL;
}

static uint32_t told_at(const struct reservation_table *t, const struct job_record *j)
{
	uint32_t i = 0;
	while (i < t->ntold && t->told[i] != j)
		i++;
	return i;
}

static void untold(struct core *c, uint32_t at)
{
	struct reservation_table *t = &c->reservations;
	log_debug(c->log, "nodes released", KS("job", t->told[at]->key));
	t->ntold--;
	memmove(t->told + at, t->told + at + 1, (t->ntold - at) * sizeof(struct job_record *));
}

/* Logs for which jobs nodes are not held any more. */
static void untell_released(struct core *c)
{
	for (uint32_t i = c->reservations.ntold; i > 0; i--) {
		if (!reservation_of(c, c->reservations.told[i - 1]))
			untold(c, i - 1);
	}
}

void reservation_told(struct core *c, const struct job_record *j)
{
	struct reservation_table *t = &c->reservations;
	if (told_at(t, j) < t->ntold)
		return;
	/* Those that hold no more are at the front. */
	if (t->ntold == RESERVATIONS_MAX)
		untell_released(c);
	must(t->ntold < RESERVATIONS_MAX);
	t->told[t->ntold++] = j;
}

void reservation_untold(struct core *c, const struct job_record *j)
{
	uint32_t at = told_at(&c->reservations, j);
	if (at < c->reservations.ntold)
		untold(c, at);
}

void reservations_end(struct core *c)
{
	shares_end(c);
	untell_released(c);
}

static void take_out(struct core *c, uint32_t at)
{
	struct reservation_table *t = &c->reservations;
	struct reservation r = t->v[at];
	share_held(c, r.job->ns, -1);
	t->n--;
	memmove(t->v + at, t->v + at + 1, (t->n - at) * sizeof *t->v);
	t->v[t->n] = r; /* its memory is used again */
}

void reservation_leave(struct core *c, const struct job_record *j)
{
	const struct reservation *r = reservation_of(c, j);
	if (c->reservations.asking == j)
		c->reservations.asking = NULL;
	reservation_untold(c, j);
	if (!r)
		return;
	take_out(c, (uint32_t)(r - c->reservations.v));
	queue_due(c);
}

void reservations_done(struct core *c)
{
	for (uint32_t i = 0; i < RESERVATIONS_MAX; i++) {
		bitset_done(&c->reservations.v[i].nodes);
		bitset_done(&c->reservations.v[i].possible);
		free(c->reservations.v[i].members);
	}
	free(c->reservations.offers);
}
