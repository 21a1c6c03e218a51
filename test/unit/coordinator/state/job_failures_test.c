/* SPDX-License-Identifier: Apache-2.0 */
/* Which failures status.failures tells. */
#include "coordinator/core/state/job_failures.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "test/unit/coordinator/state/tables.h"

/* In the second at; so the attempt is another for each. */
static void note(struct job_record *j, uint32_t at, const char *words)
{
	const struct failure f = {.index = at % 3,
				  .attempt = at / 3,
				  .exit_code = 1,
				  .finished_ms = at * 1000,
				  .node = "n1",
				  .reason = "Error",
				  .message = words};
	job_failure_note(j, &f);
}

static void expect(const struct job_record *j, uint32_t n, const uint32_t *at_s)
{
	assert_int_equal(j->failures->n, n);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(j->failures->v[i].finished_ms, at_s[i] * 1000);
}

/* Whoever notes them, in which order and how often: the newest are kept, by time. */
static void the_newest(void **state)
{
	struct job_record *j = tables_job(tables_of(state), "a", 3);
	assert_null(j->failures); /* a job that has none pays for none */
	note(j, 7, "seven");
	note(j, 3, "three");
	note(j, 5, "five");
	note(j, 5, "again");
	expect(j, 3, (uint32_t[]){3, 5, 7});
	assert_string_equal(j->failures->v[1].message, "five");
	const struct failure later = {.index = 2, .attempt = 1, .finished_ms = 900000};
	job_failure_note(j, &later); /* 5 again, by another clock */
	expect(j, 3, (uint32_t[]){3, 5, 7});
	for (uint32_t i = 10; i < 17; i++)
		note(j, i, "");
	expect(j, 10, (uint32_t[]){3, 5, 7, 10, 11, 12, 13, 14, 15, 16});
	note(j, 2, "too old");
	expect(j, 10, (uint32_t[]){3, 5, 7, 10, 11, 12, 13, 14, 15, 16});
	note(j, 4, "older than others, and newer than the oldest");
	expect(j, 10, (uint32_t[]){4, 5, 7, 10, 11, 12, 13, 14, 15, 16});
	note(j, 20, "");
	expect(j, 10, (uint32_t[]){5, 7, 10, 11, 12, 13, 14, 15, 16, 20});
}

/* What an agent, or who writes the status, makes up. */
static void any_words(void **state)
{
	struct job_record *j = tables_job(tables_of(state), "a", 3);
	AUTO(buf_done) struct buf b = BUF_INIT(1 << 16);
	buf_puts(&b, "a\nlevel=info \xff");
	for (int i = 0; i < 9000; i++)
		buf_puts(&b, "\xc3\xa4");
	const struct failure f = {.attempt = 1, .message = buf_str(&b), .reason = buf_str(&b)};
	job_failure_note(j, &f);
	const struct failure *got = &j->failures->v[0];
	assert_string_equal(got->node, "");
	assert_int_equal(strncmp(got->message, "a level=info ?\xc3\xa4", 16), 0);
	assert_int_equal(strlen(got->message), FAILURE_WORDS_MAX);
	assert_int_equal(strlen(got->reason), 128);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_newest, tables_setup, tables_teardown),
		cmocka_unit_test_setup_teardown(any_words, tables_setup, tables_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
