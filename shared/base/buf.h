/* SPDX-License-Identifier: Apache-2.0 */
/* A growing byte buffer with a hard cap. Passing the cap (or a failed format) sets a sticky flag,
 * leaves the contents as they were before that call and is reported by buf_rc(): nothing is ever
 * truncated silently. data is always terminated (NULL while empty: use buf_str). */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/must.h"

struct buf {
	char *data;
	size_t len, cap;
	size_t max; /* bytes, without the terminator */
	bool toobig;
};

#define BUF_INIT(max_bytes) ((struct buf){.max = (max_bytes)})

void buf_done(struct buf *b);  /* frees; usable again with the same cap */
void buf_reset(struct buf *b); /* empties, keeps the memory, clears the flag */
void buf_put(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);
/* Appends s, cut between characters to max bytes and to what b has left. Never sets the flag. */
void buf_put_words(struct buf *b, const char *s, size_t max);
void buf_drop_front(struct buf *b, size_t n); /* n <= len */
const char *buf_str(const struct buf *b);     /* never NULL */
enum rc buf_rc(const struct buf *b) must_use; /* RC_OK or RC_TOOBIG */
char *buf_steal(struct buf *b);               /* the string, owned by the caller; b is empty */

/* The formatted text, cut between characters to max bytes; owned by the caller, never NULL. */
char *words_vprintf(size_t max, const char *fmt, va_list ap) must_use;

/* s as the inside of a JSON string (no quotes): control characters, quote and backslash escaped. */
void buf_put_json(struct buf *b, const char *s);
/* s percent-encoded for one path segment or query value (RFC 3986 unreserved kept). */
void buf_put_uri(struct buf *b, const char *s);
