/* SPDX-License-Identifier: Apache-2.0 */
#include "test/sim/stories/runner/words.h"

#include <string.h>

#include "base/clocktext.h"
#include "base/mem.h"
#include "model/quantity.h"

/* One word from *s on, without its quotation marks; NULL: the line has ended. */
static const char *next(struct arena *a, const char **s)
{
	AUTO(buf_done) struct buf b = BUF_INIT(4096);
	const char *p = *s + strspn(*s, " \t");
	bool quoted = false;
	if (!*p || *p == '#')
		return NULL;
	for (; *p && (quoted || !strchr(" \t", *p)); p++) {
		if (*p == '"')
			quoted = !quoted;
		else
			buf_put(&b, p, 1);
	}
	*s = p;
	return arena_strdup(a, buf_str(&b));
}

struct words words_split(struct arena *a, const char *line, size_t len)
{
	struct words w = {0};
	const char *s = arena_strndup(a, line, len), *v;
	while (w.n < WORDS_MAX && (v = next(a, &s)))
		w.v[w.n++] = v;
	return w;
}

const char *word(const struct words *w, uint32_t i)
{
	return i < w->n ? w->v[i] : "";
}

struct words words_from(const struct words *w, uint32_t i)
{
	struct words ret = {0};
	for (; i < w->n; i++)
		ret.v[ret.n++] = w->v[i];
	return ret;
}

const char *option(const struct words *w, const char *key)
{
	size_t len = strlen(key);
	for (uint32_t i = 0; i < w->n; i++) {
		if (!strncmp(w->v[i], key, len) && w->v[i][len] == '=')
			return w->v[i] + len + 1;
	}
	return NULL;
}

bool has_word(const struct words *w, const char *s)
{
	for (uint32_t i = 0; i < w->n; i++) {
		if (str_eq(w->v[i], s))
			return true;
	}
	return false;
}

int64_t option_milli(const struct words *w, const char *key, int64_t otherwise)
{
	const char *s = option(w, key);
	int64_t milli = otherwise;
	return s && quantity_parse(s, &milli) == RC_OK ? milli : otherwise;
}

int64_t option_whole(const struct words *w, const char *key, int64_t otherwise)
{
	return option_milli(w, key, otherwise * 1000) / 1000;
}

int64_t duration_ms(const char *s, int64_t otherwise)
{
	int64_t ms = otherwise;
	return s && clocktext_parse_duration(s, &ms) == RC_OK ? ms : otherwise;
}

int64_t option_ms(const struct words *w, const char *key, int64_t otherwise)
{
	return duration_ms(option(w, key), otherwise);
}
