/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <string.h>

#include "base/mem.h"

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static const char *level_text(enum log_level level)
{
	must((unsigned)level < ARRAY_LEN(level_names));
	return level_names[level];
}

void log_write(const struct log *log, enum log_level level, const char *msg,
	       const struct log_kv *kv, size_t n)
{
	if (log && log->sink && level >= log->min)
		log->sink(log->self, level, msg, kv, n);
}

/* logfmt wants quotes around values with spaces, quotes, equal signs or control characters. */
static bool plain(const char *s)
{
	if (!*s)
		return false;
	for (; *s; s++) {
		if ((unsigned char)*s <= ' ' || *s == '"' || *s == '=' || *s == '\\' || *s == 0x7f)
			return false;
	}
	return true;
}

static void put_value(struct buf *out, const char *s)
{
	if (plain(s)) {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '"');
	buf_put_json(out, s);
	buf_putc(out, '"');
}

void log_format_logfmt(struct buf *out, const char *when, enum log_level level, const char *msg,
		       const struct log_kv *kv, size_t n)
{
	if (when)
		buf_printf(out, "time=%s ", when);
	buf_printf(out, "level=%s msg=", level_text(level));
	put_value(out, msg);
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, " %s=", kv[i].key);
		if (kv[i].str)
			put_value(out, kv[i].str);
		else
			buf_printf(out, "%lld", (long long)kv[i].num);
	}
}

static void json_pair(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "\"%s\":\"", key);
	buf_put_json(out, value);
	buf_putc(out, '"');
}

void log_format_json(struct buf *out, const char *when, enum log_level level, const char *msg,
		     const struct log_kv *kv, size_t n)
{
	buf_putc(out, '{');
	if (when) {
		json_pair(out, "time", when);
		buf_putc(out, ',');
	}
	json_pair(out, "level", level_text(level));
	buf_putc(out, ',');
	json_pair(out, "msg", msg);
	for (size_t i = 0; i < n; i++) {
		buf_putc(out, ',');
		if (kv[i].str)
			json_pair(out, kv[i].key, kv[i].str);
		else
			buf_printf(out, "\"%s\":%lld", kv[i].key, (long long)kv[i].num);
	}
	buf_putc(out, '}');
}
