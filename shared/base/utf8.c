/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
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

size_t utf8_tail(const char *s)
{
	size_t n = 0;
	while (n < TAIL_MAX && is_tail(s[n]))
		n++;
	return n;
}

/* The character of n bytes at s, or UINT32_MAX: it is not whole, or written longer than it is. */
static uint32_t decode(const char *s, size_t n)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t c = (unsigned char)*s;
	if (n == 1)
		return c < 0x80 ? c : UINT32_MAX;
	c &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if (!is_tail(s[i]))
			return UINT32_MAX;
		c = c << 6 | ((unsigned char)s[i] & 0x3f);
	}
	bool surrogate = c >= 0xd800 && c < 0xe000;
	return c < least[n] || c > 0x10ffff || surrogate ? UINT32_MAX : c;
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

/* Unicode's Bidi_Control, and the byte order mark. */
static bool is_mark(uint32_t c)
{
	return c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

void utf8_line(char *s)
{
	while (*s) {
		size_t n = char_bytes(*s);
		uint32_t c = decode(s, n);
		if (c == UINT32_MAX)
			n = 1;
		if (c == UINT32_MAX || is_mark(c))
			memset(s, '?', n);
		else if (is_control(c))
			memset(s, ' ', n);
		s += n;
	}
}

size_t utf8_cut(const char *s, size_t max)
{
	size_t n = strnlen(s, max);
	return n < max || !s[n] ? n : utf8_whole(s, n);
}
