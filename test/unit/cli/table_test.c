/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: widths, order, pages, colours, and cells that others have written. */
#include "cli/table.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "test/lib/check.h"

static const char *const titles[] = {"NAME", "STATE", "WHY"};

static void add(struct table *t, const char *a, const char *b, const char *c, int64_t key)
{
	int64_t keys[TABLE_KEYS] = {key};
	table_cell(t, a);
	table_cell(t, b);
	table_cell(t, c);
	assert_int_equal(table_row(t, COLOUR_GOOD, keys), RC_OK);
}

/* What was printed is still in the buffer: it is less than a chunk. */
static void prints(bool colours, const char *want)
{
	AUTO(table_done) struct table t;
	AUTO(out_done) struct out o;
	out_init(&o, open("/dev/null", O_WRONLY | O_CLOEXEC));
	o.colours = colours;
	table_init(&t, titles, ARRAY_LEN(titles));
	add(&t, "long-name", "R", "", 2);
	add(&t, "b", "\303\244", "x\ny\033[31m", 1);
	add(&t, "a", "R", NULL, 1);
	table_sort(&t);
	table_print(&t, &o);
	CASE_STR(colours ? "coloured" : "plain", buf_str(&o.b), want);
	buf_reset(&o.b);
	add(&t, "a-name-of-the-next-page", "R", "z", 0);
	table_print(&t, &o);
	assert_null(strstr(buf_str(&o.b), "NAME "));
	assert_int_equal(t.printed, 4);
	close(o.fd);
}

static void rows(void **state)
{
	(void)state;
	prints(false, "NAME        STATE   WHY\n"
		      "a           R       -\n"
		      "b           \303\244       x y [31m\n"
		      "long-name   R       -\n");
	prints(true, "\033[1mNAME\033[0m        \033[1mSTATE\033[0m   \033[1mWHY\033[0m\n"
		     "a           \033[32mR\033[0m       -\n"
		     "b           \033[32m\303\244\033[0m       x y [31m\n"
		     "long-name   \033[32mR\033[0m       -\n");
}

static void bounds(void **state)
{
	AUTO(table_done) struct table t;
	(void)state;
	table_init(&t, titles, 1);
	for (uint32_t i = 0; i < TABLE_ROWS_MAX; i++) {
		table_cell(&t, "x");
		must(table_row(&t, COLOUR_NONE, NULL) == RC_OK);
	}
	table_cell(&t, "x");
	assert_int_equal(table_row(&t, COLOUR_NONE, NULL), RC_FULL);
}

/* Nobody reads: that ends the output, and nothing else. */
static void reader_gone(void **state)
{
	AUTO(out_done) struct out o;
	(void)state;
	out_init(&o, -1);
	assert_false(o.colours);
	out_puts(&o, COLOUR_BAD, "x");
	assert_false(out_flush(&o));
	assert_true(o.closed);
	assert_false(out_spill(&o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(bounds),
		cmocka_unit_test(reader_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
