/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/resources.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/tables.h"
#include "model/quantity.h"

enum { SWEEP_EVERY_MS = 1000, NODE_RESOURCES_MAX = 256 };

static void rows_grow(struct core *c, struct node_record *n, uint32_t old_cap)
{
	int64_t *v = mem_alloc((size_t)ROW_N * c->res.cap * sizeof *v);
	for (uint32_t row = 0; row < ROW_N; row++) {
		int64_t fill = row == ROW_ALLOC || row == ROW_SPEC ? RES_ABSENT : 0;
		for (uint32_t r = 0; r < c->res.cap; r++)
			v[row * c->res.cap + r] =
				n->res && r < old_cap ? n->res[row * old_cap + r] : fill;
	}
	free(n->res);
	n->res = v;
}

static int64_t *row_of(const struct core *c, struct node_record *n, enum res_row row)
{
	return n->res + (size_t)row * c->res.cap;
}

uint32_t res_find(const struct core *c, const char *name)
{
	for (uint32_t i = 0; i < c->res.n; i++) {
		if (c->res.names[i] && !strcmp(c->res.names[i], name))
			return i;
	}
	return UINT32_MAX;
}

/* ---- names that are not used any more ---- */

static void mark_needs(const struct needs *needs, bool *used)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res != UINT32_MAX)
			used[needs->v[i].res] = true;
	}
}

/* What a node has or is given, and what a job or a member that was taken over asks for. */
static void mark_used(const struct core *c, bool *used)
{
	struct node_record *n, *tmp;
	struct request *k, *next;
	const struct attempt *a;
	for (uint32_t r = RES_CPU; r <= RES_EPHEMERAL; r++)
		used[r] = true;
	HASH_ITER (hh, c->nodes.by_name, n, tmp) {
		for (uint32_t r = 0; r < c->res.n; r++)
			used[r] |= res_row(c, n, ROW_ALLOC)[r] != RES_ABSENT ||
				   res_row(c, n, ROW_SPEC)[r] != RES_ABSENT;
		DL_FOREACH2(n->attempts, a, node_next)
		mark_needs(&a->needs, used);
	}
	HASH_ITER (hh, c->requests.all, k, next)
		mark_needs(&k->needs, used);
}

static void drop_name(struct core *c, uint32_t r)
{
	struct node_record *n, *tmp;
	free(c->res.names[r]);
	c->res.names[r] = NULL;
	c->res.nfree++;
	HASH_ITER (hh, c->nodes.by_name, n, tmp)
		row_of(c, n, ROW_FOREIGN)[r] = 0;
}

/* A name that no node has any more may come again: it gets another number then. */
static void sweep(struct core *c)
{
	bool used[RES_NAMES_MAX] = {false};
	if (c->res.full_ms && c->now_ms - c->res.full_ms < SWEEP_EVERY_MS)
		return;
	mark_used(c, used);
	for (uint32_t r = 0; r < c->res.n; r++) {
		if (!used[r])
			drop_name(c, r);
	}
	c->res.full_ms = c->res.nfree ? 0 : c->now_ms;
	c->res.sweeps += c->res.nfree != 0;
}

static uint32_t take_free(struct core *c)
{
	uint32_t r = 0;
	if (!c->res.nfree)
		sweep(c);
	if (!c->res.nfree)
		return UINT32_MAX;
	while (c->res.names[r])
		r++;
	c->res.nfree--;
	return r;
}

static uint32_t take_next(struct core *c)
{
	struct node_record *n, *tmp;
	uint32_t old_cap = c->res.cap;
	if (c->res.n == c->res.cap) {
		c->res.cap = c->res.cap ? c->res.cap * 2 : 8;
		HASH_ITER (hh, c->nodes.by_name, n, tmp)
			rows_grow(c, n, old_cap);
	}
	return c->res.n++;
}

static uint32_t res_add(struct core *c, const char *name)
{
	uint32_t r = c->res.n < RES_NAMES_MAX ? take_next(c) : take_free(c);
	if (r == UINT32_MAX)
		return r;
	c->res.names[r] = mem_strdup(name);
	c->res.version++;
	return r;
}

uint32_t res_id(struct core *c, const char *name)
{
	static const char *const first[] = {"cpu", "memory", "pods", "ephemeral-storage"};
	while (c->res.n < ARRAY_LEN(first))
		res_add(c, first[c->res.n]);
	uint32_t r = res_find(c, name);
	return r == UINT32_MAX ? res_add(c, name) : r;
}

