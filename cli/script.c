/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/script.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "cli/text.h"

enum who { SHARED, OURS };

static const struct option {
	const char *name;
	char brief;
	enum who who;
} options[SCRIPT_OPTION_N] = {
#define OPTION(id, name, short_, who, becomes) [SCRIPT_##id] = {name, short_, who},
#include "cli/script.def"
#undef OPTION
};

struct line { /* what is read of one line */
	const char *at, *end;
	uint32_t number;
	bool ours; /* #MUSTER */
};

static enum rc wrong(const struct line *l, struct err *e, const char *what, const char *word)
{
	return err_set(e, RC_BADREQUEST, "line %u: %s %.100s", l->number, what, word);
}

/* Takes the next word, without its quotes; a # begins a comment, as for sbatch. False: there is
 * none. */
static bool next_word(struct line *l, struct buf *ret, bool *ret_open)
{
	char quote = 0;
	buf_reset(ret);
	while (l->at < l->end && isspace((unsigned char)*l->at))
		l->at++;
	if (l->at == l->end || *l->at == '#')
		return false;
	buf_puts(ret, "");
	for (; l->at < l->end && (quote || !isspace((unsigned char)*l->at)); l->at++) {
		char c = *l->at;
		if (quote && c == quote)
			quote = 0;
		else if (!quote && (c == '"' || c == '\''))
			quote = c;
		else
			buf_putc(ret, c);
	}
	*ret_open = quote != 0;
	return true;
}

static int find_long(const char *name, size_t len, bool ours)
{
	for (int i = 0; i < SCRIPT_OPTION_N; i++) {
		if (strlen(options[i].name) == len && !memcmp(options[i].name, name, len))
			return ours || options[i].who == SHARED ? i : -1;
	}
	return -1;
}

static int find_short(char c)
{
	for (int i = 0; i < SCRIPT_OPTION_N; i++) {
		if (options[i].brief && options[i].brief == c)
			return i;
	}
	return -1;
}

/* The option of a word, and where its value begins in it, or NULL if that is the next word. */
static int option_of(const struct line *l, const char *word, const char **ret_value)
{
	const char *equals = strchr(word, '=');
	*ret_value = NULL;
	if (!strncmp(word, "--", 2)) {
		*ret_value = equals ? equals + 1 : NULL;
		return find_long(word + 2, equals ? (size_t)(equals - word - 2) : strlen(word + 2),
				 l->ours);
	}
	if (word[0] != '-' || !word[1])
		return -1;
	*ret_value = word[2] == '=' ? word + 3 : word[2] ? word + 2 : NULL;
	return find_short(word[1]);
}

static enum rc set(struct script *s, const struct line *l, int option, const char *value,
		   struct err *e)
{
	struct script_value *v = &s->v[option];
	if (!*value)
		return wrong(l, e, "a value is wanted for", options[option].name);
	if (strlen(value) > SCRIPT_VALUE_MAX)
		return wrong(l, e, "a shorter value is wanted for", options[option].name);
	mem_strset(&v->text, value);
	v->line = l->number;
	return RC_OK;
}

/* Reads one word, and the next one if that is its value. RC_NOTFOUND at the end of the line. */
static enum rc one_option(struct script *s, struct line *l, struct err *e)
{
	AUTO(buf_done) struct buf word = BUF_INIT(64 * 1024), value = BUF_INIT(64 * 1024);
	const char *inside;
	bool open = false;
	if (!next_word(l, &word, &open))
		return RC_NOTFOUND;
	if (open)
		return wrong(l, e, "a quote is not closed in", buf_str(&word));
	int option = option_of(l, buf_str(&word), &inside);
	if (option < 0)
		return wrong(
			l, e,
			"Muster has nothing for this option; remove it, or write a ComputeJob:",
			buf_str(&word));
	if (inside)
		return set(s, l, option, inside, e);
	if (!next_word(l, &value, &open))
		return wrong(l, e, "a value is wanted for", buf_str(&word));
	if (open)
		return wrong(l, e, "a quote is not closed in", buf_str(&value));
	return set(s, l, option, buf_str(&value), e);
}

static bool begins(const struct line *l, const char *with)
{
	size_t n = strlen(with), len = (size_t)(l->end - l->at);
	return len >= n && !memcmp(l->at, with, n) &&
	       (len == n || isspace((unsigned char)l->at[n]));
}

/* sbatch knows its lines by their first characters. */
static bool is_directive(struct line *l)
{
	l->ours = begins(l, "#MUSTER");
	return l->ours || begins(l, "#SBATCH");
}

static enum rc directive(struct script *s, struct line *l, struct err *e)
{
	enum rc rc;
	l->at += strlen("#SBATCH");
	do
		rc = one_option(s, l, e);
	while (rc == RC_OK);
	return rc == RC_NOTFOUND ? RC_OK : rc;
}

