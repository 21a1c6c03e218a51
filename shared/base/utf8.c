/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

enum { TAIL_MAX = 3 }; /* bytes of a character behind its first */

static bool is_tail(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes of the character that begins with c; 1 for what begins none. */
static size_t char_bytes(char c)
{
	unsigned char u = (unsigned char)c;
	return u >= 0xf0 && u < 0xf8   ? 4
	       : u >= 0xe0 && u < 0xf0 ? 3
	       : u >= 0xc0 && u < 0xe0 ? 2
				       : 1;
}

size_t utf8_whole(const char *s, size_t len)
{
	size_t first = len;
	while (first > 0 && len - first < TAIL_MAX && is_tail(s[first - 1]))
		first--;
	if (!first)
		return len; /* no UTF-8 */
	first--;
	return first + char_bytes(s[first]) > len ? first : len;
}

size_t utf8_cut(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	return n < max || !s[n] ? n : utf8_whole(s, n);
}
