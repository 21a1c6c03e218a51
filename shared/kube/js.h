/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the room: access to jansson's trees. Every function accepts NULL and then returns
 * NULL or nothing. */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "model/object.h"

/* The tree of a text; the caller owns *ret, which is NULL unless RC_OK. NULs in strings are kept;
 * numbers beyond int64 become reals. RC_MALFORMED: the text is no JSON. RC_TOOBIG: it may be, but
 * has more than JS_VALUES_MAX values, since a value takes about 130 bytes in a tree, more than
 * 2,048 levels, or a number that no double holds. */
enum { JS_VALUES_MAX = 128 * 1024 };
enum rc js_read(const char *text, size_t len, json_t **ret, struct err *e) must_use;
json_t *js_load(const char *text, size_t len, struct err *e); /* js_read: the tree, or NULL */
/* Never returns NULL: invalid UTF-8 becomes U+FFFD, NULL becomes "". A string longer than max
 * bytes is cut between characters (0: no limit). */
json_t *js_string(const char *s, size_t max);

const char *js_str(const json_t *o, const char *key); /* NULL unless a string */
int64_t js_int(const json_t *o, const char *key, int64_t fallback);
bool js_bool(const json_t *o, const char *key);
int64_t js_time(const json_t *o, const char *key);                    /* wall ms; 0 */
const json_t *js_path(const json_t *o, const char *a, const char *b); /* o.a.b */
/* The first object of a list whose name is this; NULL: there is none, or name is NULL. */
json_t *js_named(const json_t *list, const char *name);
struct kvs js_kvs(struct arena *a, const json_t *object); /* string values only */
struct strs js_strs(struct arena *a, const json_t *array);
struct reslist js_resources(struct arena *a, const json_t *object);
/* Appends a number with as few digits as tell it from all others: 0.1, where jansson writes
 * 0.10000000000000001. */
void js_number(const json_t *v, struct buf *out);
/* Appends the value as compact JSON with sorted keys. */
void js_dump(const json_t *v, struct buf *out);
static inline void js_freep(json_t **v)
{
	json_decref(*v);
}
