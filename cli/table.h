/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for people, as kubectl's: columns as wide as their widest cell, three blanks between them.
 * Rows are kept until they are printed: table_print may be called for each page of a list, or once
 * after table_sort. Cells come from others and are made one line without control characters.
 * Memory: the text of the rows; TABLE_ROWS_MAX rows. */
#pragma once

#include <stdint.h>

#include "base/buf.h"
#include "cli/out.h"

enum { TABLE_COLUMNS_MAX = 16, TABLE_KEYS = 3, TABLE_ROWS_MAX = 100000, TABLE_CELL_MAX = 8192 };

struct table_row {
	char *cells; /* one behind the other, each with its NUL */
	int64_t key[TABLE_KEYS];
	enum colour colour;
};

struct table {
	const char *title[TABLE_COLUMNS_MAX];
	uint32_t ncolumns;
	uint32_t colour_column; /* STATE: it has the colour of the row */
	bool no_titles;
	const char *indent;
	uint32_t width[TABLE_COLUMNS_MAX];
	struct table_row *v;
	uint32_t n, cap;
	uint64_t printed;
	struct buf cells; /* of the row that is made now */
	uint32_t at;
};

void table_init(struct table *t, const char *const *titles, uint32_t n);
void table_done(struct table *t);
/* Adds a cell to the row that is made; "" is shown as "-". */
void table_cell(struct table *t, const char *s);
__attribute__((format(printf, 2, 3))) void table_cellf(struct table *t, const char *fmt, ...);
/* Ends the row; key may be NULL. RC_FULL: there are too many rows. */
enum rc table_row(struct table *t, enum colour c, const int64_t *key) must_use;
void table_sort(struct table *t); /* by key, then by the text of the row */
/* Prints and forgets the rows, with titles before the first of all. */
void table_print(struct table *t, struct out *o);
