/* SPDX-License-Identifier: Apache-2.0 */
/* Command-line options from a table, for both programs: --name VALUE or --name=VALUE, with an
 * environment variable and a default behind it. --help is made from the table. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/must.h"

enum option_kind {
	OPTION_STRING,   /* const char *, borrowed from argv, the environment or the table */
	OPTION_DURATION, /* int64_t, milliseconds */
	OPTION_NUMBER,   /* int64_t, digits alone: 0 to OPTION_NUMBER_MAX */
	OPTION_BOOL,     /* bool: true or false */
	OPTION_CHOICE,   /* int: index into choices */
};

enum { OPTION_NUMBER_MAX = 999999999 };

struct option_rule {
	const char *name; /* without the dashes */
	enum option_kind kind;
	void *target;
	const char *env;            /* or NULL */
	const char *fallback;       /* or NULL: unset ("" for strings) */
	const char *const *choices; /* NULL-terminated, of OPTION_CHOICE */
	const char *value;          /* name of the value in --help */
	const char *help;
};

/* Fills in the targets. A word that is not an option goes to *ret_word (at most one). RC_CONFIG
 * with a message for the user. */
enum rc options_parse(const struct option_rule *rules, uint32_t n, int argc, char **argv,
		      const char **ret_word, struct err *e) must_use;
/* True if --help or --version is among the arguments. */
bool options_asked(int argc, char **argv, const char *flag);
void options_help(FILE *out, const char *usage, const struct option_rule *rules, uint32_t n);
