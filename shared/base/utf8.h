/* SPDX-License-Identifier: Apache-2.0 */
/* Words for people are cut to their bound between two characters, never inside of one and never to
 * nothing: half a character makes a text invalid, and a server refuses the object that has it. */
#pragma once

#include <stddef.h>

/* How many bytes of s, at most max, end between two characters of UTF-8. Bytes that are no UTF-8
 * are cut at max. */
size_t utf8_cut(const char *s, size_t max);
/* Ends s[0…len), which was cut at len bytes without a look, before the character that is not whole;
 * returns the new length. s needs no terminator behind len. */
size_t utf8_whole(const char *s, size_t len);
/* How many bytes at the front of s, at most 3, belong to a character that began before s. */
size_t utf8_tail(const char *s);
/* Makes s, in place and of the same length, one line for people that cannot pass for several or for
 * other text: control characters (of ASCII, of Latin-1) and separators of lines become blanks;
 * marks that turn the direction of text, and what is no UTF-8, question marks. */
void utf8_line(char *s);
