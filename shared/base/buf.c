/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

void buf_done(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT(b->max);
}

void buf_reset(struct buf *b)
{
	b->len = 0;
	b->toobig = false;
	if (b->data)
		b->data[0] = 0;
}

/* Room for len more bytes and the terminator, or the sticky flag. */
static bool reserve(struct buf *b, size_t len)
{
	if (b->toobig || len > b->max || b->len > b->max - len) {
		b->toobig = true;
		return false;
	}
	size_t need = b->len + len + 1;
	if (need > b->cap) {
		size_t cap = b->cap ? b->cap : 64;
		while (cap < need)
			cap *= 2;
		b->data = mem_realloc(b->data, cap, 1);
		b->cap = cap;
	}
	return true;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = 0;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	if (!reserve(b, 0))
		return;
	/* Mostly there is room enough; what does not fit is taken back and written again. */
	size_t room = b->cap - b->len;
	va_copy(again, ap);
	int n = vsnprintf(b->data + b->len, room, fmt, again);
	va_end(again);
	if (n < 0 || !reserve(b, (size_t)n)) {
		b->data[b->len] = 0;
		return;
	}
	if ((size_t)n >= room)
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_put_words(struct buf *b, const char *s, size_t max)
{
	size_t left = b->toobig ? 0 : b->max - b->len;
	buf_put(b, s, utf8_cut(s, max < left ? max : left));
}

char *words_vprintf(size_t max, const char *fmt, va_list ap)
{
	char *s = mem_alloc(max + 1);
	int n = vsnprintf(s, max + 1, fmt, ap);
	if (n < 0)
		s[0] = 0;
	else if ((size_t)n > max)
		s[utf8_whole(s, max)] = 0;
	return mem_realloc(s, strlen(s) + 1, 1);
}

void buf_drop_front(struct buf *b, size_t n)
{
	must(n <= b->len);
	if (!n)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
	b->data[b->len] = 0;
}

const char *buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

enum rc buf_rc(const struct buf *b)
{
	return b->toobig ? RC_TOOBIG : RC_OK;
}

char *buf_steal(struct buf *b)
{
	char *s = b->data ? b->data : mem_strdup("");
	*b = BUF_INIT(b->max);
	return s;
}

static void put_json_char(struct buf *b, unsigned char c)
{
	static const char named[] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
	if (c == '"' || c == '\\') {
		buf_putc(b, '\\');
		buf_putc(b, (char)c);
	} else if (c < sizeof named && named[c]) {
		buf_putc(b, '\\');
		buf_putc(b, named[c]);
	} else if (c < 0x20) {
		buf_printf(b, "\\u%04x", c);
	} else {
		buf_putc(b, (char)c);
	}
}

void buf_put_json(struct buf *b, const char *s)
{
	for (; *s; s++)
		put_json_char(b, (unsigned char)*s);
}

static bool unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("-._~", c);
}

void buf_put_uri(struct buf *b, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (unreserved(c))
			buf_putc(b, (char)c);
		else
			buf_printf(b, "%%%02X", c);
	}
}
