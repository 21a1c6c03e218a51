/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/yaml_out.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "kube/js.h"

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

static void put_string(struct buf *out, const char *s, int indent, bool key)
{
	if (*s && plain(s)) {
		buf_puts(out, s);
	} else if (!key && block(s)) {
		put_block(out, s, indent);
		return;
	} else {
		buf_putc(out, '"');
		buf_put_json(out, s);
		buf_putc(out, '"');
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
		put_string(out, key, indent, true);
		buf_putc(out, ':');
		if (is_leaf(v)) {
			buf_putc(out, ' ');
			put_leaf(out, v, indent + 2);
		} else {
			buf_putc(out, '\n');
			put_nested(out, v, json_is_array(v) ? indent : indent + 2, false);
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
