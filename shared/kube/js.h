/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: looking into jansson's trees. Everything takes NULL and gives NULL or
 * nothing. */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/object.h"

/* NULL when it is no JSON, or has more than JS_VALUES_MAX values: a tree takes about 130 bytes for
 * each, whoever wrote them. NULs in strings are kept; numbers beyond int64 become reals. */
enum { JS_VALUES_MAX = 128 * 1024 };
json_t *js_load(const char *text, size_t len, struct err *e);
/* Never NULL: what is no UTF-8 becomes U+FFFD; NULL and what is over max bytes is cut between
 * characters (0: no limit). */
json_t *js_string(const char *s, size_t max);

const char *js_str(const json_t *o, const char *key); /* NULL unless a string */
int64_t js_int(const json_t *o, const char *key, int64_t fallback);
bool js_bool(const json_t *o, const char *key);
int64_t js_time(const json_t *o, const char *key);                    /* wall ms; 0 */
const json_t *js_path(const json_t *o, const char *a, const char *b); /* o.a.b */
struct kvs js_kvs(struct arena *a, const json_t *object);             /* string values only */
struct strs js_strs(struct arena *a, const json_t *array);
struct reslist js_resources(struct arena *a, const json_t *object);
/* Compact, keys sorted, appended. */
void js_dump(const json_t *v, struct buf *out);
static inline void js_freep(json_t **v)
{
	json_decref(*v);
}
