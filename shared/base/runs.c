/* SPDX-License-Identifier: Apache-2.0 */
#include "base/runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void runs_done(struct runs *r)
{
	free(r->v);
	*r = (struct runs){0};
}

/* The first run that ends at i or behind; r->n: none does. */
static uint32_t find(const struct runs *r, uint32_t i)
{
	uint32_t lo = 0, hi = r->n;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (r->v[mid].last < i)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool runs_has(const struct runs *r, uint32_t i)
{
	uint32_t k = find(r, i);
	return k < r->n && r->v[k].first <= i;
}

static void take_out(struct runs *r, uint32_t k)
{
	memmove(r->v + k, r->v + k + 1, (r->n - k - 1) * sizeof *r->v);
	r->n--;
}

static void put_in(struct runs *r, uint32_t k, struct run run)
{
	VEC_GROW(r->v, r->n, r->cap);
	memmove(r->v + k + 1, r->v + k, (r->n - k) * sizeof *r->v);
	r->v[k] = run;
	r->n++;
}

void runs_add(struct runs *r, uint32_t i)
{
	uint32_t k = find(r, i);
	must(i < UINT32_MAX - 1);
	if (k < r->n && r->v[k].first <= i)
		return;
	bool before = k > 0 && r->v[k - 1].last + 1 == i;
	bool behind = k < r->n && r->v[k].first == i + 1;
	if (before && behind) {
		r->v[k - 1].last = r->v[k].last;
		take_out(r, k);
	} else if (before) {
		r->v[k - 1].last = i;
	} else if (behind) {
		r->v[k].first = i;
	} else {
		put_in(r, k, (struct run){i, i});
	}
}

/* Puts a run behind all others, or joins it with the last. It begins at no lower number. */
static void append(struct runs *r, struct run run)
{
	if (!r->n || r->v[r->n - 1].last + 1 < run.first) {
		put_in(r, r->n, run);
		return;
	}
	if (r->v[r->n - 1].last < run.last)
		r->v[r->n - 1].last = run.last;
}

static bool covers(const struct runs *r, const struct runs *o)
{
	for (uint32_t i = 0; i < o->n; i++) {
		uint32_t k = find(r, o->v[i].last);
		if (k == r->n || r->v[k].first > o->v[i].first)
			return false;
	}
	return true;
}

void runs_or(struct runs *r, const struct runs *o)
{
	struct runs both = {0};
	uint32_t i = 0, k = 0;
	if (covers(r, o))
		return;
	while (i < r->n || k < o->n) {
		bool mine = k == o->n || (i < r->n && r->v[i].first < o->v[k].first);
		append(&both, mine ? r->v[i] : o->v[k]);
		i += mine;
		k += !mine;
	}
	runs_done(r);
	*r = both;
}

void runs_andnot(struct runs *r, const struct runs *o)
{
	struct runs rest = {0};
	for (uint32_t i = runs_next(r, 0); i != UINT32_MAX; i = runs_next(r, i)) {
		uint32_t from = runs_next_out(o, i), next = runs_next(o, from);
		uint32_t last = r->v[find(r, i)].last;
		if (from <= last)
			append(&rest, (struct run){from, next <= last ? next - 1 : last});
		i = next <= last ? next : last + 1;
	}
	runs_done(r);
	*r = rest;
}

uint32_t runs_next(const struct runs *r, uint32_t from)
{
	uint32_t k = find(r, from);
	if (k == r->n)
		return UINT32_MAX;
	return r->v[k].first > from ? r->v[k].first : from;
}

uint32_t runs_next_out(const struct runs *r, uint32_t from)
{
	uint32_t k = find(r, from);
	return k < r->n && r->v[k].first <= from ? r->v[k].last + 1 : from;
}

uint32_t runs_count(const struct runs *r, uint32_t end)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < r->n && r->v[i].first < end; i++) {
		uint32_t last = r->v[i].last < end ? r->v[i].last : end - 1;
		n += last - r->v[i].first + 1;
	}
	return n;
}

uint32_t runs_common(const struct runs *a, const struct runs *b, uint32_t end)
{
	uint32_t n = 0, i = 0, k = 0;
	while (i < a->n && k < b->n) {
		uint32_t first = a->v[i].first > b->v[k].first ? a->v[i].first : b->v[k].first;
		uint32_t last = a->v[i].last < b->v[k].last ? a->v[i].last : b->v[k].last;
		if (first <= last && first < end)
			n += (last < end ? last : end - 1) - first + 1;
		if (a->v[i].last < b->v[k].last)
			i++;
		else
			k++;
	}
	return n;
}

void runs_format(const struct runs *r, uint32_t end, struct buf *out)
{
	const char *comma = "";
	for (uint32_t i = 0; i < r->n && r->v[i].first < end; i++) {
		uint32_t first = r->v[i].first;
		uint32_t last = r->v[i].last < end ? r->v[i].last : end - 1;
		if (last == first)
			buf_printf(out, "%s%u", comma, first);
		else
			buf_printf(out, "%s%u%s%u", comma, first, last == first + 1 ? "," : "-",
				   last);
		comma = ",";
	}
}

/* Digits at *s as a number <= max; moves *s behind them. */
static bool parse_number(const char **s, uint32_t max, uint32_t *ret)
{
	uint64_t n = 0;
	const char *p = *s;
	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (uint64_t)(*p - '0');
		if (n > max)
			return false;
	}
	if (p == *s)
		return false;
	*s = p;
	*ret = (uint32_t)n;
	return true;
}

static bool parse(struct runs *r, const char *s, uint32_t max)
{
	int64_t before = -1;
	while (*s) {
		struct run run;
		if (!parse_number(&s, max, &run.first))
			return false;
		run.last = run.first;
		if (*s == '-' && (s++, !parse_number(&s, max, &run.last)))
			return false;
		if (run.first <= before || run.last < run.first)
			return false;
		append(r, run);
		before = run.last;
		if (*s == ',' && s[1])
			s++;
		else if (*s)
			return false;
	}
	return true;
}

enum rc runs_parse(struct runs *r, const char *s, uint32_t max)
{
	r->n = 0;
	if (parse(r, s, max))
		return RC_OK;
	r->n = 0;
	return RC_MALFORMED;
}
