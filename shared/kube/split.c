/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/split.h"

#include <string.h>

#include "base/mem.h"

void splitter_init(struct splitter *s, bool lines, void *self,
		   bool (*on_item)(void *self, const char *text, size_t len))
{
	*s = (struct splitter){.lines = lines,
			       .item = BUF_INIT(SPLIT_ITEM_MAX),
			       .rest = BUF_INIT(SPLIT_REST_MAX),
			       .key = BUF_INIT(SPLIT_REST_MAX),
			       .self = self,
			       .on_item = on_item};
}

void splitter_done(struct splitter *s)
{
	buf_done(&s->item);
	buf_done(&s->rest);
	buf_done(&s->key);
}

/* Hands the item on and keeps only a small buffer of it. */
static enum rc emit(struct splitter *s)
{
	enum rc rc = buf_rc(&s->item);
	if (rc == RC_OK && !s->on_item(s->self, buf_str(&s->item), s->item.len))
		rc = RC_CANCELED;
	if (s->item.cap > 64 * 1024)
		buf_done(&s->item);
	else
		buf_reset(&s->item);
	return rc;
}

static enum rc feed_lines(struct splitter *s, const char *data, size_t len)
{
	while (len) {
		const char *end = memchr(data, '\n', len);
		size_t n = end ? (size_t)(end - data) : len;
		buf_put(&s->item, data, n);
		if (buf_rc(&s->item) != RC_OK)
			return RC_TOOBIG;
		enum rc rc = end && s->item.len ? emit(s) : RC_OK;
		if (rc != RC_OK)
			return rc;
		n += end != NULL;
		data += n;
		len -= n;
	}
	return RC_OK;
}

/* A character of a string: kept as the key if it is one of the top level. */
static void in_string(struct splitter *s, char c)
{
	if (s->escaped)
		s->escaped = false;
	else if (c == '\\')
		s->escaped = true;
	else if (c == '"')
		s->in_string = false;
	if (s->in_string && s->depth == 1 && !s->expect_value)
		buf_putc(&s->key, c);
}

static void open_bracket(struct splitter *s, char c)
{
	if (s->depth == 1 && c == '[' && s->expect_value && !strcmp(buf_str(&s->key), "items"))
		s->in_items = true;
	else if (s->depth == 2 && s->in_items)
		s->in_item = true;
	s->depth++;
}

/* True when this closed an item. */
static bool close_bracket(struct splitter *s)
{
	s->depth--;
	if (s->depth == 1)
		s->in_items = false;
	return s->in_item && s->depth == 2;
}

static void top_level(struct splitter *s, char c)
{
	if (s->depth != 1)
		return;
	if (c == ':')
		s->expect_value = true;
	if (c == ',') {
		s->expect_value = false;
		buf_reset(&s->key);
	}
}

static enum rc feed_char(struct splitter *s, char c)
{
	bool ended = false;
	if (s->in_string) {
		in_string(s, c);
	} else if (c == '"') {
		s->in_string = true;
	} else if (c == '{' || c == '[') {
		open_bracket(s, c);
	} else if (c == '}' || c == ']') {
		ended = close_bracket(s);
	} else {
		top_level(s, c);
	}
	/* Between items only commas and white space stand: neither belongs anywhere. */
	if (s->in_item)
		buf_putc(&s->item, c);
	else if (!s->in_items || s->depth < 2 || c == '[')
		buf_putc(&s->rest, c);
	if (!ended)
		return buf_rc(&s->item);
	s->in_item = false;
	return emit(s);
}

enum rc splitter_feed(struct splitter *s, const char *data, size_t len)
{
	enum rc rc = RC_OK;
	if (s->lines)
		return feed_lines(s, data, len);
	for (size_t i = 0; i < len && rc == RC_OK; i++)
		rc = feed_char(s, data[i]);
	return rc != RC_OK ? rc : buf_rc(&s->rest);
}

const char *splitter_rest(struct splitter *s)
{
	return s->depth == 0 && s->rest.len && !s->in_string ? buf_str(&s->rest) : NULL;
}