static enum rc shebang(struct script *s, struct line *l, struct err *e)
{
	l->at += 2;
	for (uint32_t n = 0;; n++) {
		AUTO(buf_done) struct buf word = BUF_INIT(SCRIPT_MAX);
		bool open;
		if (!next_word(l, &word, &open))
			return n ? RC_OK : wrong(l, e, "the program is missing behind", "#!");
		if (n == SCRIPT_WORDS_MAX)
			return wrong(l, e, "too many words behind", "#!");
		s->interpreter[n] = mem_strdup(buf_str(&word));
	}
}

static bool is_command(const struct line *l)
{
	const char *p = l->at;
	while (p < l->end && isspace((unsigned char)*p))
		p++;
	return p < l->end && *p != '#';
}

static enum rc one_line(struct script *s, struct line *l, bool *began, struct err *e)
{
	bool option = is_directive(l);
	if (l->number == 1)
		return shebang(s, l, e);
	if (!*began && option)
		return directive(s, l, e);
	if (option && !s->late)
		s->late = l->number;
	*began = *began || is_command(l);
	return RC_OK;
}

static enum rc parse(const char *text, size_t len, struct script *ret, struct err *e)
{
	bool began = false;
	if (len < 2 || memcmp(text, "#!", 2) != 0)
		return err_set(e, RC_BADREQUEST,
			       "line 1: a script begins with #! and its interpreter; write "
			       "#!/bin/sh there");
	if (len > SCRIPT_MAX)
		return err_set(e, RC_BADREQUEST,
			       "the script has more than %d bytes; put it into the image or a "
			       "ConfigMap, and "
			       "write a ComputeJob",
			       SCRIPT_MAX);
	if (memchr(text, 0, len))
		return err_set(e, RC_BADREQUEST, "the script has a NUL; it is no text");
	if (memmem(text, len, "\r\n", 2))
		return err_set(e, RC_BADREQUEST,
			       "the script has DOS line breaks, which shells take for a part of "
			       "each word; remove them with sed -i 's/\\r$//'");
	const char *p = text, *end = text + len;
	for (uint32_t n = 1; p < end; n++) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		struct line l = {.at = p, .end = newline ? newline : end, .number = n};
		enum rc rc = one_line(ret, &l, &began, e);
		if (rc != RC_OK)
			return rc;
		p = newline ? newline + 1 : end;
	}
	return RC_OK;
}

enum rc script_parse(const char *text, size_t len, struct script *ret, struct err *e)
{
	*ret = (struct script){.text = text, .len = len};
	return parse(text, len, ret, e);
}

void script_literal(struct buf *out, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == '$' && i + 1 < len && (s[i + 1] == '$' || s[i + 1] == '('))
			buf_putc(out, '$');
		buf_putc(out, s[i]);
	}
}

void script_done(struct script *s)
{
	for (uint32_t i = 0; i < SCRIPT_OPTION_N; i++)
		free(s->v[i].text);
	for (char **p = s->interpreter; *p; p++)
		free(*p);
	*s = (struct script){0};
}

/* ---- values ---- */

/* Digits until one of ends, at most max. NULL: there is no number. */
static const char *number(const char *s, uint64_t max, uint64_t *ret)
{
	*ret = 0;
	if (!isdigit((unsigned char)*s))
		return NULL;
	for (; isdigit((unsigned char)*s); s++) {
		*ret = *ret * 10 + (uint64_t)(*s - '0');
		if (*ret > max)
			return NULL;
	}
	return s;
}

bool script_size(const char *s, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	uint64_t v, unit = 1 << 20;
	const char *rest = number(s, 1 << 30, &v);
	if (!rest || !v)
		return false;
	const char *u = *rest ? strchr(units, toupper((unsigned char)*rest)) : NULL;
	if (*rest && (!u || (rest[1] && strcasecmp(rest + 1, "B") != 0)))
		return false;
	if (u)
		unit = 1ULL << 10 * (u - units + 1);
	*ret_bytes = v * unit;
	return v <= INT64_MAX / 1000 / unit;
}

bool script_time(const char *s, uint64_t *ret_s)
{
	enum { PARTS = 3 };
	uint64_t days = 0, v[PARTS] = {0};
	uint32_t n = 0;
	if (!strcasecmp(s, "UNLIMITED") || !strcasecmp(s, "INFINITE")) {
		*ret_s = 0;
		return true;
	}
	const char *p = s, *dash = strchr(s, '-');
	if (dash && number(p, 24000, &days) != dash)
		return false;
	p = dash ? dash + 1 : p;
	do {
		if (n == PARTS || !(p = number(p, 1000000, &v[n++])))
			return false;
	} while (*p++ == ':');
	if (p[-1])
		return false;
	if (dash)
		*ret_s = days * 86400 + v[0] * 3600 + v[1] * 60 + v[2];
	else if (n == PARTS)
		*ret_s = v[0] * 3600 + v[1] * 60 + v[2];
	else
		*ret_s = v[0] * 60 + v[1];
	return *ret_s <= INT32_MAX;
}
