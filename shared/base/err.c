/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* What snprintf may have cut inside of a character. */
static void end_whole(struct err *e)
{
	size_t len = strlen(e->msg);
	if (len == ERR_MSG_MAX - 1)
		e->msg[utf8_whole(e->msg, len)] = 0;
}

enum rc err_set(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;
	if (!e)
		return rc;
	va_start(ap, fmt);
	vsnprintf(e->msg, sizeof e->msg, fmt, ap);
	va_end(ap);
	end_whole(e);
	return rc;
}

enum { HEAD_MAX = 300 };

/* "<context>: <tail>", cut at the end. */
static void join(struct err *e, const char *tail, const char *fmt, va_list ap)
{
	char head[ERR_MSG_MAX];
	char copy[ERR_MSG_MAX];
	snprintf(copy, sizeof copy, "%s", tail);
	vsnprintf(head, sizeof head, fmt, ap);
	snprintf(e->msg, sizeof e->msg, "%.*s: %.*s", (int)utf8_cut(head, HEAD_MAX), head,
		 ERR_MSG_MAX - 1, copy);
	end_whole(e);
}

enum rc err_wrap(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;
	if (!e)
		return rc;
	va_start(ap, fmt);
	join(e, e->msg, fmt, ap);
	va_end(ap);
	return rc;
}

enum rc err_errno(struct err *e, enum rc rc, const char *fmt, ...)
{
	va_list ap;
	int saved = errno;
	if (!e)
		return rc;
	va_start(ap, fmt);
	join(e, strerror(saved), fmt, ap);
	va_end(ap);
	return rc;
}
