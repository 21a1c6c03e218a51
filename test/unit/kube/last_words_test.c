/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of a termination message: its last lines, in one line. */
#include "kube/last_words.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "test/lib/check.h"

static struct arena arena = ARENA_INIT(1 << 20);

static void in_one_line(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{NULL, ""},
		{"", ""},
		{" \n\t\n", ""},
		{"one", "one"},
		{"one\n", "one"},
		{"\n\n one\ttwo \n\n  three\r\nfour\n", "one two | three | four"},
		{"10 %\r20 %\r30 %", "10 % | 20 % | 30 %"},
		{"\x1b[1;31mred\x1b[0m and \x1bM back", "red and back"},
		{"cut \x1b[31", "cut"},
		{"cut \x1b", "cut"},
		{"bell\x07rings", "bell rings"},
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CASE_STR(cases[i].out, last_words(&arena, cases[i].in), cases[i].out);
}

/* The end is what counts; a line is told from its beginning on if that is near. */
static void the_end_of_much(void **state)
{
	AUTO(buf_done) struct buf b = BUF_INIT(1 << 16);
	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "line %d\n", i);
	const char *s = last_words(&arena, buf_str(&b));
	assert_true(strlen(s) <= LAST_WORDS_MAX && strlen(s) > LAST_WORDS_MAX - 16);
	assert_int_equal(strncmp(s, "... line 9", 10), 0);
	assert_string_equal(s + strlen(s) - 9, " line 999");
	buf_reset(&b);
	for (int i = 0; i < 3000; i++)
		buf_puts(&b, "\xe2\x82\xac");
	s = last_words(&arena, buf_str(&b));
	assert_int_equal(strncmp(s, "... \xe2\x82\xac", 7), 0);
	assert_true(strlen(s) <= LAST_WORDS_MAX && strlen(s) % 3 == 1);
	buf_reset(&b);
	for (int i = 0; i < 4000; i++)
		buf_puts(&b, "\n");
	assert_string_equal(last_words(&arena, buf_str(&b)), "");
}

static int teardown(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_one_line),
		cmocka_unit_test(the_end_of_much),
	};
	return cmocka_run_group_tests(tests, NULL, teardown);
}
