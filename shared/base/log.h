/* SPDX-License-Identifier: Apache-2.0 */
/* Structured log lines, one for each decision or change of state. The message is fixed text: a noun
 * and what became of it ("member placed", "agent silent"). Values stand under fixed keys: job=
 * (namespace/name) node= member= (its index) attempt= pod= name objects, why= says in words why the
 * program decided so, reason= is a reason of a status, error= quotes others.
 * The writer knows no clock and no file: a sink, given at start, adds the time and writes. No token
 * is ever a value. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_kv {
	const char *key;
	const char *str; /* NULL: num is the value */
	int64_t num;
};

#define KS(k, v) ((struct log_kv){(k), str_or_empty(v), 0})
#define KI(k, v) ((struct log_kv){(k), NULL, (int64_t)(v)})

struct log {
	enum log_level min;
	void *self;
	void (*sink)(void *self, enum log_level level, const char *msg, const struct log_kv *kv,
		     size_t n);
};

/* log may be NULL (then nothing happens). */
void log_write(const struct log *log, enum log_level level, const char *msg,
	       const struct log_kv *kv, size_t n);
#define LOG_AT(log, level, msg, ...)                                                \
	log_write((log), (level), (msg), (struct log_kv[]){{0}, ##__VA_ARGS__} + 1, \
		  sizeof((struct log_kv[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_kv) - 1)
#define log_debug(log, msg, ...) LOG_AT(log, LOG_DEBUG, msg, ##__VA_ARGS__)
#define log_info(log, msg, ...) LOG_AT(log, LOG_INFO, msg, ##__VA_ARGS__)
#define log_warn(log, msg, ...) LOG_AT(log, LOG_WARN, msg, ##__VA_ARGS__)
#define log_error(log, msg, ...) LOG_AT(log, LOG_ERROR, msg, ##__VA_ARGS__)

/* One line without the newline. when may be NULL (simulated logs have virtual time instead). */
void log_format_logfmt(struct buf *out, const char *when, enum log_level level, const char *msg,
		       const struct log_kv *kv, size_t n);
void log_format_json(struct buf *out, const char *when, enum log_level level, const char *msg,
		     const struct log_kv *kv, size_t n);