void res_row_set(struct core *c, struct node_record *n, enum res_row row, const struct reslist *l)
{
	int64_t absent = row == ROW_FOREIGN ? 0 : RES_ABSENT;
	res_id(c, "cpu");
	if (!n->res)
		rows_grow(c, n, 0);
	for (uint32_t r = 0; r < c->res.n; r++)
		row_of(c, n, row)[r] = absent;
	if (row == ROW_ALLOC)
		n->left_out = 0;
	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t r = i < NODE_RESOURCES_MAX ? res_id(c, l->v[i].name) : UINT32_MAX;
		if (r != UINT32_MAX && l->v[i].milli >= 0)
			row_of(c, n, row)[r] = l->v[i].milli;
		else if (r == UINT32_MAX && row == ROW_ALLOC)
			n->left_out++;
	}
}

uint32_t res_listed(const struct core *c, const struct node_record *n, bool used_first,
		    uint32_t max, bool *ret)
{
	const int64_t *alloc = res_row(c, n, ROW_ALLOC), *used = res_row(c, n, ROW_USED);
	uint32_t k = 0;
	memset(ret, 0, c->res.n * sizeof *ret);
	for (uint32_t r = 0; used_first && r < c->res.n && k < max; r++) {
		ret[r] = alloc[r] != RES_ABSENT && (r <= RES_EPHEMERAL || used[r]);
		k += ret[r];
	}
	for (uint32_t r = 0; r < c->res.n && k < max; r++) {
		k += !ret[r] && alloc[r] != RES_ABSENT;
		ret[r] |= alloc[r] != RES_ABSENT;
	}
	return k;
}

uint32_t res_count(const struct core *c, const struct node_record *n)
{
	uint32_t k = n->left_out;
	for (uint32_t r = 0; r < c->res.n; r++)
		k += res_row(c, n, ROW_ALLOC)[r] != RES_ABSENT;
	return k;
}

void res_foreign_set(struct core *c, struct node_record *n, const struct reslist *l, uint32_t pods)
{
	res_row_set(c, n, ROW_FOREIGN, l);
	row_of(c, n, ROW_FOREIGN)[RES_PODS] = (int64_t)pods * 1000;
}

void res_nominated_clear(const struct core *c, struct node_record *n)
{
	for (uint32_t r = 0; r < c->res.n; r++)
		row_of(c, n, ROW_NOMINATED)[r] = 0;
}

void res_nominated_add(const struct core *c, struct node_record *n, const char *name, int64_t milli)
{
	uint32_t r = res_find(c, name);
	if (r != UINT32_MAX && milli > 0)
		row_of(c, n, ROW_NOMINATED)[r] =
			quantity_sum(row_of(c, n, ROW_NOMINATED)[r], milli);
}

/* At most what the ComputeNode's spec allows, and what an agent takes orders for. */
static int64_t within(int64_t room, int64_t spec, int64_t limit)
{
	if (spec != RES_ABSENT && spec < room)
		room = spec;
	room = room < limit ? room : limit;
	return room > 0 ? room : 0;
}

bool res_caps(struct core *c, struct node_record *n)
{
	const int64_t *alloc = res_row(c, n, ROW_ALLOC), *spec = res_row(c, n, ROW_SPEC);
	const int64_t *foreign = res_row(c, n, ROW_FOREIGN);
	const int64_t *nominated = res_row(c, n, ROW_NOMINATED);
	int64_t *cap = row_of(c, n, ROW_CAP), *whole = row_of(c, n, ROW_WHOLE);
	bool changed = false;
	for (uint32_t r = 0; r < c->res.n; r++) {
		int64_t most = alloc[r] > 0 ? alloc[r] : 0;
		int64_t limit = r == RES_PODS ? NODE_PODS_MAX * INT64_C(1000) : INT64_MAX;
		int64_t room =
			within(most - quantity_sum(foreign[r], nominated[r]), spec[r], limit);
		most = within(most, spec[r], limit);
		changed |= cap[r] != room || whole[r] != most;
		cap[r] = room;
		whole[r] = most;
	}
	levels_update(c, n, true); /* where caps stay, the node may be fuller than before */
	return changed;
}

/* A reason of a kubelet: "OutOfcpu", "OutOfmemory", "OutOfpods", "OutOfexample.com/gpu". */
static uint32_t out_of(const struct core *c, const char *reason)
{
	if (strncmp(str_or_empty(reason), "OutOf", 5) != 0)
		return UINT32_MAX;
	return res_find(c, reason + 5);
}

bool res_short(struct core *c, struct node_record *n, const char *reason, const struct needs *needs)
{
	uint32_t r = out_of(c, reason);
	if (r == UINT32_MAX)
		return false;
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res != r || !needs->v[i].milli)
			continue;
		int64_t *cap = &row_of(c, n, ROW_CAP)[r];
		int64_t most = res_row(c, n, ROW_USED)[r] + needs->v[i].milli - 1;
		if (most >= *cap)
			return false;
		*cap = most;
		levels_update(c, n, true);
		return true;
	}
	return false;
}

