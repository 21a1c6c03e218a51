/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/js.h"

#include <string.h>

#include "base/clocktext.h"
#include "model/quantity.h"

const char *js_str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

int64_t js_int(const json_t *o, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(o, key);
	return json_is_integer(v) ? (int64_t)json_integer_value(v) : fallback;
}

bool js_bool(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

int64_t js_time(const json_t *o, const char *key)
{
	int64_t ms;
	const char *s = js_str(o, key);
	return s && clocktext_parse(s, &ms) == RC_OK ? ms : 0;
}

const json_t *js_path(const json_t *o, const char *a, const char *b)
{
	return json_object_get(json_object_get(o, a), b);
}

struct kvs js_kvs(struct arena *a, const json_t *object)
{
	struct kvs l = {0};
	const char *key;
	json_t *val, *o;
	struct kv *v = arena_alloc(a, json_object_size(object) * sizeof *v);
	/* jansson iterates over a tree that it does not change. */
	memcpy(&o, &object, sizeof o);
	json_object_foreach(o, key, val)
	{
		if (v && json_is_string(val))
			v[l.n++] = (struct kv){key, json_string_value(val)};
	}
	l.v = v;
	return l;
}

struct strs js_strs(struct arena *a, const json_t *array)
{
	struct strs l = {0};
	size_t n = json_array_size(array);
	const char **v = arena_alloc(a, n * sizeof *v);
	for (size_t i = 0; v && i < n; i++) {
		const char *s = json_string_value(json_array_get(array, i));
		if (s)
			v[l.n++] = s;
	}
	l.v = v;
	return l;
}

bool js_quantity(const json_t *v, int64_t *ret_milli)
{
	AUTO(buf_done) struct buf text = BUF_INIT(64);
	if (json_is_string(v))
		return quantity_parse(json_string_value(v), ret_milli) == RC_OK;
	if (!json_is_number(v))
		return false;
	js_dump(v, &text);
	return quantity_parse(buf_str(&text), ret_milli) == RC_OK;
}

struct reslist js_resources(struct arena *a, const json_t *object)
{
	struct reslist l = {0};
	const char *key;
	json_t *val, *o;
	struct res *v = arena_alloc(a, json_object_size(object) * sizeof *v);
	memcpy(&o, &object, sizeof o);
	json_object_foreach(o, key, val)
	{
		int64_t milli;
		if (v && js_quantity(val, &milli))
			v[l.n++] = (struct res){key, milli};
	}
	l.v = v;
	return l;
}

static int dump(const char *data, size_t len, void *out)
{
	buf_put(out, data, len);
	return 0;
}

void js_dump(const json_t *v, struct buf *out)
{
	must(json_dump_callback(v, dump, out, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY) ==
	     0);
}
