/* SPDX-License-Identifier: Apache-2.0 */
/* A kubelet takes up to 4 KiB of what a program wrote, or the last 80 lines of its log. What went
 * wrong stands at the end. */
#include "kube/last_words.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"

#define SEPARATOR " | "
#define CUT "... "

enum { READ_MAX = 4096, ESCAPE = 0x1b };

/* Past a sequence that a terminal obeys: ESC [ … letter, or ESC and one character. */
static const char *past_escape(const char *s)
{
	s++;
	if (*s != '[')
		return *s ? s + 1 : s;
	do
		s++;
	while (*s && (*s < '@' || *s > '~'));
	return *s ? s + 1 : s;
}

/* The end of s, from the beginning of a character on. */
static const char *tail(const char *s, size_t max)
{
	size_t n = strlen(s);
	if (n <= max)
		return s;
	s += n - max;
	return s + utf8_tail(s);
}

static void put_line(struct buf *b, const char *s)
{
	bool blank = false, line = false, any = b->len > 0, begun = false;
	while (*s) {
		unsigned char c = (unsigned char)*s;
		if (c == ESCAPE) {
			s = past_escape(s);
			continue;
		}
		s++;
		if (c <= ' ' || c == 0x7f) {
			line |= c == '\n' || c == '\r';
			blank = true;
			continue;
		}
		if (blank && (begun || any))
			buf_puts(b, line ? SEPARATOR : " ");
		buf_putc(b, (char)c);
		begun = true;
		blank = line = false;
	}
}

const char *last_words(struct arena *a, const char *s)
{
	AUTO(buf_done) struct buf b = BUF_INIT(READ_MAX * sizeof SEPARATOR);
	put_line(&b, tail(str_or_empty(s), READ_MAX));
	const char *all = buf_str(&b);
	if (b.len <= LAST_WORDS_MAX)
		return arena_strdup(a, all);
	const char *end = tail(all, LAST_WORDS_MAX - (sizeof CUT - 1));
	/* From the beginning of a line on, if that is near. */
	const char *line = strstr(end, SEPARATOR);
	if (line && line - end < LAST_WORDS_MAX / 3)
		end = line + sizeof SEPARATOR - 1;
	return arena_printf(a, CUT "%s", end);
}
