/* SPDX-License-Identifier: Apache-2.0 */
/* Command lines as people type them. */
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/help.h"
#include "test/lib/check.h"

enum { WORDS_MAX = 12 };

struct line_case {
	const char *name;
	const char *argv[WORDS_MAX];
	enum rc rc;
	const char *says; /* part of the error */
};

static const struct line_case cases[] = {
	{"plain", {"queue"}, RC_OK, NULL},
	{"a flag before the command", {"-n", "x", "queue"}, RC_OK, NULL},
	{"value in the same word", {"queue", "-nx", "--output=json"}, RC_OK, NULL},
	{"short flags together", {"queue", "-Ao", "wide"}, RC_OK, NULL},
	{"no command", {""}, RC_BADREQUEST, "unknown command"},
	{"nothing at all", {NULL}, RC_BADREQUEST, "a command is wanted"},
	{"unknown command", {"qeue"}, RC_BADREQUEST, "unknown command qeue"},
	{"unknown flag", {"queue", "--nope"}, RC_BADREQUEST, "unknown flag --nope"},
	{"unknown short flag", {"queue", "-Z"}, RC_BADREQUEST, "unknown flag -Z"},
	{"part of a name", {"queue", "--name"}, RC_BADREQUEST, "unknown flag --name"},
	{"no value", {"queue", "-o"}, RC_BADREQUEST, "a value is wanted after -o"},
	{"not for this command",
	 {"explain", "j", "-t", "all"},
	 RC_BADREQUEST,
	 "does not take --states"},
	{"not for this command, first",
	 {"-t", "all", "explain", "j"},
	 RC_BADREQUEST,
	 "does not take"},
	{"too few words", {"explain"}, RC_BADREQUEST, "more is wanted: JOB"},
	{"too many words", {"explain", "a", "b"}, RC_BADREQUEST, "too many words: b"},
	{"a switch that is neither",
	 {"queue", "-A", "--all-namespaces=maybe"},
	 RC_BADREQUEST,
	 "true or false"},
	{"help wins", {"explain", "--help"}, RC_OK, NULL},
};

static int parse(const char *const *words, struct cmdline *ret, struct err *e)
{
	static char copies[WORDS_MAX + 1][100];
	static char *argv[WORDS_MAX + 2];
	int n = 0;
	argv[n++] = copies[WORDS_MAX];
	for (; n <= WORDS_MAX && words[n - 1]; n++) {
		must(strlen(words[n - 1]) < sizeof copies[0]);
		memcpy(copies[n - 1], words[n - 1], strlen(words[n - 1]) + 1);
		argv[n] = copies[n - 1];
	}
	argv[n] = NULL;
	*e = (struct err){""};
	return (int)cmdline_parse(n, argv, ret, e);
}

static void lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct line_case *c = &cases[i];
		AUTO(cmdline_done) struct cmdline line;
		struct err e;
		CASE(c->name, parse(c->argv, &line, &e) == (int)c->rc);
		CASE(c->name, !c->says || strstr(e.msg, c->says));
		CASE(c->name, c->rc == RC_OK || strstr(e.msg, "--help"));
	}
}

static void values(void **state)
{
	static const char *const words[] = {"-n=ns", "explain", "--output", "yaml",
					    "job",   "--",      "-x",       NULL};
	static const char *const switched[] = {"queue", "-A", "--all-namespaces=false", NULL};
	AUTO(cmdline_done) struct cmdline line, off;
	struct err e;
	(void)state;
	assert_int_equal(parse(words, &line, &e), RC_OK);
	assert_string_equal(line.value[FLAG_NAMESPACE], "ns");
	assert_string_equal(line.value[FLAG_OUTPUT], "yaml");
	assert_ptr_equal(line.command, command_find("explain"));
	assert_int_equal(line.nwords, 1);
	assert_string_equal(line.words[0], "job");
	assert_string_equal(line.rest[0], "-x");
	assert_null(line.rest[1]);
	assert_int_equal(parse(switched, &off, &e), RC_OK);
	assert_null(off.value[FLAG_ALL_NAMESPACES]);
}

/* Names are found by people and by kubectl: each is there once. */
static void names_differ(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < FLAG_N; i++) {
		for (uint32_t j = 0; j < i; j++) {
			const struct flag_rule *a = &flag_rules[i], *b = &flag_rules[j];
			CASE(a->name, strcmp(a->name, b->name) != 0);
			CASE(a->name, !a->short_name || a->short_name != b->short_name);
		}
		CASE(flag_rules[i].name, flag_rules[i].commands != 0);
	}
	for (uint32_t i = 0; i < CMD_N; i++)
		assert_ptr_equal(command_find(commands[i].name), &commands[i]);
}

static void completes(const char *const *words, uint32_t n, const char *want)
{
	AUTO(buf_done) struct buf out = BUF_INIT(64 * 1024);
	help_complete(&out, words, n);
	CASE_STR(words[n - 1], buf_str(&out), want);
}

static void completion(void **state)
{
	static const char
		*const command[] = {"-n", "queue", "expl"},
		       *const format[] = {"queue", "-o", "j"}, *const what[] = {"top", "-A", ""},
		       *const file[] = {"--kubeconfig", ""}, *const flag[] = {"explain", "--nam"};
	(void)state;
	completes(command, 3,
		  "explain\tShows one job and why it is as it is: conditions, members, failures, "
		  "Events\n:4\n");
	completes(format, 3, "json\t\n:4\n");
	completes(what, 3, "nodes\twhat nodes offer\njobs\twhat jobs ask\n:4\n");
	completes(file, 2, ":0\n");
	completes(flag, 2, "--namespace\tthe namespace; otherwise that of the context\n:4\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
		cmocka_unit_test(values),
		cmocka_unit_test(names_differ),
		cmocka_unit_test(completion),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
