/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

enum { GAP = 3 };

void table_init(struct table *t, const char *const *titles, uint32_t n)
{
	must(n > 0 && n <= TABLE_COLUMNS_MAX);
	*t = (struct table){
		.ncolumns = n, .indent = "", .cells = BUF_INIT(TABLE_COLUMNS_MAX * TABLE_CELL_MAX)};
	for (uint32_t i = 0; i < n; i++) {
		t->title[i] = titles[i];
		if (!strcmp(titles[i], "STATE"))
			t->colour_column = i;
	}
}

static void forget(struct table *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->v[i].cells);
	t->n = 0;
}

void table_done(struct table *t)
{
	forget(t);
	free(t->v);
	buf_done(&t->cells);
}

/* How many columns of a terminal the text takes, wide characters apart. */
static uint32_t width_of(const char *s)
{
	uint32_t n = 0;
	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

void table_cell(struct table *t, const char *s)
{
	must(t->at < t->ncolumns);
	size_t from = t->cells.len;
	if (!s || !*s)
		s = "-";
	buf_put_words(&t->cells, s, TABLE_CELL_MAX - 1);
	utf8_line(t->cells.data + from);
	buf_putc(&t->cells, 0);
	t->at++;
}

void table_cellf(struct table *t, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	AUTO(mem_freep) char *s = words_vprintf(TABLE_CELL_MAX - 1, fmt, ap);
	va_end(ap);
	table_cell(t, s);
}

enum rc table_row(struct table *t, enum colour c, const int64_t *key)
{
	must(t->at == t->ncolumns);
	t->at = 0;
	if (t->n == TABLE_ROWS_MAX)
		return RC_FULL;
	VEC_GROW(t->v, t->n, t->cap);
	struct table_row *r = &t->v[t->n++];
	*r = (struct table_row){.colour = c};
	r->cells = mem_alloc(t->cells.len);
	memcpy(r->cells, t->cells.data, t->cells.len);
	buf_reset(&t->cells);
	for (uint32_t i = 0; key && i < TABLE_KEYS; i++)
		r->key[i] = key[i];
	return RC_OK;
}

static int by_key(const void *pa, const void *pb)
{
	const struct table_row *a = pa, *b = pb;
	for (uint32_t i = 0; i < TABLE_KEYS; i++) {
		if (a->key[i] != b->key[i])
			return a->key[i] < b->key[i] ? -1 : 1;
	}
	const char *x = a->cells, *y = b->cells;
	int c = strcmp(x, y);
	return c ? c : strcmp(x + strlen(x) + 1, y + strlen(y) + 1);
}

void table_sort(struct table *t)
{
	if (t->n && t->ncolumns > 1)
		qsort(t->v, t->n, sizeof *t->v, by_key);
}

static void widen(struct table *t)
{
	for (uint32_t c = 0; c < t->ncolumns; c++) {
		uint32_t w = t->no_titles ? 0 : width_of(t->title[c]);
		if (t->width[c] < w)
			t->width[c] = w;
	}
	for (uint32_t i = 0; i < t->n; i++) {
		const char *s = t->v[i].cells;
		for (uint32_t c = 0; c < t->ncolumns; c++, s += strlen(s) + 1) {
			if (t->width[c] < width_of(s))
				t->width[c] = width_of(s);
		}
	}
}

static void put(struct table *t, struct out *o, uint32_t c, const char *s, enum colour colour)
{
	out_puts(o, colour, s);
	if (c + 1 == t->ncolumns)
		buf_putc(&o->b, '\n');
	else
		buf_printf(&o->b, "%*s", (int)(t->width[c] - width_of(s) + GAP), "");
}

void table_print(struct table *t, struct out *o)
{
	widen(t);
	if (t->n && !t->printed && !t->no_titles) {
		buf_puts(&o->b, t->indent);
		for (uint32_t c = 0; c < t->ncolumns; c++)
			put(t, o, c, t->title[c], COLOUR_HEAD);
	}
	for (uint32_t i = 0; i < t->n && !o->closed; i++) {
		const char *s = t->v[i].cells;
		buf_puts(&o->b, t->indent);
		for (uint32_t c = 0; c < t->ncolumns; c++, s += strlen(s) + 1)
			put(t, o, c, s, c == t->colour_column ? t->v[i].colour : COLOUR_NONE);
		out_spill(o);
	}
	t->printed += t->n;
	forget(t);
}
