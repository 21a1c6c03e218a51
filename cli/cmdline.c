/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a command line as kubectl does: flags stand anywhere, as --name VALUE, --name=VALUE, -n
 * VALUE or -nVALUE; "--" ends them. os/options.h is for daemons: no short names, one word. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"

const struct flag_rule flag_rules[FLAG_N] = {
#define FLAG(id, name, short_, value, commands, help) \
	[FLAG_##id] = {name, value, help, short_, commands},
#include "cli/flags.def"
#undef FLAG
};

const struct command *command_find(const char *name)
{
	for (uint32_t i = 0; i < CMD_N; i++) {
		if (commands[i].name && !strcmp(commands[i].name, name))
			return &commands[i];
	}
	return NULL;
}

enum command_id command_id(const struct command *c)
{
	return (enum command_id)(c - commands);
}

static const char *hint(const struct cmdline *c)
{
	return c->command ? c->command->name : "";
}

static enum rc wrong(const struct cmdline *c, struct err *e, const char *what, const char *word)
{
	const char *name = hint(c);
	return err_set(e, RC_BADREQUEST, "%s %.200s; see kubectl muster %s%s--help", what, word,
		       name, *name ? " " : "");
}

static int find_long(const char *name, size_t len)
{
	for (int i = 0; i < FLAG_N; i++) {
		if (strlen(flag_rules[i].name) == len && !memcmp(flag_rules[i].name, name, len))
			return i;
	}
	return -1;
}

static int find_short(char name)
{
	for (int i = 0; i < FLAG_N; i++) {
		if (flag_rules[i].short_name == name)
			return i;
	}
	return -1;
}

/* A flag without a value may be switched off again: --wide=false, as kubectl's. */
static enum rc take_bool(struct cmdline *c, int flag, const char *value, struct err *e)
{
	if (!value || !strcmp(value, "true"))
		c->value[flag] = "true";
	else if (!strcmp(value, "false"))
		c->value[flag] = NULL;
	else
		return wrong(c, e, "true or false is wanted, not", value);
	return RC_OK;
}

/* value: what stood in the same word, or NULL. *at is moved when the next word is the value. */
static enum rc take(struct cmdline *c, int flag, const char *value, int argc, char **argv, int *at,
		    struct err *e)
{
	if (!flag_rules[flag].value)
		return take_bool(c, flag, value, e);
	if (!value && *at + 1 >= argc)
		return wrong(c, e, "a value is wanted after", argv[*at]);
	c->value[flag] = value ? value : argv[++*at];
	return RC_OK;
}

static enum rc take_long(struct cmdline *c, int argc, char **argv, int *at, struct err *e)
{
	const char *name = argv[*at] + 2, *equals = strchr(name, '=');
	size_t len = equals ? (size_t)(equals - name) : strlen(name);
	if (!strcmp(name, "help")) {
		c->help = true;
		return RC_OK;
	}
	int flag = find_long(name, len);
	if (flag < 0)
		return wrong(c, e, "unknown flag", argv[*at]);
	return take(c, flag, equals ? equals + 1 : NULL, argc, argv, at, e);
}

/* -Awide is no -A with a value: short flags without one may stand together, as in -Ao wide. */
static enum rc take_short(struct cmdline *c, int argc, char **argv, int *at, struct err *e)
{
	for (const char *p = argv[*at] + 1; *p; p++) {
		int flag = find_short(*p);
		if (*p == 'h') {
			c->help = true;
			continue;
		}
		if (flag < 0)
			return wrong(c, e, "unknown flag", argv[*at]);
		if (!flag_rules[flag].value) {
			c->value[flag] = "true";
			continue;
		}
		const char *rest = p[1] == '=' ? p + 2 : p[1] ? p + 1 : NULL;
		return take(c, flag, rest, argc, argv, at, e);
	}
	return RC_OK;
}

static enum rc take_word(struct cmdline *c, const char *word, struct err *e)
{
	if (c->command) {
		c->words[c->nwords++] = word;
		return RC_OK;
	}
	c->command = command_find(word);
	return c->command ? RC_OK : wrong(c, e, "unknown command", word);
}

/* Flags may stand before the command, so this is asked at the end. */
static enum rc check_flags(const struct cmdline *c, struct err *e)
{
	for (uint32_t i = 0; i < FLAG_N; i++) {
		if (c->value[i] && !(flag_rules[i].commands & BIT(command_id(c->command)))) {
			AUTO(buf_done) struct buf name = BUF_INIT(100);
			buf_printf(&name, "--%s", flag_rules[i].name);
			return wrong(c, e, "this command does not take", buf_str(&name));
		}
	}
	return RC_OK;
}

static enum rc check(const struct cmdline *c, struct err *e)
{
	if (!c->command)
		return err_set(e, RC_BADREQUEST, "a command is wanted; see kubectl muster --help");
	enum rc rc = check_flags(c, e);
	if (rc != RC_OK)
		return rc;
	if (c->nwords < c->command->least)
		return wrong(c, e, "more is wanted:", c->command->words);
	if (c->nwords > c->command->most)
		return wrong(c, e, "too many words:", c->words[c->command->most]);
	return RC_OK;
}

enum rc cmdline_parse(int argc, char **argv, struct cmdline *ret, struct err *e)
{
	*ret = (struct cmdline){0};
	ret->words = mem_zalloc((size_t)argc + 1, sizeof *ret->words);
	for (int i = 1; i < argc; i++) {
		enum rc rc = RC_OK;
		if (!strcmp(argv[i], "--")) {
			ret->rest = argv + i + 1;
			break;
		}
		if (!strncmp(argv[i], "--", 2))
			rc = take_long(ret, argc, argv, &i, e);
		else if (argv[i][0] == '-' && argv[i][1])
			rc = take_short(ret, argc, argv, &i, e);
		else
			rc = take_word(ret, argv[i], e);
		if (rc != RC_OK)
			return rc;
	}
	return ret->help ? RC_OK : check(ret, e);
}

void cmdline_done(struct cmdline *c)
{
	free(c->words);
	*c = (struct cmdline){0};
}
