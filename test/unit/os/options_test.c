/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines to values and to messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "os/options.h"

static struct {
	const char *name, *word;
	int64_t wait, count;
	bool on;
	int level;
} got;

static const char *const levels[] = {"low", "high", NULL};

static const struct option_rule rules[] = {
	{"name", OPTION_STRING, &got.name, "TEST_NAME", NULL, NULL, "NAME", "whose"},
	{"wait", OPTION_DURATION, &got.wait, NULL, "2s", NULL, "TIME", "how long"},
	{"count", OPTION_NUMBER, &got.count, NULL, "7", NULL, "NUMBER", "how many"},
	{"on", OPTION_BOOL, &got.on, NULL, "true", NULL, "true|false", "whether"},
	{"level", OPTION_CHOICE, &got.level, "TEST_LEVEL", "low", levels, "low|high", "how much"},
	{"wait-more", OPTION_DURATION, &got.wait, NULL, NULL, NULL, "TIME", "its name goes on"},
};

enum { WORDS_MAX = 8 };

/* words: separated by spaces; "" stands for itself. */
static enum rc parse(const char *words, struct err *e)
{
	static char copy[512];
	char *argv[WORDS_MAX + 1] = {"program"};
	int argc = 1;
	assert_true(strlen(words) < sizeof copy);
	memcpy(copy, words, strlen(words) + 1);
	memset(&got, 0, sizeof got);
	got.level = -1;
	for (char *w = *copy ? copy : NULL; w; argc++) {
		assert_true(argc < WORDS_MAX);
		argv[argc] = w;
		w = strchr(w, ' ');
		if (w)
			*w++ = 0;
	}
	return options_parse(rules, ARRAY_LEN(rules), argc, argv, &got.word, e);
}

static void good_lines(void **state)
{
	static const struct {
		const char *words, *name, *word;
		int64_t wait;
		bool on;
		int level;
	} cases[] = {
		{"", "", NULL, 2000, true, 0},
		{"--name a", "a", NULL, 2000, true, 0},
		{"--name=a", "a", NULL, 2000, true, 0},
		{"--name=a=b", "a=b", NULL, 2000, true, 0},
		{"--name=", "", NULL, 2000, true, 0},
		{"--name --on", "--on", NULL, 2000, true, 0},
		{"--wait 500ms --on false", "", NULL, 500, false, 0},
		{"--wait-more=1m", "", NULL, 60000, true, 0},
		{"--level high serve", "", "serve", 2000, true, 1},
		{"serve --level high --level low", "", "serve", 2000, true, 0},
	};
	struct err e;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (parse(cases[i].words, &e) != RC_OK)
			fail_msg("\"%s\": %s", cases[i].words, e.msg);
		if (strcmp(got.name, cases[i].name) != 0 || got.wait != cases[i].wait ||
		    got.on != cases[i].on || got.level != cases[i].level ||
		    strcmp(str_or_empty(got.word), str_or_empty(cases[i].word)) != 0)
			fail_msg("\"%s\": %s %d %d %d %s", cases[i].words, got.name, (int)got.wait,
				 got.on, got.level, str_or_empty(got.word));
	}
}

static void numbers(void **state)
{
	struct err e;
	(void)state;
	assert_int_equal(parse("", &e), RC_OK);
	assert_int_equal(got.count, 7);
	assert_int_equal(parse("--count 0", &e), RC_OK);
	assert_int_equal(got.count, 0);
	assert_int_equal(parse("--count=999999999", &e), RC_OK);
	assert_int_equal(got.count, OPTION_NUMBER_MAX);
}

static void bad_lines(void **state)
{
	static const struct {
		const char *words, *says;
	} cases[] = {
		{"--nam a", "unknown option --nam; --help lists them"},
		{"--names a", "unknown option --names; --help lists them"},
		{"--", "unknown option --; --help lists them"},
		{"--=a", "unknown option --=a; --help lists them"},
		{"-n a", "unexpected argument -n; --help lists the options"},
		{"--wait", "--wait needs a value: TIME"},
		{"--wait 2", "--wait is \"2\", but must be a duration such as 2s or 500ms"},
		{"--wait=", "--wait is \"\", but must be a duration such as 2s or 500ms"},
		{"--on yes", "--on is \"yes\", but must be true or false"},
		{"--count -1", "--count is \"-1\", but must be a number from 0 to 999999999"},
		{"--count 1000000000",
		 "--count is \"1000000000\", but must be a number from 0 to 999999999"},
		{"--count=", "--count is \"\", but must be a number from 0 to 999999999"},
		{"--level mid", "--level is \"mid\", but must be low|high"},
		{"serve more", "unexpected argument more; --help lists the options"},
	};
	struct err e;
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (parse(cases[i].words, &e) != RC_CONFIG || strcmp(e.msg, cases[i].says) != 0)
			fail_msg("\"%s\": %s", cases[i].words, e.msg);
	}
}

static int forget_environment(void **state)
{
	(void)state;
	unsetenv("TEST_NAME");
	unsetenv("TEST_LEVEL");
	return 0;
}

/* The line comes before the environment, which comes before the default. */
static void environment_stands_in(void **state)
{
	struct err e;
	(void)state;
	setenv("TEST_NAME", "env", 1);
	setenv("TEST_LEVEL", "high", 1);
	assert_int_equal(parse("", &e), RC_OK);
	assert_string_equal(got.name, "env");
	assert_int_equal(got.level, 1);
	assert_int_equal(parse("--name=line --level=low", &e), RC_OK);
	assert_string_equal(got.name, "line");
	assert_int_equal(got.level, 0);
	setenv("TEST_LEVEL", "", 1);
	assert_int_equal(parse("", &e), RC_OK);
	assert_int_equal(got.level, 0);
	setenv("TEST_LEVEL", "mid", 1);
	assert_int_equal(parse("", &e), RC_CONFIG);
	assert_string_equal(e.msg, "TEST_LEVEL: --level is \"mid\", but must be low|high");
}

static void asked_finds_flags(void **state)
{
	char *argv[] = {"program", "--name", "--help"};
	(void)state;
	assert_true(options_asked(3, argv, "--help"));
	assert_false(options_asked(2, argv, "--help"));
	assert_false(options_asked(3, argv, "--version"));
}

static void help_names_everything(void **state)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	(void)state;
	options_help(out, "usage: program", rules, ARRAY_LEN(rules));
	fclose(out);
	assert_non_null(strstr(text, "usage: program\n"));
	assert_non_null(strstr(text, "--wait TIME "));
	assert_non_null(strstr(text, "how long (2s)\n"));
	assert_non_null(strstr(text, "whose [$TEST_NAME]\n"));
	assert_non_null(strstr(text, "how much (low) [$TEST_LEVEL]\n"));
	assert_non_null(strstr(text, "--help, --version\n"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_lines, forget_environment),
		cmocka_unit_test_setup(numbers, forget_environment),
		cmocka_unit_test_setup(bad_lines, forget_environment),
		cmocka_unit_test_setup_teardown(environment_stands_in, forget_environment,
						forget_environment),
		cmocka_unit_test(asked_finds_flags),
		cmocka_unit_test(help_names_everything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
