/* SPDX-License-Identifier: Apache-2.0 */
/* What a program said last, in one line. */
#pragma once

#include "base/arena.h"

enum { LAST_WORDS_MAX = 432 }; /* bytes */

/* The last lines of s, a termination message, as one line: " | " stands between two lines, blanks
 * and control characters are one blank, sequences that color a terminal are left out. If there is
 * more than LAST_WORDS_MAX bytes, "... " and the end of it. Never NULL unless the arena is full. */
const char *last_words(struct arena *a, const char *s);
