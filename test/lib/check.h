/* SPDX-License-Identifier: Apache-2.0 */
/* What every cmocka test includes, in the order that cmocka wants, and tables of cases with names.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* In a table's loop: says which case fails before cmocka leaves by longjmp. */
#define CASE(name, cond)                                            \
	do {                                                        \
		if (!(cond))                                        \
			fail_msg("case \"%s\": %s", (name), #cond); \
	} while (0)
#define CASE_STR(name, have, want)                                                                 \
	do {                                                                                       \
		if (strcmp((have), (want)) != 0)                                                   \
			fail_msg("case \"%s\": have \"%s\", want \"%s\"", (name), (have), (want)); \
	} while (0)