/* Agents tell what members request: sums of what they say neither wrap nor fall below nothing. */
static int64_t taken(int64_t used, int64_t milli, int sign)
{
	int64_t ret = sign > 0 ? quantity_sum(used, milli) : used - milli;
	return ret < 0 ? 0 : ret;
}

void res_use(struct core *c, struct node_record *n, const struct needs *needs, int sign)
{
	int64_t *used = row_of(c, n, ROW_USED);
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res != UINT32_MAX)
			used[needs->v[i].res] =
				taken(used[needs->v[i].res], needs->v[i].milli, sign);
	}
	levels_update(c, n, false);
}

/* Whether the room of the row, less what members use, holds as much. */
static bool holds(const struct core *c, const struct node_record *n, const struct need *need,
		  enum res_row row, bool empty)
{
	if (!need->milli)
		return true;
	if (need->res == UINT32_MAX)
		return false;
	int64_t used = empty ? 0 : res_row(c, n, ROW_USED)[need->res];
	return res_row(c, n, row)[need->res] - used >= need->milli;
}

static bool all_hold(const struct core *c, const struct node_record *n, const struct needs *needs,
		     enum res_row row)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		if (!holds(c, n, &needs->v[i], row, true))
			return false;
	}
	return true;
}

bool res_fits(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	return res_lacking(c, n, needs) == needs->n;
}

bool res_fits_empty(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	return all_hold(c, n, needs, ROW_CAP);
}

bool res_fits_whole(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	return all_hold(c, n, needs, ROW_WHOLE);
}

/* How often the room of the row, less what members use, holds all, at most so often. */
static uint32_t times(const struct core *c, const struct node_record *n, const struct needs *needs,
		      enum res_row row, bool empty, uint32_t most)
{
	for (uint32_t i = 0; i < needs->n && most; i++) {
		const struct need *need = &needs->v[i];
		if (!holds(c, n, need, row, empty))
			return 0;
		if (!need->milli)
			continue;
		int64_t used = empty ? 0 : res_row(c, n, ROW_USED)[need->res];
		int64_t fit = (res_row(c, n, row)[need->res] - used) / need->milli;
		most = fit < most ? (uint32_t)fit : most;
	}
	return most;
}

uint32_t res_room(const struct core *c, const struct node_record *n, const struct needs *needs,
		  uint32_t most)
{
	return times(c, n, needs, ROW_CAP, false, most);
}

uint32_t res_room_empty(const struct core *c, const struct node_record *n,
			const struct needs *needs, uint32_t most)
{
	return times(c, n, needs, ROW_CAP, true, most);
}

uint32_t res_room_whole(const struct core *c, const struct node_record *n,
			const struct needs *needs, uint32_t most)
{
	return times(c, n, needs, ROW_WHOLE, true, most);
}

bool res_offers(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	const int64_t *alloc = res_row(c, n, ROW_ALLOC), *spec = res_row(c, n, ROW_SPEC);
	for (uint32_t i = 0; i < needs->n; i++) {
		const struct need *need = &needs->v[i];
		if (!need->milli)
			continue;
		if (need->res == UINT32_MAX || alloc[need->res] < need->milli ||
		    (spec[need->res] != RES_ABSENT && spec[need->res] < need->milli))
			return false;
	}
	return true;
}

uint32_t res_lacking(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	uint32_t i = 0;
	while (i < needs->n && holds(c, n, &needs->v[i], ROW_CAP, false))
		i++;
	return i;
}

/* The list without "pods", of which a member needs one whatever it asks for. */
static struct needs needs_begin(const struct reslist *l)
{
	struct needs ret = {.v = mem_zalloc(l->n + 1, sizeof *ret.v), .n = 0};
	for (uint32_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, "pods") != 0)
			ret.v[ret.n++].milli = l->v[i].milli;
	}
	ret.v[ret.n++] = (struct need){RES_PODS, 1000};
	return ret;
}

struct needs needs_of(struct core *c, const struct reslist *l)
{
	struct needs ret = needs_begin(l);
	for (uint32_t i = 0, k = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, "pods") != 0)
			ret.v[k++].res = res_id(c, l->v[i].name);
	}
	return ret;
}

struct needs needs_asked(const struct core *c, const struct reslist *l)
{
	struct needs ret = needs_begin(l);
	for (uint32_t i = 0, k = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, "pods") != 0)
			ret.v[k++].res = res_find(c, l->v[i].name);
	}
	return ret;
}

struct needs needs_copy(const struct needs *from)
{
	struct needs ret = {.v = mem_zalloc(from->n, sizeof *ret.v), .n = from->n};
	memcpy(ret.v, from->v, from->n * sizeof *ret.v);
	return ret;
}

void needs_done(struct needs *n)
{
	free(n->v);
	*n = (struct needs){0};
}
