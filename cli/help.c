/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>

#include "base/mem.h"
#include "cli/session.h"

static void put_flag(struct buf *out, const struct flag_rule *f)
{
	AUTO(buf_done) struct buf left = BUF_INIT(200);
	if (f->short_name)
		buf_printf(&left, "  -%c, --%s", f->short_name, f->name);
	else
		buf_printf(&left, "      --%s", f->name);
	if (f->value)
		buf_printf(&left, " %s", f->value);
	buf_printf(out, "%-30s  %s\n", buf_str(&left), f->help);
}

static void put_flags(struct buf *out, uint32_t mask)
{
	buf_puts(out, "\nFlags:\n");
	for (uint32_t i = 0; i < FLAG_N; i++) {
		if (flag_rules[i].commands & mask)
			put_flag(out, &flag_rules[i]);
	}
	buf_puts(out, "  -h, --help                    this text\n");
}

static void put_program(struct buf *out)
{
	buf_puts(out, "kubectl muster shows and steers Muster's parallel jobs.\n\n"
		      "Usage: kubectl muster COMMAND [flags]\n\nCommands:\n");
	for (uint32_t i = 0; i < CMD_N; i++)
		buf_printf(out, "  %-12s %s\n", commands[i].name, commands[i].summary);
	buf_puts(
		out,
		"\n\"kubectl muster COMMAND --help\" has the flags. Exit codes: 0 done, 1 refused, "
		"2 wrong command line or file,\n3 no answer from the API server, 4 not found, "
		"130 interrupted.\n");
}

void help_put(struct buf *out, const struct command *c)
{
	if (!c) {
		put_program(out);
		return;
	}
	buf_printf(out, "%s.\n\nUsage: kubectl muster %s%s%s [flags]\n", c->summary, c->name,
		   *c->words ? " " : "", c->words);
	if (*c->text)
		buf_printf(out, "\n%s", c->text);
	put_flags(out, BIT(command_id(c)));
}

/* ---- man page ---- */

/* Text as troff takes it: no line begins a request, and hyphens can be copied. */
static void put_troff(struct buf *out, const char *s)
{
	bool begin = true;
	for (; *s; s++) {
		if (begin && (*s == '.' || *s == '\''))
			buf_puts(out, "\\&");
		begin = *s == '\n';
		if (*s == '-')
			buf_puts(out, "\\-");
		else if (*s == '\\')
			buf_puts(out, "\\e");
		else
			buf_putc(out, *s);
	}
}

static void man_flag(struct buf *out, const struct flag_rule *f)
{
	buf_puts(out, ".TP\n");
	if (f->short_name)
		buf_printf(out, "\\fB\\-%c\\fR, ", f->short_name);
	buf_puts(out, "\\fB\\-\\-");
	put_troff(out, f->name);
	buf_puts(out, "\\fR");
	if (f->value)
		buf_printf(out, " \\fI%s\\fR", f->value);
	buf_putc(out, '\n');
	put_troff(out, f->help);
	buf_puts(out, ".\nFor:");
	for (uint32_t i = 0, n = 0; i < CMD_N; i++) {
		if (f->commands & BIT(i))
			buf_printf(out, "%s %s", n++ ? "," : "", commands[i].name);
	}
	buf_puts(out, ".\n");
}

static void man_command(struct buf *out, const struct command *c)
{
	buf_printf(out, ".TP\n\\fBkubectl muster %s\\fR %s\n", c->name, c->words);
	put_troff(out, c->summary);
	buf_puts(out, ".\n");
	if (*c->text) {
		buf_puts(out, ".IP\n.nf\n");
		put_troff(out, c->text);
		buf_puts(out, ".fi\n");
	}
}

void help_man(struct buf *out)
{
	buf_puts(out,
		 ".\\\" SPDX-License-Identifier: Apache-2.0\n"
		 ".\\\" Made by: kubectl-muster help man\n"
		 ".TH KUBECTL\\-MUSTER 1 \"\" \"Muster " MUSTER_VERSION "\" \"Muster\"\n"
		 ".SH NAME\nkubectl\\-muster \\- shows and steers Muster's parallel jobs\n"
		 ".SH SYNOPSIS\n.B kubectl muster\n.I COMMAND\n[\\fIflags\\fR]\n.SH COMMANDS\n");
	for (uint32_t i = 0; i < CMD_N; i++)
		man_command(out, &commands[i]);
	buf_puts(out, ".SH FLAGS\n");
	for (uint32_t i = 0; i < FLAG_N; i++)
		man_flag(out, &flag_rules[i]);
	buf_puts(out, ".SH EXIT STATUS\n"
		      ".TP\n0\nDone.\n"
		      ".TP\n1\nThe API server refused the request.\n"
		      ".TP\n2\nThe command line, the kubeconfig or a file is wrong.\n"
		      ".TP\n3\nThe API server gave no answer, or not in time.\n"
		      ".TP\n4\nThe object does not exist.\n"
		      ".TP\n130\nInterrupted.\n"
		      ".SH ENVIRONMENT\n"
		      ".TP\n\\fBKUBECONFIG\\fR\nKubeconfig files, with colons between them.\n"
		      ".TP\n\\fBNO_COLOR\\fR\nIf it is not empty, there are no colours on a "
		      "terminal either.\n"
		      ".SH SEE ALSO\n\\fBkubectl\\fR(1)\n");
}

/* ---- commands ---- */

enum rc help_run(struct session *s, struct err *e)
{
	const char *word = s->line->nwords ? s->line->words[0] : NULL;
	const struct command *c = word ? command_find(word) : NULL;
	if (word && !strcmp(word, "man"))
		help_man(&s->out.b);
	else if (word && !c)
		return err_set(e, RC_BADREQUEST,
			       "unknown command %.100s; see kubectl muster --help", word);
	else
		help_put(&s->out.b, c);
	return RC_OK;
}

enum rc version_run(struct session *s, struct err *e)
{
	(void)e;
	buf_puts(&s->out.b, "kubectl-muster " MUSTER_VERSION "\n");
	return RC_OK;
}
