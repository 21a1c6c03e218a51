/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/js.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clocktext.h"
#include "model/quantity.h"

/* A value begins at the start, after a bracket or after a comma. */
static bool few_values(const char *text, size_t len)
{
	size_t n = 1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"') {
			for (i++; i < len && text[i] != '"'; i++)
				i += text[i] == '\\';
		} else {
			n += text[i] == ',' || text[i] == '{' || text[i] == '[';
		}
	}
	return n <= JS_VALUES_MAX;
}

/* jansson allows no NUL in keys, even where it allows NULs elsewhere: each becomes U+FFFD. */
static void replace_nuls(const char *text, size_t len, struct buf *out)
{
	for (size_t i = 0; i < len; i++) {
		bool escape = text[i] == '\\' && i + 1 < len;
		if (escape && len - i >= 6 && !memcmp(text + i, "\\u0000", 6)) {
			buf_puts(out, "\\ufffd");
			i += 5;
			continue;
		}
		buf_put(out, text + i, escape ? 2 : 1);
		i += escape;
	}
}

/* Valid JSON may be too much for jansson. */
static enum rc rc_of(const json_error_t *je)
{
	enum json_error_code code = json_error_code(je);
	bool too_much = code == json_error_stack_overflow || code == json_error_numeric_overflow;
	return too_much ? RC_TOOBIG : RC_MALFORMED;
}

enum rc js_read(const char *text, size_t len, json_t **ret, struct err *e)
{
	AUTO(buf_done) struct buf copy = BUF_INIT(2 * len + 1);
	size_t flags = JSON_ALLOW_NUL;
	json_error_t je;
	*ret = NULL;
	if (!few_values(text, len))
		return err_set(e, RC_TOOBIG, "more than %d values", JS_VALUES_MAX);
	for (int tries = 0; !*ret && tries < 3; tries++) {
		*ret = json_loadb(text, len, flags, &je);
		if (!*ret && json_error_code(&je) == json_error_null_byte_in_key && !copy.len) {
			replace_nuls(text, len, &copy);
			text = buf_str(&copy);
			len = copy.len;
		} else if (!*ret && json_error_code(&je) == json_error_numeric_overflow) {
			flags |= JSON_DECODE_INT_AS_REAL;
		}
	}
	return *ret ? RC_OK : err_set(e, rc_of(&je), "%s at byte %d", je.text, je.position);
}

json_t *js_load(const char *text, size_t len, struct err *e)
{
	json_t *o;
	return js_read(text, len, &o, e) == RC_OK ? o : NULL;
}

/* Returns the number of bytes of the character at s, or 0 if it is invalid (RFC 3629). */
static size_t utf8_len(const unsigned char *s)
{
	static const struct {
		unsigned char mask, lead, len;
		uint32_t least;
	} forms[] = {{0x80, 0, 1, 0},
		     {0xe0, 0xc0, 2, 0x80},
		     {0xf0, 0xe0, 3, 0x800},
		     {0xf8, 0xf0, 4, 0x10000}};
	for (size_t f = 0; f < ARRAY_LEN(forms); f++) {
		if ((s[0] & forms[f].mask) != forms[f].lead)
			continue;
		uint32_t c = s[0] & (unsigned char)~forms[f].mask;
		for (size_t i = 1; i < forms[f].len; i++) {
			if ((s[i] & 0xc0) != 0x80) /* the terminator too */
				return 0;
			c = c << 6 | (s[i] & 0x3f);
		}
		bool good = c >= forms[f].least && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
		return good ? forms[f].len : 0;
	}
	return 0;
}

json_t *js_string(const char *s, size_t max)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *p = (const unsigned char *)str_or_empty(s);
	AUTO(buf_done) struct buf out = BUF_INIT(max ? max : 16 * 1024 * 1024);
	while (*p && buf_rc(&out) == RC_OK) {
		size_t n = utf8_len(p);
		if (n)
			buf_put(&out, p, n);
		else
			buf_puts(&out, replacement);
		p += n ? n : 1;
	}
	json_t *o = json_stringn(buf_str(&out), out.len);
	must(o);
	return o;
}

const char *js_str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

int64_t js_int(const json_t *o, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(o, key);
	if (json_is_real(v) && fabs(json_real_value(v)) < 9e15)
		return (int64_t)json_real_value(v);
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

json_t *js_named(const json_t *list, const char *name)
{
	for (size_t i = 0; name && i < json_array_size(list); i++) {
		json_t *o = json_array_get(list, i);
		if (str_eq(js_str(o, "name"), name))
			return o;
	}
	return NULL;
}

struct kvs js_kvs(struct arena *a, const json_t *object)
{
	struct kvs l = {0};
	const char *key;
	json_t *val, *o;
	struct kv *v = arena_alloc(a, json_object_size(object) * sizeof *v);
	/* jansson's iteration takes no const, but does not change the tree. */
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

void js_number(const json_t *v, struct buf *out)
{
	for (int digits = 15; json_is_real(v) && digits <= 17; digits++) {
		AUTO(buf_done) struct buf text = BUF_INIT(64);
		buf_printf(&text, "%.*g", digits, json_real_value(v));
		if (digits < 17 && strtod(buf_str(&text), NULL) != json_real_value(v))
			continue;
		buf_puts(out, buf_str(&text));
		return;
	}
	buf_printf(out, "%lld", (long long)json_integer_value(v));
}

/* A string or a number. */
static bool quantity_of(const json_t *v, int64_t *ret_milli)
{
	AUTO(buf_done) struct buf text = BUF_INIT(64);
	if (json_is_string(v))
		return quantity_parse(json_string_value(v), ret_milli) == RC_OK;
	if (!json_is_number(v))
		return false;
	js_number(v, &text);
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
		if (v && quantity_of(val, &milli))
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
