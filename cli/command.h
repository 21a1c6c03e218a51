/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of kubectl-muster and what each takes. One table (commands.c) names them; --help,
 * the man page and the completion are made from it. What a command asks of the API server goes
 * through a session (session.h). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum command_id {
	CMD_QUEUE,
	CMD_TOP,
	CMD_EXPLAIN,
	CMD_SUBMIT,
	CMD_CANCEL,
	CMD_HOLD,
	CMD_RELEASE,
	CMD_DRAIN,
	CMD_RESUME,
	CMD_LOGS,
	CMD_COMPLETION,
	CMD_HELP,
	CMD_VERSION,
	CMD_N
};

#define BIT(id) (1U << (id))
#define ON_LIST (BIT(CMD_QUEUE) | BIT(CMD_TOP))
#define ON_TABLE ON_LIST
#define ON_SHOW (ON_LIST | BIT(CMD_EXPLAIN) | BIT(CMD_SUBMIT))
#define ON_JOB (BIT(CMD_SUBMIT) | BIT(CMD_CANCEL) | BIT(CMD_HOLD) | BIT(CMD_RELEASE))
#define ON_CHANGE (ON_JOB | BIT(CMD_DRAIN) | BIT(CMD_RESUME))
#define ON_SERVER (ON_SHOW | ON_CHANGE | BIT(CMD_LOGS))
#define ON_NAMESPACE (ON_SHOW | ON_JOB | BIT(CMD_LOGS))

enum flag_id {
#define FLAG(id, name, short_, value, commands, help) FLAG_##id,
#include "cli/flags.def"
#undef FLAG
	FLAG_N
};

/* The exit codes, which docs/cli.md promises. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_REFUSED =
		1, /* the API server, or Muster's rules, did not take the request; a write failed */
	EXIT_WRONG = 2,       /* the command line or a file given with it is wrong */
	EXIT_UNREACHABLE = 3, /* the API server gave no answer, or not in time */
	EXIT_NOT_FOUND = 4,
	EXIT_INTERRUPTED = 130,
};

/* A command line, taken apart. Borrows from argv. */
struct cmdline {
	const struct command *command; /* NULL: none was named */
	const char *value[FLAG_N];     /* NULL: not given; a flag without a value: "true" */
	const char **words;            /* what follows the command, without flags */
	uint32_t nwords;
	char *const *rest; /* what follows "--", ended by NULL; NULL without "--" */
	bool help;
};

struct session;

struct command {
	const char *name;
	const char *words;    /* for people: "JOB", "[nodes|jobs]" */
	uint32_t least, most; /* how many words it takes */
	const char *summary;  /* one line */
	const char *text;     /* what --help says beside it; lines of at most 96 characters */
	enum rc (*run)(struct session *s, struct err *e);
};

extern const struct command commands[CMD_N];

/* RC_BADREQUEST with the error and its next step. Fills *ret as far as it came; cmdline_done frees.
 */
enum rc cmdline_parse(int argc, char **argv, struct cmdline *ret, struct err *e) must_use;
void cmdline_done(struct cmdline *c);
const struct command *command_find(const char *name); /* NULL */
enum command_id command_id(const struct command *c);

/* What a flag is, by its number: for help and completion. */
struct flag_rule {
	const char *name, *value, *help;
	char short_name; /* 0: none */
	uint32_t commands;
};
extern const struct flag_rule flag_rules[FLAG_N];
