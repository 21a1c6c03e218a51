/* SPDX-License-Identifier: Apache-2.0 */
/* A line of a story as words: separated by blanks, "…" holds blanks together, # ends the line.
 * KEY=VALUE words are options. Words live in the story's arena. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { WORDS_MAX = 32 };

struct words {
	const char *v[WORDS_MAX];
	uint32_t n;
};

struct words words_split(struct arena *a, const char *line, size_t len);
const char *word(const struct words *w, uint32_t i); /* "": there are no so many */
/* The words from the i-th on, as words of their own. */
struct words words_from(const struct words *w, uint32_t i);
/* The value of KEY=VALUE among the words, or NULL. */
const char *option(const struct words *w, const char *key);
bool has_word(const struct words *w, const char *s);
/* An option's value; otherwise: it is not given or makes no sense. */
int64_t option_milli(const struct words *w, const char *key, int64_t otherwise); /* a quantity */
int64_t option_whole(const struct words *w, const char *key, int64_t otherwise);
int64_t option_ms(const struct words *w, const char *key, int64_t otherwise); /* a duration */
int64_t duration_ms(const char *s, int64_t otherwise);
