/* SPDX-License-Identifier: Apache-2.0 */
#include "coordinator/core/state/resources.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/core/state/levels.h"
#include "coordinator/core/state/tables.h"

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
		if (!strcmp(c->res.names[i], name))
			return i;
	}
	return UINT32_MAX;
}

static uint32_t res_add(struct core *c, const char *name)
{
	struct node_record *n, *tmp;
	uint32_t old_cap = c->res.cap;
	if (c->res.n == RES_NAMES_MAX)
		return UINT32_MAX;
	c->res.names[c->res.n] = mem_strdup(name);
	if (c->res.n == c->res.cap) {
		c->res.cap = c->res.cap ? c->res.cap * 2 : 8;
		HASH_ITER (hh, c->nodes.by_name, n, tmp)
			rows_grow(c, n, old_cap);
	}
	return c->res.n++;
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
	for (uint32_t i = 0; i < l->n; i++)
		res_id(c, l->v[i].name);
	if (!n->res)
		rows_grow(c, n, 0);
	for (uint32_t r = 0; r < c->res.n; r++)
		row_of(c, n, row)[r] = absent;
	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t r = res_id(c, l->v[i].name);
		if (r != UINT32_MAX && l->v[i].milli >= 0)
			row_of(c, n, row)[r] = l->v[i].milli;
	}
}

void res_foreign_set(struct core *c, struct node_record *n, const struct reslist *l, uint32_t pods)
{
	res_row_set(c, n, ROW_FOREIGN, l);
	row_of(c, n, ROW_FOREIGN)[RES_PODS] = (int64_t)pods * 1000;
}

bool res_caps(struct core *c, struct node_record *n)
{
	const int64_t *alloc = res_row(c, n, ROW_ALLOC), *spec = res_row(c, n, ROW_SPEC);
	const int64_t *foreign = res_row(c, n, ROW_FOREIGN);
	int64_t *cap = row_of(c, n, ROW_CAP);
	bool changed = false;
	for (uint32_t r = 0; r < c->res.n; r++) {
		int64_t room = (alloc[r] > 0 ? alloc[r] : 0) - foreign[r];
		if (spec[r] != RES_ABSENT && spec[r] < room)
			room = spec[r];
		room = room > 0 ? room : 0;
		changed |= cap[r] != room;
		cap[r] = room;
	}
	if (changed)
		levels_update(c, n, true);
	return changed;
}

/* A reason of a kubelet: "OutOfcpu", "OutOfmemory", "OutOfpods", "OutOfexample.com/gpu". */
static uint32_t out_of(const struct core *c, const char *reason)
{
	if (strncmp(str_or_empty(reason), "OutOf", 5) != 0)
		return UINT32_MAX;
	for (uint32_t r = 0; r < c->res.n; r++) {
		if (!strcmp(c->res.names[r], reason + 5))
			return r;
	}
	return UINT32_MAX;
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

void res_use(struct core *c, struct node_record *n, const struct needs *needs, int sign)
{
	int64_t *used = row_of(c, n, ROW_USED);
	for (uint32_t i = 0; i < needs->n; i++) {
		if (needs->v[i].res != UINT32_MAX)
			used[needs->v[i].res] += sign * needs->v[i].milli;
	}
	levels_update(c, n, false);
}

static bool holds(const struct core *c, const struct node_record *n, const struct need *need,
		  bool empty)
{
	if (!need->milli)
		return true;
	if (need->res == UINT32_MAX)
		return false;
	int64_t used = empty ? 0 : res_row(c, n, ROW_USED)[need->res];
	return res_row(c, n, ROW_CAP)[need->res] - used >= need->milli;
}

bool res_fits(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	return res_lacking(c, n, needs) == needs->n;
}

bool res_fits_empty(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	for (uint32_t i = 0; i < needs->n; i++) {
		if (!holds(c, n, &needs->v[i], true))
			return false;
	}
	return true;
}

uint32_t res_lacking(const struct core *c, const struct node_record *n, const struct needs *needs)
{
	uint32_t i = 0;
	while (i < needs->n && holds(c, n, &needs->v[i], false))
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
