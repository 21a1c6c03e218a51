/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/base64.h"

#include <stdint.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const void *data, size_t len, struct buf *out)
{
	const unsigned char *s = data;
	for (size_t i = 0; i < len; i += 3) {
		uint32_t v = (uint32_t)s[i] << 16;
		v |= i + 1 < len ? (uint32_t)s[i + 1] << 8 : 0;
		v |= i + 2 < len ? s[i + 2] : 0;
		buf_putc(out, digits[v >> 18]);
		buf_putc(out, digits[v >> 12 & 63]);
		buf_putc(out, i + 1 < len ? digits[v >> 6 & 63] : '=');
		buf_putc(out, i + 2 < len ? digits[v & 63] : '=');
	}
}

static int digit(char c)
{
	const char *p = c ? strchr(digits, c) : NULL;
	if (p)
		return (int)(p - digits);
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

enum rc base64_decode(const char *text, size_t len, struct buf *out)
{
	uint32_t bits = 0, have = 0;
	for (size_t i = 0; i < len && text[i] != '='; i++) {
		int d = digit(text[i]);
		if (d < 0 && text[i] && strchr(" \t\r\n", text[i]))
			continue;
		if (d < 0)
			return RC_MALFORMED;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_putc(out, (char)(bits >> have & 0xff));
	}
	return buf_rc(out);
}
