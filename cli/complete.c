/* SPDX-License-Identifier: Apache-2.0 */
/* Completion. kubectl asks a plug-in's kubectl_complete-muster for words, in the form of cobra: one
 * word a line, then ":" and a directive. The scripts for shells ask the program itself in the same
 * way. */
#include <string.h>

#include "base/mem.h"
#include "cli/help.h"
#include "cli/session.h"

/* cobra's ShellCompDirectives */
enum { DIRECTIVE_DEFAULT = 0, DIRECTIVE_NO_FILE = 4 };

static bool begins(const char *s, const char *with)
{
	return !strncmp(s, with, strlen(with));
}

static void offer(struct buf *out, const char *word, const char *help, const char *begun)
{
	if (begins(word, begun))
		buf_printf(out, "%s\t%s\n", word, help);
}

static void offer_flags(struct buf *out, const struct command *c, const char *begun)
{
	uint32_t mask = c ? BIT(command_id(c)) : UINT32_MAX;
	for (uint32_t i = 0; i < FLAG_N; i++) {
		AUTO(buf_done) struct buf name = BUF_INIT(200);
		buf_printf(&name, "--%s", flag_rules[i].name);
		if (flag_rules[i].commands & mask)
			offer(out, buf_str(&name), flag_rules[i].help, begun);
	}
	offer(out, "--help", "this text", begun);
}

/* The words that may follow a flag. Of others a file or a name of the cluster. */
static bool offer_values(struct buf *out, const char *flag, const char *begun)
{
	static const struct {
		const char *flag, *brief, *words[7];
	} rules[] = {
		{"--output", "-o", {"json", "yaml", "name", "wide"}},
		{"--sort", "", {"queue", "name", "none"}},
		{"--states",
		 "-t",
		 {"Pending", "Running", "Suspended", "Completed", "Failed", "all"}},
	};
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		if (strcmp(flag, rules[i].flag) != 0 && strcmp(flag, rules[i].brief) != 0)
			continue;
		for (const char *const *w = rules[i].words; *w; w++)
			offer(out, *w, "", begun);
		return true;
	}
	return false;
}

static const struct flag_rule *flag_of(const char *word)
{
	for (uint32_t i = 0; i < FLAG_N; i++) {
		const struct flag_rule *f = &flag_rules[i];
		if (!f->value)
			continue;
		if ((begins(word, "--") && !strcmp(word + 2, f->name)) ||
		    (word[0] == '-' && f->short_name && word[1] == f->short_name && !word[2]))
			return f;
	}
	return NULL;
}

static const struct command *command_in(const char *const *words, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (flag_of(words[i]))
			i++;
		else if (words[i][0] != '-')
			return command_find(words[i]);
	}
	return NULL;
}

static void offer_words(struct buf *out, const struct command *c, const char *begun)
{
	if (!c) {
		for (uint32_t i = 0; i < CMD_N; i++)
			offer(out, commands[i].name, commands[i].summary, begun);
	} else if (c == &commands[CMD_TOP]) {
		offer(out, "nodes", "what nodes offer", begun);
		offer(out, "jobs", "what jobs ask", begun);
	} else if (c == &commands[CMD_COMPLETION]) {
		offer(out, "bash", "", begun);
		offer(out, "zsh", "", begun);
		offer(out, "fish", "", begun);
	}
}

void help_complete(struct buf *out, const char *const *words, uint32_t n)
{
	const char *begun = n ? words[n - 1] : "";
	const struct command *c = n ? command_in(words, n - 1) : NULL;
	const struct flag_rule *before = n > 1 ? flag_of(words[n - 2]) : NULL;
	int directive = DIRECTIVE_NO_FILE;
	if (before)
		directive = offer_values(out, words[n - 2], begun) ? DIRECTIVE_NO_FILE
								   : DIRECTIVE_DEFAULT;
	else if (begun[0] == '-')
		offer_flags(out, c, begun);
	else
		offer_words(out, c, begun);
	buf_printf(out, ":%d\n", directive);
}

static const char bash[] =
	"# bash completion of kubectl-muster: source <(kubectl muster completion bash)\n"
	"_kubectl_muster() {\n"
	"\tlocal line\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r line; do\n"
	"\t\t[[ $line == :* ]] || COMPREPLY+=(\"${line%%$'\\t'*}\")\n"
	"\tdone < <(kubectl-muster __complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" 2>/dev/null)\n"
	"}\n"
	"complete -o default -F _kubectl_muster kubectl-muster\n";
static const char zsh[] =
	"#compdef kubectl-muster\n"
	"# zsh completion of kubectl-muster: source <(kubectl muster completion zsh)\n"
	"_kubectl_muster() {\n"
	"\tlocal -a found\n"
	"\tlocal line\n"
	"\twhile IFS= read -r line; do\n"
	"\t\t[[ $line == :* ]] || found+=(\"${line%%$'\\t'*}\")\n"
	"\tdone < <(kubectl-muster __complete \"${(@)words[2,CURRENT]}\" 2>/dev/null)\n"
	"\t(( ${#found} )) && compadd -a found || _files\n"
	"}\n"
	"compdef _kubectl_muster kubectl-muster\n";
static const char fish[] =
	"# fish completion of kubectl-muster: kubectl muster completion fish | source\n"
	"function __kubectl_muster\n"
	"\tset -l words (commandline -opc) (commandline -ct)\n"
	"\tkubectl-muster __complete $words[2..-1] 2>/dev/null | string match -v -r '^:'\n"
	"end\n"
	"complete -c kubectl-muster -a '(__kubectl_muster)'\n";

enum rc help_completion(struct buf *out, const char *shell, struct err *e)
{
	if (!strcmp(shell, "bash"))
		buf_puts(out, bash);
	else if (!strcmp(shell, "zsh"))
		buf_puts(out, zsh);
	else if (!strcmp(shell, "fish"))
		buf_puts(out, fish);
	else
		return err_set(e, RC_BADREQUEST, "\"%.50s\" is no shell; write bash, zsh or fish",
			       shell);
	return RC_OK;
}

enum rc completion_run(struct session *s, struct err *e)
{
	return help_completion(&s->out.b, s->line->words[0], e);
}
