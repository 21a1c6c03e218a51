/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/yaml_out.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "kube/js.h"

enum { KEY_MAX = 200 }; /* bytes; a key of more than 1,024 characters wants a "?" before it */

static void blanks(struct buf *out, int n)
{
	buf_printf(out, "%*s", n, "");
}

/* Words that YAML 1.1 or 1.2 takes for something else than a text. */
static bool reserved(const char *s)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no", "on",
					    "off",  "y",     "n",    "nan", "inf"};
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!strcasecmp(s, words[i]))
			return true;
	}
	return false;
}

static bool plain(const char *s)
{
	size_t len = strlen(s);
	if (!isalpha((unsigned char)s[0]) && s[0] != '/')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!isalnum((unsigned char)s[i]) && !strchr(" ._/@+-,:=()$;", s[i]))
			return false;
		if (s[i] == ':' && (s[i + 1] == ' ' || !s[i + 1]))
			return false;
	}
	return s[len - 1] != ' ' && !reserved(s);
}

/* Several lines of printable text, at most one newline at their end. */
static bool block(const char *s)
{
	const char *newline = strchr(s, '\n');
	size_t len = strlen(s);
	if (!newline || isspace((unsigned char)s[0]) || (len > 1 && s[len - 2] == '\n'))
		return false;
	for (; *s; s++) {
		if (((unsigned char)*s < ' ' && *s != '\n') || *s == 0x7f ||
		    (unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

static void put_block(struct buf *out, const char *s, int indent)
{
	buf_puts(out, s[strlen(s) - 1] == '\n' ? "|\n" : "|-\n");
	while (*s) {
		size_t n = strcspn(s, "\n");
		if (n)
			blanks(out, indent);
		buf_put(out, s, n);
		buf_putc(out, '\n');
		s += n + (s[n] == '\n');
	}
}

/* What YAML takes for the end of a line, or for nothing printable: U+007F to U+009F, U+2028,
 * U+2029, U+FEFF, U+FFFE and U+FFFF. s is valid UTF-8 (jansson). Returns how many bytes it has, 0
 * if it is none of these. */
static size_t hidden(const char *s, uint32_t *ret_code)
{
	const unsigned char *p = (const unsigned char *)s;
	*ret_code = 0;
	if (p[0] == 0x7f)
		*ret_code = p[0];
	else if (p[0] == 0xc2 && p[1] < 0xa0)
		*ret_code = p[1];
	else if (p[0] >= 0xe0 && p[0] < 0xf0)
		*ret_code = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
			    (p[2] & 0x3f);
	if (p[0] >= 0xe0 && *ret_code != 0x2028 && *ret_code != 0x2029 && *ret_code != 0xfeff &&
	    *ret_code < 0xfffe)
		return 0;
	return *ret_code == 0 ? 0 : p[0] == 0x7f ? 1 : p[0] == 0xc2 ? 2 : 3;
}

static void put_quoted(struct buf *out, const char *s)
{
	buf_putc(out, '"');
	while (*s) {
		uint32_t code;
		size_t n = hidden(s, &code), plain_bytes = 0;
		while (!n && s[plain_bytes] && !hidden(s + plain_bytes, &code))
			plain_bytes++;
		AUTO(mem_freep) char *part = mem_strndup(s, plain_bytes);
		buf_put_json(out, part);
		if (n)
			buf_printf(out, "\\u%04x", code);
		s += n + plain_bytes;
	}
	buf_putc(out, '"');
}

static void put_string(struct buf *out, const char *s, int indent, bool key)
{
	if (*s && plain(s)) {
		buf_puts(out, s);
	} else if (!key && block(s)) {
		put_block(out, s, indent);
		return;
	} else {
		put_quoted(out, s);
	}
	if (!key)
		buf_putc(out, '\n');
}

static void put_leaf(struct buf *out, const json_t *v, int indent)
{
	if (json_is_string(v)) {
		put_string(out, json_string_value(v), indent, false);
		return;
	}
	if (json_is_number(v))
		js_number(v, out);
	else if (json_is_object(v))
		buf_puts(out, "{}");
	else if (json_is_array(v))
		buf_puts(out, "[]");
	else
		buf_puts(out, json_is_true(v) ? "true" : json_is_false(v) ? "false" : "null");
	buf_putc(out, '\n');
}

static bool is_leaf(const json_t *v)
{
	return json_object_size(v) == 0 && json_array_size(v) == 0;
}

static void put_nested(struct buf *out, const json_t *v, int indent, bool begun);

static void put_map(struct buf *out, const json_t *map, int indent, bool begun)
{
	json_t *o, *v;
	const char *key;
	/* jansson's iteration takes no const, but does not change the tree. */
	memcpy(&o, &map, sizeof o);
	json_object_foreach(o, key, v)
	{
		if (!begun)
			blanks(out, indent);
		begun = false;
		bool big = strlen(key) > KEY_MAX;
		buf_puts(out, big ? "? " : "");
		put_string(out, key, indent, true);
		if (big)
			buf_printf(out, "\n%*s", indent, "");
		buf_putc(out, ':');
		if (is_leaf(v)) {
			buf_putc(out, ' ');
			put_leaf(out, v, indent + 2);
		} else {
			buf_putc(out, '\n');
			put_nested(out, v, json_is_array(v) && !big ? indent : indent + 2, false);
		}
	}
}

static void put_list(struct buf *out, const json_t *list, int indent, bool begun)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *v = json_array_get(list, i);
		if (!begun)
			blanks(out, indent);
		begun = false;
		buf_puts(out, "- ");
		if (is_leaf(v))
			put_leaf(out, v, indent + 2);
		else
			put_nested(out, v, indent + 2, true);
	}
}

/* begun: the first line is indented already. */
static void put_nested(struct buf *out, const json_t *v, int indent, bool begun)
{
	if (json_is_object(v))
		put_map(out, v, indent, begun);
	else
		put_list(out, v, indent, begun);
}

void yaml_put(struct buf *out, const json_t *v, int indent)
{
	if (is_leaf(v)) {
		blanks(out, indent);
		put_leaf(out, v, indent + 2);
	} else {
		put_nested(out, v, indent, false);
	}
}
