/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

/* 2 × n lower-case hex digits, terminated. */
static inline void hex_put(const unsigned char *from, size_t n, char *to)
{
	for (size_t i = 0; i < n; i++) {
		to[2 * i] = "0123456789abcdef"[from[i] >> 4];
		to[2 * i + 1] = "0123456789abcdef"[from[i] & 15];
	}
	to[2 * n] = '\0';
}
