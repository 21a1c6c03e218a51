/* SPDX-License-Identifier: Apache-2.0 */
/* The table of reasons: what users read is there, once, and in a form that can be joined. */
#include "coordinator/core/state/reasons.h"

#include <ctype.h>
#include <string.h>

#include "test/lib/check.h"

static void every_reason_has_words_of_its_own(void **state)
{
	(void)state;
	for (unsigned r = R_NONE; r < R_N; r++) {
		const char *name = reason_name((enum reason)r);
		const char *message = reason_message((enum reason)r);
		CASE(name, strchr(message, ' '));
		CASE(name, islower((unsigned char)message[0]));
		CASE(name, message[strlen(message) - 1] != '.');
		for (unsigned k = R_NONE; k < r; k++)
			CASE(name, strcmp(message, reason_message((enum reason)k)) != 0);
	}
}

static void a_name_is_parsed_back(void **state)
{
	(void)state;
	for (unsigned r = R_NONE + 1; r < R_N; r++)
		CASE(reason_name((enum reason)r), reason_parse(reason_name((enum reason)r)) == r);
	assert_int_equal(reason_parse("OfAnotherVersion"), R_NONE);
	assert_int_equal(reason_parse(""), R_NONE);
	assert_string_equal(reason_name(R_NONE), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_reason_has_words_of_its_own),
		cmocka_unit_test(a_name_is_parsed_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
